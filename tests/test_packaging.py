"""The wheel and the sdist hold what they should, and no more."""

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The notebook side, the server, the Jupyter extension, and the front end with its 110 kB.
LIMIT_BYTES = 760_000
JUPYTER = "jupyter_extension/nbtrack_jupyter"
LAB = ".data/data/share/jupyter/labextensions/@nbtrack/lab/"


def build(kind, folder, source=ROOT):
    """Build with hatchling itself, from the packages that are installed: no network is needed."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = folder.iterdir()
    return made


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("sdist", tmp_path_factory.mktemp("sdist"))


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < LIMIT_BYTES


def test_the_wheel_holds_every_module_and_the_notebook(wheel):
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "nbtrack").rglob("*.py")}
    files = contents(wheel)
    assert modules <= files
    inside = {path.relative_to(ROOT / JUPYTER).as_posix() for path in (ROOT / JUPYTER).glob("*.py")}
    assert {f"nbtrack_jupyter/{name}" for name in (*inside, "py.typed")} <= files
    assert {"nbtrack/py.typed", "nbtrack/cli/01-quickstart.ipynb"} <= files
    assert any(name.endswith("licenses/LICENSE") for name in files)


def test_installing_the_wheel_enables_the_jupyter_extension(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith("nbtrack_jupyter.json")]
        enabled = json.loads(archive.read(name))
    assert name.endswith(".data/data/etc/jupyter/jupyter_server_config.d/nbtrack_jupyter.json")
    assert enabled == {"ServerApp": {"jpserver_extensions": {"nbtrack_jupyter": True}}}


def test_the_wheel_holds_the_built_front_end(wheel):
    # hatchling builds a wheel without it, and says nothing, where it was not built.
    assert {"nbtrack/ui/nbtrack.js", "nbtrack/ui/page.js"} <= contents(wheel)


def test_installing_the_wheel_adds_the_extension_of_jupyterlab(wheel):
    added = {name.partition(LAB)[2]: name for name in contents(wheel) if LAB in name}
    with zipfile.ZipFile(wheel) as archive:
        described = json.loads(archive.read(added["package.json"]))
    assert described["jupyterlab"]["_build"]["load"] in added
    assert described["name"] == "@nbtrack/lab"
    assert set(added) == {
        "install.json",
        "package.json",
        described["jupyterlab"]["_build"]["load"],
    }


def test_the_wheel_holds_nothing_else(wheel):
    roots = {name.split("/")[0] for name in contents(wheel)}
    added = {root for root in roots if not root.endswith((".dist-info", ".data"))}
    assert added == {"nbtrack", "nbtrack_jupyter"}
    data = {name for name in contents(wheel) if ".data/" in name and LAB not in name}
    assert len(data) == 1
    assert not [name for name in contents(wheel) if name.endswith((".pyc", ".db"))]


def test_the_sdist_can_build_the_same_wheel(sdist, wheel, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "sdist", filter="data")
    (source,) = (tmp_path / "sdist").iterdir()
    again = build("wheel", tmp_path / "again", source)
    assert contents(again) == contents(wheel)
    needed = {"tests/conftest.py", "notebooks/01-quickstart.ipynb", "README.md", "docs/cli.md"}
    needed |= {"jupyter_extension/ui/package-lock.json", "jupyter_extension/lab/src/container.js"}
    assert not {name for name in needed if not (source / name).exists()}


def test_the_wheel_works_where_no_checkout_is(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import nbtrack.cli.quickstart as q; "
        "print(q.__file__); print(q.source_notebook())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "site")],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    module, notebook = map(Path, done.stdout.splitlines())
    assert module.is_relative_to(tmp_path)
    assert notebook.is_relative_to(tmp_path)
    assert notebook.exists()

"""Documentation and code say the same: generated parts are fresh, nothing public is unexplained."""

import importlib.util
import inspect
from pathlib import Path

import click
import pytest

import nbtrack
from nbtrack import plugins
from nbtrack.cli.main import main
from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.settings import SETTINGS

ROOT = Path(__file__).parents[1]


def load_generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load_generator()
COMMANDS = dict(generate.walk(main, "nbtrack"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", generate.FILES, ids=lambda path: path.name)
def test_generated_parts_are_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    assert "<!-- generated:" in text
    assert generate.filled(text) == text, "run: python docs/generate.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_help_text(name):
    command = COMMANDS[name]
    assert command.help
    assert command.help.split("\n")[0].endswith(".")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_of_a_command_has_a_help_text(name):
    options = [param for param in COMMANDS[name].params if isinstance(param, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if not isinstance(c, click.Group)])
def test_a_command_is_in_the_readme(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_a_setting_is_in_the_readme(setting):
    assert f"`{setting.variable}`" in README


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: f"{row.method} {row.path}")
def test_an_endpoint_is_in_the_docs_with_a_sentence(row):
    start = f"| `{row.method} {row.paths[0]}` |"
    lines = (ROOT / "docs" / "rest.md").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line.startswith(start)]
    assert line.endswith(". |")


def test_no_variable_is_read_past_the_table_of_settings():
    listed = {setting.variable for setting in SETTINGS}
    found = set()
    for path in (ROOT / "nbtrack").rglob("*.py"):
        words = path.read_text(encoding="utf-8").replace('"', " ").replace("'", " ").split()
        found |= {word.strip(".,:;()`") for word in words if word.startswith("NBTRACK_")}
    assert {name for name in found if name.isidentifier()} <= listed


@pytest.mark.parametrize("name", nbtrack.__all__)
def test_a_public_name_has_a_docstring(name):
    assert inspect.getdoc(getattr(nbtrack, name))


@pytest.mark.parametrize("group", plugins.EXTENSION_POINTS)
def test_an_extension_point_is_explained(group):
    assert f"`{group}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_what_the_map_names_exists():
    rows = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Map")[1].splitlines()
    places = [row.split("`")[1] for row in rows if row.startswith("| `")]
    assert len(places) > 8
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_package_is_on_the_map():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "nbtrack").glob("*/__init__.py")}
    assert {name for name in packages if f"`nbtrack/{name}/`" not in text} == set()

"""Other ways to run cells: nbconvert, subshells, loading and unloading."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebook.kernels import runs_of


def notebook(folder, *cells):
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    document.metadata["kernelspec"] = {"name": "python3", "display_name": "3", "language": "python"}
    path = folder / "analysis.ipynb"
    nbformat.write(document, path)
    return path


def convert(path, *options):
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    return subprocess.run(
        [*command, *options, str(path)], cwd=path.parent, capture_output=True, check=False
    )


def test_nbclient_keeps_the_lines_and_names_the_experiment_after_the_folder(tmp_path):
    folder = tmp_path / "project"
    cells = ["%load_ext nbtrack", "%%track tree\nlr = 0.1\nacc = sum([lr])"]
    document = nbformat.read(notebook(folder, *cells), 4)
    NotebookClient(document, resources={"metadata": {"path": str(folder)}}).execute()
    (run,) = runs_of(folder)
    text = json.dumps(document)
    assert run.info.status == "FINISHED"
    assert "tree \\u2713" in text
    assert run.data.tags["nbtrack.notebook"] == "project"


def test_nbconvert_stops_at_a_tracked_cell_that_raises(tmp_path):
    folder = tmp_path / "project"
    path = notebook(folder, "%load_ext nbtrack", "%%track bad\n1 / 0", "open('after', 'w')")
    assert convert(path).returncode != 0
    (run,) = runs_of(folder)
    assert run.info.status == "FAILED"
    assert not (folder / "after").exists()


def test_a_cell_in_a_subshell_has_its_own_run(kernel9):
    def control(kind):
        message = kernel9.client.session.msg(kind, {})
        kernel9.client.control_channel.send(message)
        return kernel9.client.get_control_msg(timeout=20)["content"]

    subshell = control("create_subshell_request")["subshell_id"]
    slow = kernel9.send(
        "%%track slow\nimport time, pathlib, nbtrack\npathlib.Path('begun').touch()\n"
        "while not pathlib.Path('done').exists():\n    time.sleep(0.05)\n"
        "nbtrack.log_metric('of', 1)"
    )
    kernel9.wait_for(kernel9.folder / "begun")
    message = kernel9.client.session.msg(
        "execute_request",
        {"code": "%%track quick\nimport nbtrack\nnbtrack.log_metric('of', 2)", "silent": False},
    )
    message["header"]["subshell_id"] = subshell
    kernel9.client.shell_channel.send(message)
    quick = kernel9.answer(message["header"]["msg_id"])
    (kernel9.folder / "done").touch()
    assert kernel9.answer(slow).status == quick.status == "ok"
    found = {run.info.run_name: run for run in kernel9.runs()}
    assert found["slow"].data.metrics == {"of": 1}
    assert found["quick"].data.metrics == {"of": 2}
    assert "mlflow.parentRunId" not in found["quick"].data.tags
    assert {run.info.status for run in found.values()} == {"FINISHED"}


@pytest.mark.parametrize("path", ["JPY_SESSION_NAME", "__vsc_ipynb_file__"])
def test_the_experiment_is_the_notebooks_stem(kernel9, path):
    notebook_path = str(kernel9.folder / "sub" / "deep study.ipynb")
    (kernel9.folder / "sub").mkdir()
    if path == "JPY_SESSION_NAME":
        kernel9.run(f"import os\nos.environ['JPY_SESSION_NAME'] = {notebook_path!r}")
    else:
        kernel9.run(f"__vsc_ipynb_file__ = {notebook_path!r}")
    kernel9.run("%%track\nx = 1")
    answer = kernel9.run("%track")
    assert "experiment: deep study" in answer.shown[0]["text/plain"]
    assert "sub/.nbtrack" in answer.shown[0]["text/plain"]


def test_unloading_restores_what_loading_changed(kernel9):
    code = """
import threading
from concurrent.futures import ThreadPoolExecutor
def _state():
    s = get_ipython()
    return (
        [list(map(str, s.input_transformers_cleanup)), list(map(str, s.input_transformers_post))],
        {k: len(v) for k, v in s.events.callbacks.items()},
        {k: sorted(v) for k, v in s.magics_manager.magics.items()},
        threading.Thread.start is _start, ThreadPoolExecutor.submit is _submit,
    )
"""
    kernel9.run("%unload_ext nbtrack")
    kernel9.run(
        "import threading, concurrent.futures\n_start = threading.Thread.start\n"
        "_submit = concurrent.futures.ThreadPoolExecutor.submit"
    )
    kernel9.run(code + "_before = _state()")
    kernel9.run("%load_ext nbtrack")
    kernel9.run("%reload_ext nbtrack")
    assert kernel9.run("%%track once\nx = 1").summary.startswith("once")
    kernel9.run("%unload_ext nbtrack")
    assert kernel9.run("_state() == _before").result == "True"
    assert kernel9.run("%%track\nx = 1").status == "error"


def test_an_installed_package_captures_every_cell_and_its_failure_harms_none(kernel9):
    folder = kernel9.folder
    (folder / "others.py").write_text(
        "def good(run, cell):\n    run.log_param('seen', cell.namespace['width'])\n"
        "def bad(run, cell):\n    raise RuntimeError('broken')\n"
    )
    information = folder / "others-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[nbtrack.capture]\ngood = others:good\nbad = others:bad\n"
    )
    kernel9.run("%%track first\nwidth = 5")
    kernel9.settle()
    second = kernel9.run("%%track second\nwidth = 6")
    assert [run.data.params["seen"] for run in kernel9.runs()] == ["5", "6"]
    assert "bad (RuntimeError: broken)" in second.summary

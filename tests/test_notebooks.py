"""Every tutorial runs from top to bottom on a copy, and is committed executed."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell):
    """Return everything a cell shows, as text."""
    return "\n".join(
        "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
        for output in cell.outputs
    )


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(request.param, as_version=4)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    client = NotebookClient(notebook, timeout=50, resources={"metadata": {"path": str(folder)}})
    private = {name: value for name, value in os.environ.items() if "_TRACKING_" not in name}
    return client.execute(env={**private, "HOME": str(folder), "IPYTHONDIR": str(folder)})


def test_every_cell_runs(executed):
    assert all(cell.execution_count for cell in code_cells(executed))


def test_every_tracked_cell_says_what_was_kept(executed):
    for cell in code_cells(executed):
        if "%%track" in cell.source:
            name = cell.source.split()[1]
            assert f"{name} ✓" in texts(cell), cell.id


def test_the_six_questions_are_answered(executed):
    (answers,) = [texts(cell) for cell in executed.cells if cell.id == "answers"]
    lines = answers.strip().splitlines()
    assert [line[0] for line in lines] == list("123456")
    assert "max_depth" in lines[2]
    assert float(lines[3].split()[-1]) > 0.9
    assert "latency" in lines[5]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_committed_notebook_has_its_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(cell.execution_count for cell in code_cells(notebook))
    assert not [
        output
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error"
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_page_made_of_it_needs_no_script(path):
    """What tells the story is in the text of the page: summary lines, chart, table."""
    from nbtrack.cli.execution import as_page

    page = as_page(nbformat.read(path, as_version=4), path.stem)
    assert "<script" not in page
    for part in ("deeper-tree", "data:image/svg+xml", "<table", "max_depth"):
        assert part in page
    assert len(json.dumps(page)) < 2_000_000

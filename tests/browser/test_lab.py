"""nbtrack in JupyterLab: widgets with a kernel, saved views without one, the tile and the panel."""

from __future__ import annotations

import json
import uuid

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.lab import Notebook
from tests.jupyter_servers import running_jupyter

pytestmark = pytest.mark.timeout(180)

TABLE = "[role=treegrid]"
START = """
import nbtrack
nbtrack.set_experiment("{name}")
for number in range(3):
    with nbtrack.start_run(run_name=f"run {{number}}"):
        nbtrack.log_param("depth", number)
        for step in range(5):
            nbtrack.log_metric("acc", number / 4 + step / 100, step=step)
table = nbtrack.runs()
table
"""
# The loop ends when the test says so.
TRAIN = """
import pathlib, time
with nbtrack.start_run(run_name="long one"):
    chart = nbtrack.chart(nbtrack.active_run(), metrics=["loss"])
    display(chart)
    for step in range(1000):
        nbtrack.log_metric("loss", 1 / (step + 1), step=step)
        time.sleep(0.05)
        if pathlib.Path("stop").exists():
            break
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with nbtrack's extension, on a folder of its own."""
    with running_jupyter(tmp_path_factory.mktemp("lab"), lab=True) as running:
        yield running


@pytest.fixture
def name():
    """Return the name of an experiment that no other test has."""
    return f"experiment {uuid.uuid4().hex[:8]}"


def rows(notebook, index):
    return notebook.output(index).locator(f"{TABLE} [role=row][aria-level]")


def opened(page, lab, name, *more):
    notebook = Notebook.of(page, lab, START.format(name=name), *more)
    notebook.run(0)
    expect(rows(notebook, 0)).to_have_count(3)
    return notebook


def test_the_tile_opens_a_panel_with_the_pages(lab, page, name):
    opened(page, lab, name)
    page.evaluate("window.jupyterapp.commands.execute('launcher:create')")
    page.locator(".jp-LauncherCard", has_text="nbtrack").click()
    panel = page.locator(".nbtrack-pages")
    panel.get_by_role("link", name=name).click()
    expect(panel.locator(f"{TABLE} [role=row][aria-level]")).to_have_count(3)
    assert "/lab/" in page.url
    assert_accessible(page, within=".nbtrack-pages")


def test_what_is_selected_in_the_table_arrives_in_python(lab, page, name):
    notebook = opened(page, lab, name, "table.selected", "table.selected = []")
    row = rows(notebook, 0).filter(has_text="run 1")
    row.get_by_role("checkbox").check()
    run_id = nbtrack_ids(lab, name)["run 1"]
    assert run_id in notebook.run(1)
    notebook.run(2)
    expect(row.get_by_role("checkbox")).not_to_be_checked()


def test_a_table_is_sorted_and_filtered(lab, page, name):
    notebook = opened(page, lab, name, "table.view", "len(table.df)")
    notebook.output(0).get_by_role("columnheader", name="acc").click()
    expect(rows(notebook, 0).first).to_contain_text("run 2")
    notebook.output(0).get_by_role("combobox").first.fill("metrics.acc > 0.2")
    page.keyboard.press("Enter")
    expect(rows(notebook, 0)).to_have_count(2)
    view = notebook.run(1)
    assert "metrics.acc > 0.2" in view
    assert "order" in view
    assert "2" in notebook.run(2)


def test_the_columns_of_a_table_are_as_wide_as_their_texts(lab, page, name):
    notebook = opened(page, lab, name)
    for text in ("Duration", "Finished", "acc"):
        cell = notebook.output(0).get_by_text(text, exact=True).first
        assert cell.evaluate("(one) => one.scrollWidth <= one.clientWidth"), text


def test_a_run_is_deleted_and_restored(lab, page, name):
    notebook = opened(page, lab, name)
    rows(notebook, 0).filter(has_text="run 0").get_by_role("checkbox").check()
    notebook.output(0).get_by_role("button", name="Delete").click()
    expect(rows(notebook, 0)).to_have_count(2)
    assert set(nbtrack_ids(lab, name)) == {"run 1", "run 2"}
    page.get_by_role("button", name="Undo").click()
    expect(rows(notebook, 0)).to_have_count(3)
    assert set(nbtrack_ids(lab, name)) == {"run 0", "run 1", "run 2"}


def test_a_table_and_a_chart_follow_a_cell_that_still_runs(lab, page, name):
    stop = lab.root / "stop"
    stop.unlink(missing_ok=True)
    notebook = opened(page, lab, name, TRAIN)
    notebook.start(1)
    row = rows(notebook, 0).filter(has_text="long one")
    expect(row).to_contain_text("Running")
    notebook.output(1).scroll_into_view_if_needed()
    expect(notebook.output(1).locator("canvas").first).to_be_visible()
    expect(notebook.output(1)).not_to_contain_text("No metrics")
    stop.touch()
    expect(row).to_contain_text("Finished")
    notebook.wait_until_idle()
    stop.unlink()


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
def test_a_saved_table_is_alive_without_its_kernel(lab, new_page, name, trusted):
    page = new_page()
    saved = opened(page, lab, name).save_copy(trusted=trusted)
    page.close()
    again = Notebook(new_page(), lab, saved)
    expect(rows(again, 0)).to_have_count(3)
    again.output(0).get_by_role("columnheader", name="acc").click()
    expect(rows(again, 0).first).to_contain_text("run 2")
    expect(again.output(0)).not_to_contain_text("Error displaying widget")


def test_a_saved_table_of_a_store_that_is_gone_is_still_read(lab, new_page, console, name):
    console.expect("404")
    page = new_page()
    notebook = opened(page, lab, name)
    path = notebook.save_copy(trusted=True)
    page.close()
    elsewhere = (lab.root / path).read_text("utf-8").replace('"nbtrack/', '"nbtrack/s/none/')
    (lab.root / path).write_text(elsewhere, "utf-8")
    again = Notebook(new_page(), lab, path)
    expect(again.output(0).locator("table")).to_contain_text("run 2")
    expect(again.output(0)).not_to_contain_text("Error displaying widget")


def test_a_saved_notebook_holds_no_state_of_widgets(lab, page, name):
    notebook = opened(page, lab, name)
    saved = nbformat.read(lab.root / notebook.save_copy(trusted=True), as_version=4)
    assert "widgets" not in saved.metadata
    assert len(json.dumps(saved.cells[0].outputs)) < 20_000


def nbtrack_ids(lab, name):
    """Return the ids of an experiment's active runs, by name."""
    found = lab.ask(
        "GET", f"/api/2.0/mlflow/experiments/get-by-name?experiment_name={name}".replace(" ", "%20")
    )
    ids = [found.json["experiment"]["experiment_id"]]
    runs = lab.ask("POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": ids}).json["runs"]
    return {run["info"]["run_name"]: run["info"]["run_id"] for run in runs}

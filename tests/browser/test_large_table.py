"""The run table with 10,000 runs: more than are asked for again at each change."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.sample import ask, make_run
from tests.servers import running_server

ROWS = ".nbt-grid-rows .nbt-row"
LATER = 1_900_000_000_000
# Of each frame while the grid is scrolled: whether the rows fill the sight, and have their texts.
_SCROLL = """
    async () => {
      const grid = document.querySelector(".nbt-grid");
      const blank = [];
      for (let top = 0; top < grid.scrollHeight; top += 9001) {
        grid.scrollTop = top;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        const sight = grid.getBoundingClientRect();
        const rows = [...grid.querySelectorAll(".nbt-grid-rows .nbt-row")];
        const last = rows.at(-1)?.getBoundingClientRect().bottom ?? 0;
        const full = last >= sight.top + grid.clientHeight - 1;
        const empty = rows.some((row) => !row.querySelector(".nbt-name").textContent);
        if (!full || empty) blank.push(top);
      }
      return blank;
    }"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A server whose first experiment has 10,000 runs."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    from _filled import fill_nbtrack

    folder = tmp_path_factory.mktemp("large")
    fill_nbtrack(folder / "runs.db", 10_000, 2, 2)
    with running_server(folder, "--backend-store-uri", f"sqlite:///{folder / 'runs.db'}") as server:
        yield server


@pytest.fixture
def table(large, page):
    """Its table, with all runs."""
    page.goto(f"{large.url}/experiments/0")
    # While the first rows are there and the others are not, it says so.
    expect(page.locator(".nbt-table-counts")).to_have_text(
        re.compile(r"^10,00\d runs(?!.*loading)")
    )
    return page


@pytest.mark.timeout(120)
def test_ten_thousand_rows_scroll_without_blank_ones(table):
    assert table.evaluate(_SCROLL) == []
    table.get_by_role("treegrid").press("End")
    expect(table.locator(ROWS).last).to_contain_text("run-1")


def test_a_drag_of_a_columns_edge_makes_it_wider(table):
    head = table.locator('.nbt-head-cell[data-column="status"]')
    before = head.bounding_box()
    grip = head.locator(".nbt-head-grip").bounding_box()
    table.mouse.move(grip["x"] + 4, grip["y"] + 20)
    table.mouse.down()
    table.mouse.move(grip["x"] + 64, grip["y"] + 20, steps=4)
    table.mouse.up()
    assert head.bounding_box()["width"] == pytest.approx(before["width"] + 60, abs=1)
    expect(head).to_have_attribute("aria-sort", "none")


def test_hiding_a_column_keeps_the_focus_in_the_head(table):
    head = table.locator('.nbt-head-cell[data-column="status"]')
    head.focus()
    head.press("Alt+ArrowDown")
    table.get_by_role("menuitemcheckbox", name="Hide column").press("Enter")
    expect(head).to_have_count(0)
    expect(table.locator(".nbt-head-cell:focus")).to_have_count(1)


def test_a_run_of_another_process_and_its_values_appear(large, table):
    run_id = make_run(large, "0", "from elsewhere", start=LATER, metrics={"metric_00": [0.25]})
    row = table.locator(ROWS).filter(has_text="from elsewhere")
    expect(row.locator('[data-column="metrics.metric_00"]')).to_contain_text("0.25")
    point = {"run_id": run_id, "key": "metric_00", "value": 0.75, "timestamp": 1, "step": 1}
    ask(large, "runs/log-metric", **point)
    expect(row.locator('[data-column="metrics.metric_00"]')).to_contain_text("0.75")


def test_a_renamed_run_and_a_deleted_one_are_seen_at_once(table):
    table.locator(f"{ROWS} .nbt-check").nth(3).click()
    table.get_by_role("button", name="Rename").click()
    table.get_by_role("dialog").get_by_role("textbox").fill("another name")
    table.get_by_role("dialog").get_by_role("button", name="Rename").click()
    renamed = table.get_by_role("link", name="another name")
    expect(renamed).to_have_count(1)
    table.get_by_role("button", name="Delete").click()
    expect(renamed).to_have_count(0)
    table.get_by_role("button", name="Undo").click()
    expect(renamed).to_have_count(1)


def test_columns_that_nobody_can_spell_do_not_stop_the_table(large, page):
    view = '{"columns":["name","metrics.a b","params."],"order":[["tags.a b","asc"]]}'
    page.goto(f"{large.url}/experiments/0?view={view}")
    expect(page.locator(ROWS).nth(5)).to_contain_text("run-")
    page.goto(f'{large.url}/?view={{"order":5}}')
    expect(page.get_by_role("link", name="Default")).to_be_visible()

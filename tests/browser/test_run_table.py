"""The run table in a browser, on the page of an experiment of a real server."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import sample as samples
from tests.browser.axe import assert_accessible

ROWS = ".nbt-grid-rows .nbt-row"


@pytest.fixture
def table(server, sample, page):
    """The table of the sample's experiment."""
    page.goto(f"{server.url}/experiments/{sample.experiment_id}")
    expect(page.locator(ROWS)).to_have_count(12)
    return page


def head(page, column):
    """Return the head of a column."""
    return page.locator(f'.nbt-head-cell[data-column="{column}"]')


def cells(page, column):
    """Return the texts that are in sight in a column."""
    return page.locator(f'{ROWS} [data-column="{column}"]').all_inner_texts()


def view(page):
    """Return the view that the address keeps, which follows a moment later."""
    page.wait_for_url(re.compile("view="))
    return json.loads(parse_qs(urlsplit(page.url).query)["view"][0])


def test_the_table_is_accessible_and_says_how_many_runs_there_are(table):
    expect(table.locator(".nbt-table-counts")).to_contain_text("13 runs · 1 running")
    assert_accessible(table, within=".nbt-table")


def test_clicks_sort_by_one_column_and_with_shift_by_several(table):
    head(table, "params.depth").click()
    head(table, "metrics.acc").click(modifiers=["Shift"])
    expect(head(table, "metrics.acc")).to_have_attribute("aria-sort", "descending")
    depths = [int(text) for text in cells(table, "params.depth")]
    scores = [float(text) for text in cells(table, "metrics.acc")]
    pairs = list(zip(depths, scores, strict=True))
    assert pairs == sorted(pairs, key=lambda pair: (pair[0], -pair[1]))
    assert view(table)["order"] == [["params.depth", "asc"], ["metrics.acc", "desc"]]


def test_a_link_keeps_order_widths_and_pinned_columns(table):
    head(table, "metrics.loss").click()
    head(table, "metrics.loss").press("Shift+ArrowRight")
    head(table, "metrics.loss").locator(".nbt-head-menu").click()
    table.get_by_role("menuitemcheckbox", name="Pin at the left").click()
    wide = head(table, "metrics.loss").bounding_box()["width"]
    table.wait_for_url(re.compile("pinned"))
    table.reload()
    expect(head(table, "metrics.loss")).to_have_class(re.compile("nbt-pinned"))
    expect(head(table, "metrics.loss")).to_have_attribute("aria-sort", "ascending")
    assert head(table, "metrics.loss").bounding_box()["width"] == wide


def test_ranges_are_selected_by_shift_and_all_by_the_head(table):
    counts = table.locator(".nbt-table-counts")
    boxes = table.locator(f"{ROWS} .nbt-check")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(counts).to_contain_text("4 selected")
    table.locator(".nbt-head-cell.nbt-check input").click()
    expect(counts).to_contain_text("12 selected")


def test_the_keyboard_walks_selects_opens_and_closes(table):
    grid = table.get_by_role("treegrid")
    grid.focus()
    grid.press("End")
    grid.press("ArrowRight")
    expect(table.locator(ROWS)).to_have_count(13)
    expect(table.locator(ROWS).nth(12)).to_have_attribute("aria-level", "2")
    grid.press("ArrowDown")
    grid.press("Space")
    expect(table.locator(ROWS).nth(12)).to_have_attribute("aria-selected", "true")
    grid.press("ArrowLeft")
    grid.press("ArrowLeft")
    expect(table.locator(ROWS)).to_have_count(12)
    grid.press("Enter")
    table.wait_for_url(re.compile("/runs/"))


def test_a_value_that_is_logged_appears_in_its_place(server, page):
    experiment_id = samples.make_experiment(server, "Live values")
    run_id = samples.make_run(server, experiment_id, "goes on", metrics={"acc": [0.25]})
    page.goto(f"{server.url}/experiments/{experiment_id}")
    value = page.locator(f'{ROWS} [data-column="metrics.acc"]')
    expect(value).to_have_text("0.25")
    page.locator(f"{ROWS} .nbt-check").click()
    point = {"run_id": run_id, "key": "acc", "value": 0.75, "timestamp": 1, "step": 1}
    samples.ask(server, "runs/log-metric", **point)
    expect(value).to_have_text("0.75")
    expect(page.locator(ROWS)).to_have_attribute("aria-selected", "true")


def test_charts_of_the_selected_runs_share_the_window_with_the_table(table):
    table.get_by_role("checkbox").nth(1).check()
    table.get_by_role("button", name="Charts").click()
    charts = table.locator(".nbt-table-charts")
    expect(charts.locator("canvas").first).to_be_in_viewport()
    expect(table.get_by_role("row").nth(1)).to_be_in_viewport()


def test_no_run_and_no_match_say_what_to_do(server, sample, page):
    empty = samples.make_experiment(server, "No runs")
    page.goto(f"{server.url}/experiments/{empty}")
    expect(page.locator(".nbt-table-note")).to_contain_text("%%track")
    page.goto(
        f'{server.url}/experiments/{sample.experiment_id}?view={{"filter":"metrics.acc > 7"}}'
    )
    page.get_by_role("button", name="Clear the filter").click()
    expect(page.locator(ROWS)).to_have_count(12)


def test_markup_in_names_and_params_is_text(server, sample, page):
    page.goto(f"{server.url}/experiments/{sample.hostile_id}")
    expect(page.locator(f"{ROWS} .nbt-name")).to_have_text(samples.HOSTILE[0])

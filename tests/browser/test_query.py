"""The query box and the column picker, as a person with a keyboard uses them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible


@pytest.fixture
def runs(server, sample, page):
    """The page of an experiment, with its rows."""
    page.goto(f"{server.url}/experiments/{sample.experiment_id}")
    expect(page.get_by_role("link", name="tree 11")).to_be_visible()
    return page


def test_a_filter_is_written_by_completion_alone(runs):
    runs.keyboard.press("/")
    box = runs.get_by_role("combobox", name="Search runs")
    expect(box).to_be_focused()
    box.press_sequentially("opt")
    expect(runs.get_by_role("option", name="params.optimizer")).to_be_visible()
    box.press("Tab")
    expect(box).to_have_value("params.optimizer ")
    box.press("ArrowDown")
    expect(runs.get_by_role("option", name="= is", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    box.press("Enter")
    expect(box).to_have_value("params.optimizer = ")
    box.press_sequentially("'adam' AND metrics.loss < 0.01")
    box.press("Enter")
    expect(runs.get_by_role("link", name="forest 0")).to_be_visible()
    expect(runs.get_by_role("link", name="tree 11")).not_to_be_attached()


def test_an_error_stands_under_the_word_that_is_wrong(runs, console):
    console.expect("400")
    box = runs.get_by_role("combobox", name="Search runs")
    box.fill("metrics.acc > 0.5 AND stauts = 'FAILED'")
    box.press("Enter")
    alert = runs.get_by_role("alert").filter(has_text="Did you mean 'status'?")
    expect(alert).to_be_visible()
    expect(alert).not_to_contain_text("column")
    word = runs.locator(".nbt-query-mirror.nbt-wrong > span")
    expect(word).to_have_text("stauts")
    expect(box).to_have_attribute("aria-invalid", "true")
    # Behind the box lies the same text in the same font.
    widths = runs.evaluate(
        """() => ["input", "mirror"].map((name) => {
            const style = getComputedStyle(document.querySelector(`.nbt-query-${name}`));
            return [style.font, style.letterSpacing, style.paddingLeft].join();
        })"""
    )
    assert widths[0] == widths[1]
    assert_accessible(runs)
    box.press("End")
    box.press("x")
    expect(alert).not_to_be_visible()


def test_escape_clears_the_filter_and_what_was_asked_is_offered_again(runs):
    box = runs.get_by_role("combobox", name="Search runs")
    box.fill("status = 'FAILED'")
    box.press("Enter")
    expect(runs.get_by_role("link", name="tree 11")).not_to_be_attached()
    box.press("Escape")
    expect(box).to_have_value("")
    expect(runs.get_by_role("link", name="tree 11")).to_be_visible()
    box.press("ArrowDown")
    runs.get_by_role("option", name="status = 'FAILED'").click()
    expect(box).to_have_value("status = 'FAILED'")
    expect(runs.get_by_role("link", name="tree 11")).not_to_be_attached()
    expect(runs.get_by_role("link", name="tree 5")).to_be_visible()


def test_columns_are_picked_searched_and_moved(runs):
    columns = runs.get_by_role("columnheader")
    runs.get_by_role("button", name="Columns").click()
    picker = runs.get_by_role("dialog", name="Columns")
    expect(picker).to_be_visible()
    assert_accessible(runs, within=".nbt-picker")
    picker.get_by_role("searchbox").fill("team")
    picker.get_by_role("checkbox", name="team").check()
    expect(columns.filter(has_text="team")).to_be_visible()
    picker.get_by_role("searchbox").fill("acc")
    picker.get_by_role("button", name="Values of acc").click()
    runs.get_by_role("menuitemcheckbox", name="best (max)").click()
    expect(columns.filter(has_text="max")).to_be_visible()
    picker.get_by_role("searchbox").fill("")
    row = picker.get_by_role("listitem").filter(has_text="Duration")
    row.focus()
    row.press("Alt+ArrowUp")
    labels = picker.get_by_role("listitem").all_inner_texts()
    assert labels.index("Duration") < labels.index("Started")
    expect(row).to_be_focused()
    runs.keyboard.press("Escape")
    expect(picker).not_to_be_attached()
    expect(runs.get_by_role("button", name="Columns")).to_be_focused()

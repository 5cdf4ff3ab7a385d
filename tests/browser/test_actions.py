"""What can be done with selected runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.sample import BEGIN, ask, make_experiment, make_run


@pytest.fixture
def own(server, request):
    """An experiment of the test's own, with three runs."""
    experiment_id = make_experiment(server, request.node.name)
    for number, name in enumerate(("alpha", "beta", "=cmd()")):
        make_run(
            server,
            experiment_id,
            name,
            start=BEGIN + number,
            end=BEGIN + 1000,
            params={"note": "+1 day", "lr": "-0.5"},
            tags={"team": "vision"},
        )
    return experiment_id


@pytest.fixture
def runs(server, own, page):
    """Its page, with its rows."""
    page.goto(f"{server.url}/experiments/{own}")
    expect(page.get_by_role("link", name="alpha")).to_be_visible()
    return page


def select(page, *names):
    for name in names:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        row.get_by_role("checkbox").check()


def action(page, name):
    return page.get_by_role("toolbar", name="Selected runs").get_by_role("button", name=name)


def names_of(server, experiment_id):
    found = ask(server, "runs/search", experiment_ids=[experiment_id])
    return {run["info"]["run_name"] for run in found["runs"]}


def test_what_cannot_be_done_says_why(runs):
    expect(action(runs, "Delete")).to_have_attribute("aria-disabled", "true")
    expect(action(runs, "Delete")).to_have_attribute("title", "Select runs first.")
    select(runs, "alpha", "beta")
    expect(action(runs, "Delete")).to_have_attribute("aria-disabled", "false")
    expect(action(runs, "Rename")).to_have_attribute("aria-disabled", "true")


def test_runs_are_deleted_and_come_back(runs, server, own):
    select(runs, "alpha", "beta")
    action(runs, "Delete").click()
    expect(runs.get_by_role("link", name="alpha")).not_to_be_attached()
    expect(runs.get_by_role("status").filter(has_text="Deleted 2 runs.")).to_be_visible()
    assert names_of(server, own) == {"=cmd()"}
    assert_accessible(runs)
    runs.get_by_role("button", name="Undo").click()
    expect(runs.get_by_role("link", name="alpha")).to_be_visible()
    assert names_of(server, own) == {"alpha", "beta", "=cmd()"}


def test_a_run_gets_another_name(runs, server, own):
    select(runs, "alpha")
    action(runs, "Rename").click()
    dialog = runs.get_by_role("dialog", name="Rename the run")
    field = dialog.get_by_label("Name")
    expect(field).to_be_focused()
    assert_accessible(runs)
    field.fill("  ")
    field.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("A run needs a name.")
    field.fill("<b>omega</b>")
    field.press("Enter")
    expect(runs.get_by_role("link", name="<b>omega</b>")).to_be_visible()
    expect(dialog).not_to_be_attached()
    expect(action(runs, "Rename")).to_be_focused()
    assert "<b>omega</b>" in names_of(server, own)


def test_a_tag_is_set_on_all_selected_runs_and_removed(runs, server, own):
    select(runs, "alpha", "beta")
    action(runs, "Tag").click()
    form = runs.get_by_role("dialog", name="Tag runs")
    form.get_by_label("Tag", exact=True).fill("owner")
    form.get_by_label("Value").fill("ada")
    form.get_by_role("button", name="Set on 2 runs").click()
    expect(runs.get_by_text("The tag owner was set on 2 runs.")).to_be_visible()
    search = {"experiment_ids": [own], "filter": "tags.owner = 'ada'"}
    assert len(ask(server, "runs/search", **search)["runs"]) == 2
    action(runs, "Tag").click()
    form.get_by_label("Tag", exact=True).fill("owner")
    form.get_by_role("button", name="Remove this tag").click()
    expect(runs.get_by_text("The tag owner was removed from 2 runs.")).to_be_visible()
    assert "runs" not in ask(server, "runs/search", **search)


def test_a_csv_is_no_program(runs, server, own):
    columns = '["name","params.note","params.lr"]'
    runs.goto(f"{server.url}/experiments/{own}?view={{%22columns%22:{columns}}}")
    expect(runs.get_by_role("link", name="alpha")).to_be_visible()
    select(runs, "=cmd()")
    with runs.expect_download() as download:
        action(runs, "CSV").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("'=cmd(),'+1 day,-0.5")

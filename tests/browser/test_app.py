"""The pages: where links lead, what an address keeps, what is shown where there is nothing."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.sample import HOSTILE, ask, make_experiment


def test_one_goes_from_the_experiments_to_a_run_and_back(server, sample, page):
    page.goto(server.url)
    page.get_by_role("link", name="Iris", exact=True).click()
    expect(page).to_have_url(f"{server.url}/experiments/{sample.experiment_id}")
    expect(page).to_have_title("Iris · Experiments · nbtrack")
    page.get_by_role("link", name="forest 0").click()
    expect(page).to_have_url(f"{server.url}/runs/{sample.run_ids[0]}")
    crumbs = page.get_by_role("navigation", name="Where this page is")
    expect(crumbs).to_contain_text("forest 0")
    page.go_back()
    expect(page.get_by_role("heading", name="Iris")).to_be_visible()
    crumbs.get_by_role("link", name="Experiments").click()
    expect(page).to_have_url(f"{server.url}/")


def test_a_view_stays_over_a_reload(server, sample, page):
    page.goto(f"{server.url}/experiments/{sample.experiment_id}?filter=status%3D'FAILED'")
    expect(page.get_by_role("link", name="tree 5")).to_be_visible()
    expect(page.get_by_role("link", name="tree 11")).not_to_be_attached()
    box = page.get_by_role("combobox", name="Search runs")
    box.fill("status = 'RUNNING'")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"\?view=.*RUNNING"))
    page.reload()
    expect(box).to_have_value("status = 'RUNNING'")
    expect(page.get_by_role("link", name="tree 11")).to_be_visible()
    expect(page.get_by_role("link", name="tree 5")).not_to_be_attached()


def test_addresses_that_mlflow_prints_lead_to_the_same_pages(server, sample, page):
    page.goto(f"{server.url}/#/experiments/{sample.experiment_id}/runs/{sample.run_ids[0]}")
    expect(page).to_have_url(f"{server.url}/runs/{sample.run_ids[0]}")
    page.goto(f"{server.url}/#/experiments/{sample.experiment_id}")
    expect(page).to_have_url(f"{server.url}/experiments/{sample.experiment_id}")
    expect(page.get_by_role("heading", name="Iris")).to_be_visible()


def test_several_experiments_share_a_table(server, sample, page):
    page.goto(f"{server.url}/experiments/{sample.experiment_id},{sample.hostile_id}")
    expect(page.get_by_role("heading", name="2 experiments")).to_be_visible()
    expect(page.get_by_role("link", name="tree 11")).to_be_visible()


def test_an_experiment_is_made_renamed_deleted_and_restored(server, page):
    page.goto(server.url)
    page.get_by_role("button", name="New experiment").click()
    field = page.get_by_role("dialog").get_by_label("Name")
    field.fill("made here")
    field.press("Enter")
    expect(page.get_by_role("heading", name="made here")).to_be_visible()
    page.get_by_role("button", name="Actions for this experiment").click()
    page.get_by_role("menuitem", name="Rename").click()
    field.fill("renamed here")
    field.press("Enter")
    expect(page.get_by_role("heading", name="renamed here")).to_be_visible()
    page.get_by_role("link", name="nbtrack, all experiments").click()
    row = page.get_by_role("row").filter(has_text="renamed here")
    row.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(row).not_to_be_attached()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    assert_accessible(page)


def test_a_name_that_is_taken_is_said_in_the_dialog(server, sample, page, console):
    console.expect("400")
    page.goto(server.url)
    page.get_by_role("button", name="New experiment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Iris")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("already exists")


def test_experiments_are_found_and_sorted(server, sample, page):
    page.goto(server.url)
    page.keyboard.press("/")
    page.keyboard.type("iri")
    names = page.locator("tbody th")
    expect(names).to_have_text(["Iris"])
    page.get_by_role("searchbox").fill("")
    page.get_by_role("columnheader", name="Runs").get_by_role("button").click()
    expect(names.first).to_have_text("Iris")
    expect(page).to_have_url(re.compile("order"))


def test_names_are_text_wherever_they_stand(server, sample, page):
    page.goto(server.url)
    page.get_by_role("link", name=HOSTILE[0]).click()
    expect(page.get_by_role("heading", name=HOSTILE[0])).to_be_visible()
    page.get_by_role("link", name=HOSTILE[0]).last.click()
    expect(page.get_by_role("navigation")).to_contain_text(HOSTILE[0])
    expect(page.locator("#nbtrack img[src=x]")).to_have_count(0)


def test_what_is_not_there_is_said(server, page, console):
    console.expect("404")
    for path in ("experiments/987654", "runs/" + "0" * 32):
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
        assert_accessible(page)
    page.get_by_role("link", name="All experiments", exact=True).click()
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()


def test_a_deleted_experiment_says_so_and_comes_back(server, page):
    experiment_id = make_experiment(server, "gone and back")
    ask(server, "experiments/delete", experiment_id=experiment_id)
    page.goto(f"{server.url}/experiments/{experiment_id}")
    note = page.get_by_role("note")
    expect(note).to_contain_text("This experiment is deleted.")
    note.get_by_role("button", name="Restore").click()
    expect(note).not_to_be_attached()


def test_how_to_log_is_a_click_away(server, sample, page):
    page.goto(server.url)
    page.get_by_role("button", name="Log runs to this server").click()
    dialog = page.get_by_role("dialog", name="Log runs to this server")
    expect(dialog).to_contain_text(f'mlflow.set_tracking_uri("{server.url}")')
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_attached()

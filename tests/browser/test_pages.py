"""The pages in a browser: on both hosts, whatever leads to them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.sample import HOSTILE, make_experiment, make_run
from tests.servers import running_server

TOKEN = "a-token-that-only-this-test-knows"
LOG_A_RUN = """
import sys
from nbtrack.store.open import open_store
with open_store("sqlite:///runs.db") as store:
    store.create_run(sys.argv[1], name=sys.argv[2], start_time=1_760_000_000_000)
"""


def grid(page):
    return page.get_by_role("treegrid", name="Runs")


def row(page, name):
    return grid(page).get_by_role("row").filter(has_text=name)


def luminance(page):
    """Return how light the ground of a page is, from 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.querySelector('.nbt')).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


def test_a_person_goes_from_the_experiments_to_a_run_and_back(server, sample, page):
    page.goto(server.url)
    assert_accessible(page)
    page.get_by_role("link", name="Iris").click()
    expect(page).to_have_url(f"{server.url}/experiments/{sample.experiment_id}")
    expect(row(page, "forest 0")).to_be_visible()
    assert_accessible(page)
    row(page, "tree 11").get_by_role("link").first.click()
    expect(page).to_have_url(f"{server.url}/runs/{sample.running_id}")
    expect(page).to_have_title(re.compile("tree 11"))
    assert_accessible(page)
    page.go_back()
    expect(row(page, "forest 0")).to_be_visible()


@pytest.mark.parametrize(
    "link",
    ["/runs/{run}", "/#/experiments/{experiment}/runs/{run}", "/experiments/../runs/{run}?x=%22"],
)
def test_a_link_leads_to_a_run(server, sample, page, link):
    page.goto(server.url + link.format(run=sample.run_ids[1], experiment=sample.experiment_id))
    expect(page.get_by_role("navigation").get_by_text("boosting 1")).to_be_visible()
    expect(page).to_have_url(re.compile(f"^{re.escape(server.url)}/runs/{sample.run_ids[1]}"))


def test_what_was_chosen_stands_in_the_address(server, sample, page):
    view = {"filter": "params.depth = '4'", "order": [["metrics.acc", "desc"]]}
    link = f"{server.url}/experiments/{sample.experiment_id}?view={quote(json.dumps(view))}"
    for _ in range(2):
        page.goto(link)
        expect(row(page, "boosting 1")).to_be_visible()
        expect(row(page, "forest 0")).to_have_count(0)
        link = page.url
    assert "depth" in link


def test_a_token_in_the_address_becomes_a_cookie(tmp_path, new_page, console):
    with running_server(tmp_path, environment={"NBTRACK_SERVER_TOKEN": TOKEN}) as server:
        make = {"Authorization": f"Bearer {TOKEN}"}
        path = "/api/2.0/mlflow/experiments/create"
        assert server.ask("POST", path, {"name": "Guarded"}, make).status == 200
        page = new_page()
        page.goto(f"{server.url}/experiments/1?token={TOKEN}")
        expect(page).to_have_url(f"{server.url}/experiments/1")
        expect(page.get_by_role("heading", name="Guarded")).to_be_visible()
        page.goto(server.url)
        expect(page.get_by_role("link", name="Guarded")).to_be_visible()
        assert TOKEN not in server.log
        console.expect("401")
        stranger = new_page()
        stranger.goto(f"{server.url}/experiments/1")
        expect(stranger.get_by_text("This server asks for its token")).to_be_visible()
        expect(stranger.get_by_text("Guarded")).to_have_count(0)
        page.close()  # before the server ends


def test_a_page_is_dark_where_the_system_is(server, sample, new_page):
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme)
        page.goto(f"{server.url}/experiments/{sample.experiment_id}")
        expect(row(page, "forest 0")).to_be_visible()
        assert (luminance(page) < 128) == (scheme == "dark")
    assert_accessible(page)


def test_what_another_process_logs_appears_by_itself(server, page):
    experiment_id = make_experiment(server, "Live")
    make_run(server, experiment_id, "the first one", params={"lr": "1"})
    page.goto(f"{server.url}/experiments/{experiment_id}")
    expect(row(page, "the first one")).to_be_visible()
    command = [sys.executable, "-c", LOG_A_RUN, experiment_id, "from elsewhere"]
    subprocess.run(command, cwd=server.folder, check=True)
    expect(row(page, "from elsewhere")).to_be_visible()


def test_a_hidden_page_gives_its_stream_back_and_catches_up(server, page):
    experiment_id = make_experiment(server, "Hidden")
    make_run(server, experiment_id, "the first one")
    page.goto(f"{server.url}/experiments/{experiment_id}")
    expect(row(page, "the first one")).to_be_visible()
    with page.expect_event("requestfailed", lambda request: "/events" in request.url):
        show(page, hidden=True)
    make_run(server, experiment_id, "while it was hidden")
    show(page, hidden=False)
    expect(row(page, "while it was hidden")).to_be_visible()


def show(page, *, hidden):
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_page_says_that_the_server_went_away_and_goes_on_when_it_is_back(tmp_path, page, console):
    console.expect("ERR_|Failed to load|EventSource|NetworkError")
    with running_server(tmp_path) as server:
        port = server.port
        make_run(server, "0", "before")
        page.goto(f"{server.url}/experiments/0")
        expect(row(page, "before")).to_be_visible()
    expect(page.get_by_text("The server does not answer").first).to_be_visible()
    with running_server(tmp_path, "--port", str(port)) as server:
        make_run(server, "0", "after")
        expect(row(page, "after")).to_be_visible()
        expect(page.get_by_text("The server does not answer")).to_have_count(0)
        page.close()


def test_markup_in_names_and_values_is_text(server, sample, page, console):
    page.goto(server.url)
    expect(page.get_by_role("link", name=HOSTILE[0])).to_be_visible()
    page.goto(f"{server.url}/experiments/{sample.hostile_id}")
    expect(row(page, HOSTILE[0])).to_be_visible()
    page.goto(f"{server.url}/runs/{sample.hostile_run_id}")
    expect(page.get_by_text(HOSTILE[0]).first).to_be_visible()
    console.expect("400")
    page.goto(f"{server.url}/runs/{quote(HOSTILE[0], safe='')}")
    expect(page.get_by_role("alert").get_by_text("<img src=x")).to_be_visible()
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("path", ["/runs/nothing", "/experiments/4711"])
def test_what_is_not_there_is_said(server, page, console, path):
    console.expect("404")
    page.goto(server.url + path)
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="All experiments").click()
    expect(page).to_have_url(f"{server.url}/")


def test_pages_work_below_a_prefix(tmp_path, page):
    with running_server(tmp_path, "--static-prefix", "/team/tracking") as server:
        page.goto(server.url)
        page.get_by_role("link", name="Default").click()
        expect(page).to_have_url(f"{server.url}/experiments/0")
        page.reload()
        expect(page.get_by_role("heading", name="Default")).to_be_visible()
        page.close()  # before the server ends


# Inside Jupyter


def test_a_stranger_is_led_to_the_login_of_jupyter(jupyter, page):
    page.goto(f"{jupyter.url}/runs/x")
    expect(page).to_have_url(re.compile(r"/user/ada/login\?next="))
    page.get_by_label(re.compile("token", re.IGNORECASE)).first.fill(jupyter.token)
    page.get_by_role("button", name=re.compile("log in", re.IGNORECASE)).first.click()
    expect(page).to_have_url(f"{jupyter.url}/runs/x")


def test_the_pages_work_inside_jupyter_with_its_token(jupyter, page):
    """Under a base_url, with the XSRF token that what changes something needs."""
    make_run(jupyter, "0", "in Jupyter", params={"lr": "0.1"})
    page.goto(f"{jupyter.url}/?token={jupyter.token}")
    page.get_by_role("link", name="Default").click()
    expect(row(page, "in Jupyter")).to_be_visible()
    assert page.url.startswith(f"{jupyter.url}/experiments/0")
    make_run(jupyter, "0", "live in Jupyter")
    expect(row(page, "live in Jupyter")).to_be_visible()
    row(page, "in Jupyter").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(f"^{re.escape(jupyter.url)}/runs/"))
    assert_accessible(page)


def test_a_store_by_its_id_has_the_same_pages(jupyter, page):
    info = jupyter.ask("GET", "/api/3.0/mlflow/server-info").json
    store = f"{jupyter.url}/s/{info['nbtrack']['store_id']}"
    page.goto(f"{store}/?token={jupyter.token}")
    page.get_by_role("link", name="Default").click()
    expect(page).to_have_url(f"{store}/experiments/0")
    expect(page.get_by_role("heading", name="Default")).to_be_visible()

"""The pages: what a person sees, and that foreign text stays text."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
import requests

from tests.servers import running_server

API = "/api/2.0/mlflow"
HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</td></table></style><h1>",
    "javascript:alert(1)",
    "\u202egnirts lanoitceridib\u202c",
    "🚀 שלום",
    "two\nlines\r\tand\x1b[31m red",
    "&lt;b&gt;&amp;#60;",
    "x" * 4900,
]
# All elements and attributes that the pages ever use.
ELEMENTS = """
    html head meta title link style body header main footer nav section div span p a h1 h2 table
    thead tbody tr th td form input button details summary pre code small time dl dt dd
"""
ATTRIBUTES = """
    lang charset name content rel href class title dir type value placeholder aria-label method
    spellcheck autocomplete maxlength scope open role id download
"""


class Reader(HTMLParser):
    """Reads a page as a browser does, and refuses what no page has."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.text, self.links, self.rows, self.open = "", [], 0, []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag in ELEMENTS.split(), tag
        assert {name for name, _ in attrs} <= set(ATTRIBUTES.split()), attrs
        if tag not in {"meta", "link", "input"}:
            self.open.append(tag)
        self.rows += tag == "tr"
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data


def see(server, path):
    answer = requests.get(server.url + path, timeout=30)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer, Reader(answer.text)


def ask(server, path, **body):
    answer = requests.post(f"{server.url}{API}/{path}", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def make_run(server, experiment_id, name="run", tags=(), **values):
    tags = [{"key": key, "value": value} for key, value in tags]
    asked = {"experiment_id": experiment_id, "run_name": name, "tags": tags, "start_time": 1}
    run = ask(server, "runs/create", **asked)["run"]
    ask(server, "runs/log-batch", run_id=run["info"]["run_id"], **values)
    return run["info"]["run_id"]


@pytest.fixture(scope="module")
def filled(server):
    """The id of an experiment, and of a run in it."""
    experiment_id = ask(server, "experiments/create", name="Iris")["experiment_id"]
    run_id = make_run(
        server,
        experiment_id,
        "forest",
        [("team", "vision"), ("mlflow.note.content", "first line\nsecond line")],
        metrics=[{"key": "acc", "value": 0.91234567, "timestamp": 1, "step": 3}],
        params=[{"key": "depth", "value": "7"}],
    )
    folder = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/{experiment_id}/{run_id}/artifacts"
    for path in ("model.pkl", "plots/Gr%C3%BC%C3%9Fe%20%261.png"):
        requests.put(f"{folder}/{path}", data=b"x" * 1500, timeout=30)
    return experiment_id, run_id


def test_a_new_server_says_what_to_do(server):
    _, page = see(server, "/experiments/0")
    assert "no runs yet" in page.text
    assert f"export MLFLOW_TRACKING_URI={server.url}\n" in page.text
    assert f'mlflow.set_tracking_uri("{server.url}")' in page.text


def test_the_first_page_leads_to_experiments_runs_and_files(server, filled):
    experiment_id, run_id = filled
    at, seen = "/", set()
    for expected in (f"/experiments/{experiment_id}", f"/runs/{run_id}", "/get-artifact"):
        _, page = see(server, at)
        reached = {urljoin(server.url + at, link) for link in page.links}
        found = [link for link in reached if link.startswith(server.url + expected)]
        assert found, expected
        at = found[0].removeprefix(server.url)
        seen.add(at)
    answer = requests.get(server.url + at, timeout=30)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(answer.content) == 1500


def test_a_run_shows_what_was_logged(server, filled):
    _, page = see(server, f"/runs/{filled[1]}")
    for text in ("forest", "● running", "acc", "0.912346", "depth", "7", "team", "vision"):
        assert text in page.text
    assert "first line\nsecond line" in page.text
    assert "1.5 kB" in page.text
    assert "1970-01-01 00:00" in page.text


def test_a_folder_of_files_can_be_opened(server, filled):
    _, page = see(server, f"/runs/{filled[1]}?path=plots")
    link = next(link for link in page.links if "get-artifact" in link)
    assert "Grüße &1.png" in page.text
    answer = requests.get(urljoin(f"{server.url}/runs/x", link), timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")


def test_a_folder_that_is_not_allowed_is_a_sentence_on_the_page(server, filled):
    answer, page = see(server, f"/runs/{filled[1]}?path=../..")
    assert (answer.status_code, "Invalid path" in page.text) == (200, True)


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_stays_text_wherever_it_is_shown(server, text):
    experiment_id = ask(server, "experiments/create", name=text[:400])["experiment_id"]
    note = [("mlflow.note.content", text), ("team", text), ("nbtrack.error.message", text)]
    run_id = make_run(
        server,
        experiment_id,
        text[:200],
        [*note, ("mlflow.source.name", text), ("mlflow.parentRunId", text)],
        params=[{"key": "p", "value": text}],
    )
    for path in (
        "/",
        f"/experiments/{experiment_id}",
        f"/runs/{run_id}",
        f"/runs/{run_id}?path={requests.utils.quote(text)}",
        f"/experiments/{experiment_id}?filter={requests.utils.quote(text)}",
        f"/experiments/{experiment_id}?order_by={requests.utils.quote(text)}",
        f"/?filter={requests.utils.quote(text)}&page_token={requests.utils.quote(text)}",
        f"/runs/{requests.utils.quote(text, safe='')}",
    ):
        answer, page = see(server, path)
        assert answer.status_code < 500
        assert "\u202e" not in page.text
        assert "\x1b" not in page.text
        for link in page.links:
            assert urljoin(server.url, link).startswith(server.url)


def test_a_filter_chooses_and_its_mistakes_are_shown(server, filled):
    experiment = f"/experiments/{filled[0]}"
    assert "forest" in see(server, f"{experiment}?filter=metrics.acc>0.9")[1].text
    assert "No run is like that" in see(server, f"{experiment}?filter=metrics.acc>0.99")[1].text
    answer, page = see(server, f"{experiment}?filter=metrics.acc>>1")
    assert (answer.status_code, "^" in page.text) == (200, True)
    assert "Iris" in see(server, "/?filter=name='Iris'")[1].text
    assert "No experiment is like that" in see(server, "/?filter=name='Nothing'")[1].text


def test_runs_are_ordered_by_the_column_that_is_clicked(server, filled):
    experiment_id = ask(server, "experiments/create", name="Ordered")["experiment_id"]
    for value in (2, 3, 1):
        metrics = [{"key": "val acc", "value": value, "timestamp": 1, "step": 0}]
        make_run(server, experiment_id, f"run{value}", metrics=metrics)
    at = f"{server.url}/experiments/{experiment_id}"
    for expected in (["run3", "run2", "run1"], ["run1", "run2", "run3"]):
        _, page = see(server, at.removeprefix(server.url))
        at = urljoin(at, next(link for link in page.links if "val+acc" in link))
        shown = see(server, at.removeprefix(server.url))[1].text
        assert re.findall(r"run\d", shown) == expected


def test_every_run_is_on_one_of_the_pages(server):
    experiment_id = ask(server, "experiments/create", name="Many")["experiment_id"]
    with requests.Session() as session:
        made = {
            session.post(
                f"{server.url}{API}/runs/create", json={"experiment_id": experiment_id}
            ).json()["run"]["info"]["run_id"]
            for _ in range(130)
        }
    at, shown, pages = f"{server.url}/experiments/{experiment_id}", [], 0
    while at is not None:
        pages += 1
        _, page = see(server, at.removeprefix(server.url))
        shown += [link.rpartition("/")[2] for link in page.links if "../runs/" in link]
        following = [link for link in page.links if "page_token" in link]
        at = urljoin(at, following[0]) if following else None
    assert (pages, len(shown), set(shown)) == (2, 130, made)


def test_what_is_deleted_is_not_shown(server, filled):
    run_id = make_run(server, filled[0], "to be deleted")
    ask(server, "runs/delete", run_id=run_id)
    assert "to be deleted" not in see(server, f"/experiments/{filled[0]}")[1].text
    answer, page = see(server, f"/runs/{run_id}")
    assert (answer.status_code, f"nbtrack runs restore {run_id}" in page.text) == (404, True)


def test_a_run_leads_to_its_parent_and_its_children(server, filled):
    parent = make_run(server, filled[0], "the parent")
    child = make_run(server, filled[0], "the child", [("mlflow.parentRunId", parent)])
    assert child in see(server, f"/runs/{parent}")[1].links
    assert parent in see(server, f"/runs/{child}")[1].links


@pytest.mark.parametrize("path", ["/experiments/4711", "/experiments/x", "/runs/nothing"])
def test_what_is_not_there_is_said_on_a_page(server, path):
    answer, page = see(server, path)
    assert answer.status_code in {400, 404}
    assert [urljoin(server.url + path, link) for link in page.links] == [f"{server.url}/"] * 2


def test_a_page_loads_and_runs_nothing_of_others(server):
    answer, _ = see(server, "/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text.lower()
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_pages_work_below_a_prefix(tmp_path):
    with running_server(tmp_path, "--static-prefix", "/team/tracking") as server:
        base = server.url
        assert base.endswith("/team/tracking")
        requests.post(f"{base}{API}/experiments/create", json={"name": "Below"}, timeout=30)
        answer = requests.get(base, timeout=30)
        assert answer.url == f"{base}/"
        page = Reader(answer.text)
        assert f"export MLFLOW_TRACKING_URI={base}\n" in page.text
        links = [urljoin(answer.url, link) for link in page.links]
        assert f"{base}/experiments/1" in links
        inner = requests.get(f"{base}/experiments/1", timeout=30)
        reached = {urljoin(inner.url, link) for link in Reader(inner.text).links}
        assert f"{base}/" in reached
        assert all(link.startswith(base) for link in reached)

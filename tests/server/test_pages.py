"""The pages: one document for all of them, and the files that it loads."""

import gzip
import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
import requests

from nbtrack import bundle
from nbtrack.errors import Unavailable
from nbtrack.server.pages import document
from tests.servers import running_server

PAGES = ["/", "/experiments/0", "/experiments/nothing", "/runs/nothing?tab=files#x"]
FILES = ["chart.js", "nbtrack.js", "page.js"]
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>'", "\u202egnirts"]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "font-src": "'none'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
}


class Reader(HTMLParser):
    """Reads a page as a browser does."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.text, self.elements, self.open = "", [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


def see(server, path):
    answer = requests.get(server.url + path, timeout=30)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer, Reader(answer.text)


def static(server, name, **options):
    return requests.get(f"{server.url}/static/{name}", timeout=30, **options)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_the_document_that_the_front_end_fills(server, path):
    answer, page = see(server, path)
    assert answer.status_code == 200
    assert ("div", {"id": "nbtrack"}) in page.elements
    assert "JavaScript" in page.text
    [script] = page.all("script")
    assert script["type"] == "module"
    loaded = requests.get(urljoin(answer.url, script["src"]), timeout=30)
    assert loaded.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert loaded.url.startswith(f"{server.url}/static/page.js?v=")


def test_a_page_runs_and_loads_nothing_of_others(server):
    answer, page = see(server, "/")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    styles = policy.pop("style-src")
    assert policy == POLICY
    assert re.fullmatch(r"'self' 'sha256-[\w+/=]+'", styles)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [attrs for _, attrs in page.elements if {"style", "onload", "onerror"} & {*attrs}]
    assert "http:" not in answer.text.replace("http%3A//www.w3.org", "")


def test_pages_work_below_a_prefix(tmp_path):
    with running_server(tmp_path, "--static-prefix", "/team/tracking") as server:
        answer = requests.get(server.url, timeout=30)
        assert answer.url == f"{server.url}/"
        for path in PAGES:
            answer, page = see(server, path)
            [script] = page.all("script")
            found = urljoin(answer.url, script["src"])
            assert found.startswith(f"{server.url}/static/page.js")
            assert requests.get(found, timeout=30).status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_sent_as_it_was_built(server, name):
    answer = static(server, name)
    built = bundle.find(name)
    assert answer.content == built.content
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip", True), ("br, gzip;q=0.8", True), ("identity", False), ("br, gzip;q=0", False)],
)
def test_a_file_is_compressed_for_who_takes_that(server, accepted, compressed):
    answer = server.ask("GET", "/static/nbtrack.js", headers={"Accept-Encoding": accepted})
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert (answer.headers["Content-Encoding"] == "gzip") == compressed
    body = gzip.decompress(answer.body) if compressed else answer.body
    assert body == bundle.find("nbtrack.js").content


def test_a_file_of_the_right_version_is_kept_for_ever_others_are_asked_for_again(server):
    _, page = see(server, "/")
    version = page.all("script")[0]["src"].partition("v=")[2]
    kept = static(server, "page.js", params={"v": version}).headers["Cache-Control"]
    assert "immutable" in kept
    for params in ({}, {"v": "0" * 16}):
        answer = static(server, "nbtrack.js", params=params)
        assert answer.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": answer.headers["ETag"]}
    again = static(server, "nbtrack.js", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert static(server, "nbtrack.js", headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["x.js", "", "..", "%2e%2e%2fpages.css", "nbtrack.js/", "nbtrack.js%00", "NBTRACK.JS", "a/b"],
)
def test_no_other_file_is_found(server, name):
    answer = server.ask("GET", f"/static/{name}")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/json"


def test_the_version_changes_with_any_file(monkeypatch):
    files = {name: bundle.find(name) for name in FILES}
    seen = {bundle.version()}
    for name in FILES:
        changed = files | {name: files[name]._replace(digest="0" * 16)}
        monkeypatch.setattr(bundle, "_files", lambda changed=changed: changed)
        seen.add(bundle.version())
    assert len(seen) == 1 + len(FILES)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_person_asked_for_is_not_repeated_in_the_page(server, text):
    quoted = requests.utils.quote(text, safe="")
    answer, _ = see(server, f"/runs/{quoted}?filter={quoted}")
    assert (answer.status_code, text in answer.text) == (200, False)


def test_what_is_refused_to_a_person_is_said_on_a_page(server):
    answer, page = see(server, "/runs/x?a=%E9")
    assert answer.status_code == 400
    assert "not UTF-8" in page.text
    assert [urljoin(answer.url, one["href"]) for one in page.all("a")] == [f"{server.url}/"]


def test_a_checkout_that_was_not_built_says_how_to_build(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "files", lambda _package: tmp_path)
    bundle._files.cache_clear()
    try:
        for ask in (lambda: document.shell(""), lambda: bundle.find("page.js")):
            with pytest.raises(Unavailable, match="npm ci && npm run build"):
                ask()
        (tmp_path / "ui").mkdir()
        for name in FILES:
            (tmp_path / "ui" / name).write_bytes(b"built")
        assert bundle.find("page.js").content == b"built"
    finally:
        bundle._files.cache_clear()

"""The view of a run in a browser: its answers, its files, its changes."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.sample import ask, make_experiment, make_run
from tests.notebook.kernels import Kernel
from tests.servers import running_server

PLANTED = "<img src=x onerror=\"console.error('planted')\">"
CELL = """%%track tree
import nbtrack
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier
X, y = load_iris(return_X_y=True, as_frame=True)
model = DecisionTreeClassifier(max_depth=3).fit(X, y)
accuracy = model.score(X, y)
print("it is", round(accuracy, 2))
nbtrack.log_latency(model, X, rows=1, calls=5, warmup=0)"""
FAILS = "%%track broken\nlr = 0.1\nweights = {}\nweights['first']"

# The view without a page around it, in the policy of a page.
_SHOW = """async ([runId, view]) => {
  document.body.replaceChildren();
  const host = document.createElement("div");
  host.setAttribute("role", "main");
  document.body.append(host);
  const base = new URL(document.querySelector("script[src*='static/']")?.src ?? location.href);
  const root = new URL("../", base);
  const { show } = await import(new URL("static/nbtrack.js", root));
  window.shown?.();
  window.shown = show(host, { kind: "run", config: { run_id: runId }, view }, root.href);
}"""


class RunPage:
    """A run as somebody sees it."""

    def __init__(self, page, server):
        self.page = page
        self.server = server

    def open(self, run_id, tab="overview", path=""):
        view = json.dumps({"tab": tab, "path": path})
        self.page.goto(f"{self.server.url}/runs/{run_id}?{urlencode({'view': view})}")
        expect(self.page.get_by_role("tablist")).to_be_visible()
        return self

    @property
    def panel(self):
        return self.page.get_by_role("tabpanel")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def go(self, name):
        self.page.get_by_role("tab", name=re.compile(name)).click()


@pytest.fixture
def view(page, server):
    return RunPage(page, server)


@pytest.fixture
def experiment(server, request):
    return make_experiment(server, f"run view: {request.node.name}")


def put(server, run_id, path, content):
    query = urlencode({"run_uuid": run_id, "path": path})
    url = f"/ajax-api/2.0/mlflow/upload-artifact?{query}"
    reply = server.ask("POST", url, content, {"Content-Type": "application/octet-stream"})
    assert reply.status == 200, reply.body


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A server of what a kernel's tracked cells left, and its runs by name."""
    kernel = Kernel(tmp_path_factory.mktemp("run-view"))
    try:
        kernel.run(CELL, cell_id="a")
        kernel.run(FAILS, cell_id="b")
        kernel.settle()
        runs = {run.info.run_name: run.info.run_id for run in kernel.runs()}
    finally:
        kernel.close()
    store = kernel.folder / ".nbtrack"
    flags = ("--backend-store-uri", f"sqlite:///{store}/nbtrack.db")
    with running_server(tmp_path_factory.mktemp("run-view-server"), *flags) as server:
        yield server, runs


def test_a_tracked_cell_answers_the_six_questions(page, notebook):
    server, runs = notebook
    view = RunPage(page, server).open(runs["tree"])
    cards = view.panel.locator(".nbt-run-card")
    expect(cards).to_have_count(6)
    for card, says in enumerate(
        [
            "DecisionTreeClassifier",
            r"150 . 4",
            "max_depth",
            "accuracy 0.97",
            r"\d (m?s|m)",
            r"[\dµ] ms",
        ]
    ):
        expect(cards.nth(card)).to_contain_text(re.compile(says))
    assert_accessible(page)
    for tab, says in {
        "Source": "DecisionTreeClassifier(max_depth=3)",
        "Output": "it is 0.97",
        "Environment": "scikit-learn",
        "Params": "model.max_depth",
        "Data": "sepal|x",
    }.items():
        view.go(tab)
        expect(view.panel).to_contain_text(
            re.compile(says.replace("(", r"\(").replace(")", r"\)"), re.IGNORECASE)
        )
        assert_accessible(page)


def test_a_failed_run_shows_its_traceback(page, notebook):
    server, runs = notebook
    view = RunPage(page, server).open(runs["broken"])
    expect(page.locator(".nbt-run-banner")).to_contain_text("KeyError: 'first'")
    view.press("Traceback")
    expect(view.panel).to_contain_text("weights['first']")
    assert_accessible(page)


def test_what_somebody_planted_is_text(view, server, experiment):
    run = make_run(
        server,
        experiment,
        PLANTED,
        end=1_760_000_000_001,
        status="FAILED",
        params={"evil": PLANTED, "long": "x" * 5000},
        tags={"mlflow.note.content": PLANTED, "t": PLANTED, "nbtrack.error.message": PLANTED},
        metrics={"m": [1.0, 2.0]},
    )
    put(
        server,
        run,
        "figures/evil.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='console.error(1)'/>",
    )
    put(server, run, "page.html", b"<script>console.error('planted')</script>")
    put(server, run, f"{PLANTED}.txt".replace("/", ""), PLANTED.encode())
    view.open(run)
    expect(view.page.locator(".nbt-run-title h2")).to_have_text(PLANTED)
    for tab in ("Metrics", "Params", "Tags", "Figures", "Files", "Environment", "Error"):
        view.go(tab)
        expect(view.panel).not_to_be_empty()
    view.go("Files")
    view.page.get_by_role("treeitem", name=re.compile("img")).click()
    expect(view.panel.locator("pre").last).to_have_text(PLANTED)
    view.page.get_by_role("treeitem", name=re.compile("page.html")).click()
    expect(view.panel).to_contain_text("Pages and drawings are not shown")
    assert view.page.locator("img, iframe, object, .nbt-run script").count() == 0
    view.go("Params")
    view.press("Show all (5,000 characters)")
    expect(view.panel).to_contain_text("x" * 5000)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"first\nsecond \xff", "second �"),
        ("a.json", b'{"deep": [1, {"key": 12345678901234567890}]}', '"key": 12345678901234567890'),
        ("a.csv", b"lr,name\n0.1,<b>\n", "<b>"),
        ("a.pkl", b"\x80\x04\x00", "The file is no text"),
        ("empty.txt", b"\n", "1"),
        ("large.txt", b"line\n" * 20_000, "line"),
    ],
)
def test_a_file_is_shown_by_what_it_is(view, server, experiment, name, content, says):
    run = make_run(server, experiment, "files", end=1_760_000_000_001)
    put(server, run, f"dir/{name}", content)
    view.open(run, "files", f"dir/{name}")
    expect(view.panel).to_contain_text(says)
    expect(view.page.get_by_role("treeitem", name=name)).to_have_attribute("aria-selected", "true")
    cut = view.panel.get_by_text("only the beginning")
    expect(cut).to_have_count(1 if len(content) > 64 * 1024 else 0)
    assert_accessible(view.page)
    with view.page.expect_download() as saved:
        view.page.get_by_role("link", name="Download").click()
    assert saved.value.path().read_bytes() == content


def test_pictures_are_drawn_from_their_bytes(view, server, experiment):
    from numpy import zeros

    from nbtrack.client.contents import image_bytes

    run = make_run(server, experiment, "pictures", end=1_760_000_000_001)
    put(server, run, "figures/figure-1.png", image_bytes(zeros((4, 6, 3)), "a.png"))
    put(server, run, "figures/false.png", b"<svg onload=alert(1)>")
    view.open(run, "figures")
    image = view.panel.locator("img")
    expect(image).to_have_count(1)
    expect(image).to_have_js_property("naturalWidth", 6)
    expect(view.panel).to_contain_text("no picture that can be shown")
    assert_accessible(view.page)


def test_folders_open_by_the_keyboard_and_stay_open(view, server, experiment):
    run = make_run(server, experiment, "tree")
    put(server, run, "a/b/c.txt", b"deep down")
    view.open(run, "files")
    view.page.get_by_role("treeitem", name="a", exact=True).focus()
    view.page.keyboard.press("ArrowRight")
    inner = view.page.get_by_role("treeitem", name="b", exact=True)
    expect(inner).to_be_visible()
    view.page.keyboard.press("ArrowDown")
    expect(inner).to_be_focused()
    view.page.keyboard.press("ArrowRight")
    expect(view.page.get_by_role("treeitem", name="c.txt")).to_be_visible()
    put(server, run, "z.txt", b"new")
    ask(server, "runs/set-tag", run_id=run, key="now", value="changed")
    expect(view.page.get_by_role("treeitem", name="z.txt")).to_be_visible()
    expect(view.page.get_by_role("treeitem", name="c.txt")).to_be_visible()
    expect(inner).to_be_focused()


def test_name_tags_and_note_are_changed_for_good(view, server, experiment):
    run = make_run(server, experiment, "before", end=1_760_000_000_001)
    view.open(run)
    view.press("Rename")
    field = view.page.get_by_label("Name of the run")
    field.fill("after")
    field.press("Enter")
    expect(view.page.locator(".nbt-run-title h2")).to_have_text("after")
    view.press("Note")
    view.page.get_by_role("dialog").get_by_role("textbox").fill("two\nlines")
    view.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(view.page.locator(".nbt-run-note")).to_have_text("two\nlines")
    view.go("Tags")
    view.page.get_by_label("Name of a new tag").fill("team")
    view.page.get_by_label("Its value").fill("vision")
    view.press("Add tag")
    expect(view.panel.get_by_role("row", name=re.compile("team"))).to_contain_text("vision")
    view.page.get_by_role("button", name="Change team").click()
    view.page.get_by_role("dialog").get_by_role("textbox").fill("text")
    view.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(view.panel.get_by_role("row", name=re.compile("team"))).to_contain_text("text")
    view.open(run, "tags")
    expect(view.page.locator(".nbt-run-title h2")).to_have_text("after")
    expect(view.page.locator(".nbt-run-note")).to_have_text("two\nlines")
    expect(view.panel.get_by_role("row", name=re.compile("team"))).to_contain_text("text")
    view.page.get_by_role("button", name="Remove team").click()
    expect(view.panel.get_by_role("row", name=re.compile("team"))).to_have_count(0)
    view.press("Undo")
    expect(view.panel.get_by_role("row", name=re.compile("team"))).to_contain_text("text")


def test_a_run_goes_to_the_trash_and_comes_back(view, server, experiment):
    run = make_run(server, experiment, "gone", end=1_760_000_000_001)
    view.open(run)
    view.press("Delete")
    expect(view.page.locator(".nbt-run-banner")).to_contain_text("in the trash")
    view.open(run)
    expect(view.page.locator(".nbt-run-banner")).to_contain_text("in the trash")
    assert_accessible(view.page)
    view.press("Restore")
    expect(view.page.get_by_role("button", name="Delete")).to_be_visible()
    reply = server.ask("GET", f"/api/2.0/mlflow/runs/get?run_id={run}")
    assert json.loads(reply.body)["run"]["info"]["lifecycle_stage"] == "active"


def test_a_run_that_goes_on_is_followed_while_its_name_is_edited(view, server, experiment):
    run = make_run(server, experiment, "live", metrics={"loss": [3.0]})
    view.open(run, "metrics")
    expect(view.page.locator(".nbt-status")).to_have_text("Running")
    view.press("Rename")
    field = view.page.get_by_label("Name of the run")
    field.fill("half a na")
    point = {"key": "loss", "value": 0.125, "step": 1, "timestamp": 2}
    ask(server, "runs/log-batch", run_id=run, metrics=[point])
    expect(view.panel.get_by_role("row", name=re.compile("loss"))).to_contain_text("0.125")
    expect(field).to_have_value("half a na")
    expect(field).to_be_focused()


def test_thousands_of_values_are_searched(view, server, experiment):
    run = make_run(server, experiment, "many", end=1_760_000_000_001)
    for first in range(0, 3000, 100):
        params = [{"key": f"p{n:04}", "value": str(n)} for n in range(first, first + 100)]
        ask(server, "runs/log-batch", run_id=run, params=params)
    view.open(run, "params")
    expect(view.panel.locator("tbody tr")).to_have_count(500)
    view.press("Show all 3,000")
    expect(view.panel.locator("tbody tr")).to_have_count(3000)
    view.page.get_by_label("Search params").fill("p2999")
    expect(view.panel.locator("tbody tr")).to_have_count(1)
    expect(view.panel.get_by_role("status")).to_have_text("1 of 3,000")


def test_an_unknown_run_is_said_to_be_none(view, console):
    console.expect("404")
    view.page.goto(f"{view.server.url}/")
    expect(view.page.locator("#nbtrack")).not_to_be_empty()
    view.page.evaluate(_SHOW, ["f" * 32, {}])
    expect(view.page.locator(".nbt-empty")).to_contain_text("There is no such run")

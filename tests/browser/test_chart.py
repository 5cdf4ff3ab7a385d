"""Charts of metrics in a browser: what is drawn, zoom, live points, files, keyboard, dark."""

from __future__ import annotations

import csv
import math

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.sample import ask, make_experiment, make_run

LONG = 20_000
_SHOW = """async ([base, config, view]) => {
  const { show } = await import(`${base}/static/nbtrack.js`);
  const host = document.createElement("div");
  document.body.replaceChildren(host);
  show(host, { kind: "chart", config, view }, `${base}/`);
}"""
# The share of a panel's px that have a colour of a curve, not a grey.
_COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let i = 0; i < data.length; i += 4) {
    const part = [data[i], data[i + 1], data[i + 2]];
    if (data[i + 3] > 100 && Math.max(...part) - Math.min(...part) > 60) found += 1;
  }
  return found;
}"""


@pytest.fixture(scope="module")
def runs(server):
    """Five runs, their experiment first; the second one still goes on."""
    experiment_id = make_experiment(server, "Charts")
    made = []
    for number, name in enumerate(("=one", "two", "three", "<b>four</b>", "five")):
        loss = [math.exp(-step / 40) + number / 10 for step in range(200)]
        spiky = [0.0 if step in {0, 7} else 10.0**number + step for step in range(50)]
        holes = ["NaN" if step in {17, 33} else step % 7 for step in range(60)]
        metrics = {"loss": loss, "spiky": spiky, "once": [number / 2], "system/cpu": [1, 2]}
        if number == 0:
            metrics["holes"] = holes
        running = {} if number == 1 else {"end": 1_760_000_900_000}
        made.append(make_run(server, experiment_id, name, metrics=metrics, **running))
    return [experiment_id, *made]


@pytest.fixture(scope="module")
def long_run(server):
    """A run of more points than a curve has px, which goes on."""
    experiment_id = make_experiment(server, "Long")
    values = [math.sin(step / 500) + (3 if step == 12_345 else 0) for step in range(LONG)]
    return make_run(server, experiment_id, "long", metrics={"loss": values})


@pytest.fixture
def chart(server, page):
    """Show a chart on a page of the server: ``chart(run_ids, view, metrics=[…])``."""

    def show(run_ids, view=None, **config):
        page.goto(server.url)
        config = {"run_ids": run_ids, "metrics": [], **config}
        page.evaluate(_SHOW, [server.url, config, view or {}])
        return page.locator(".nbt-chart")

    return show


def panel(chart, metric):
    return chart.locator(f'[data-metric="{metric}"]')


def drawn(chart, metric):
    """Wait until a panel has curves."""
    found = panel(chart, metric)
    expect(found).to_have_attribute("data-kind", "curves")
    return found


def coloured(found):
    return found.locator("canvas").evaluate(_COLOURED)


def ends(found, name="data-x"):
    return [float(end) for end in found.get_attribute(name).split(",")]


def drag(page, found, start, end):
    box = found.locator(".u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * start, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, box["y"] + 70, steps=4)
    page.mouse.up()


def test_each_metric_has_a_panel_with_a_curve_for_each_run(chart, runs):
    shown = chart(runs[1:])
    loss = drawn(shown, "loss")
    expect(loss).to_have_attribute("data-rows", "1000")
    assert coloured(loss) > 500
    expect(panel(shown, "once")).to_have_attribute("data-kind", "dots")
    expect(panel(shown, "once").locator("li")).to_have_count(5)
    expect(panel(shown, "system/cpu")).to_be_hidden()
    shown.get_by_text("System metrics (1)").click()
    drawn(shown, "system/cpu")
    assert_accessible(shown.page)


def test_a_log_axis_says_what_it_leaves_out(chart, runs):
    shown = chart(runs[1:2], metrics=["spiky"])
    drawn(shown, "spiky")
    shown.get_by_role("button", name="Log y").click()
    expect(panel(shown, "spiky")).to_contain_text("2 points ≤ 0 are not on a log axis")


def test_gaps_are_marked_and_said(chart, runs):
    shown = chart(runs[1:2], metrics=["holes"])
    found = drawn(shown, "holes")
    expect(found).to_contain_text("2 NaN at step 17, 33")
    assert found.get_attribute("data-gaps") == "2"


def test_smoothing_draws_another_curve_beside_the_raw_one(chart, runs):
    shown = chart(runs[1:2], metrics=["holes"])
    before = coloured(drawn(shown, "holes"))
    shown.get_by_label("Smoothing").fill("0.9")
    expect(panel(shown, "holes")).to_have_attribute("data-smoothing", "0.9")
    expect(shown.locator("output")).to_have_text("0.90")
    assert coloured(panel(shown, "holes")) != before


def test_a_zoom_asks_for_its_range_and_stays_while_points_arrive(chart, server, page, long_run):
    shown = chart([long_run])
    found = drawn(shown, "loss")
    width = ends(found)[1]
    assert width == LONG - 1
    with page.expect_request(
        lambda r: "metrics/curves" in r.url and r.post_data_json["end"]
    ) as asked:
        drag(page, found, 0.6, 0.64)
    start, end = asked.value.post_data_json["start"], asked.value.post_data_json["end"]
    assert 11_000 < start < end < 13_500
    expect(found).to_have_attribute("data-detail", "1")
    near = ends(found)
    assert near[0] == pytest.approx(start, abs=1)
    assert near[1] == pytest.approx(end, abs=1)
    rows = int(found.get_attribute("data-rows"))
    point = {"key": "loss", "value": 1, "step": LONG + 500, "timestamp": 1_760_090_000_000}
    with page.expect_response(lambda r: "metrics/curves" in r.url):
        ask(server, "runs/log-batch", run_id=long_run, metrics=[point])
    assert ends(found) == near
    assert abs(int(found.get_attribute("data-rows")) - rows) < rows / 2
    found.locator(".u-over").dblclick()
    expect(found).to_have_attribute("data-x", f"0,{LONG + 500}")


def test_a_single_panel_has_the_whole_width(chart, runs):
    shown = chart(runs[1:2], metrics=["loss"])
    found = drawn(shown, "loss")
    width = shown.locator(".nbt-panels").first.bounding_box()["width"]
    assert found.bounding_box()["width"] == pytest.approx(width, abs=1)


def test_panels_share_the_zoom(chart, page, runs):
    shown = chart(runs[1:], metrics=["loss", "spiky"])
    drawn(shown, "spiky")
    drag(page, drawn(shown, "loss"), 0.1, 0.2)
    expect(shown.get_by_role("button", name="Reset zoom")).to_be_visible()
    assert ends(panel(shown, "spiky")) == ends(panel(shown, "loss"))
    shown.get_by_role("button", name="Reset zoom").click()
    expect(panel(shown, "spiky")).to_have_attribute("data-x", "0,49")


def test_points_and_picture_are_saved(chart, page, runs, tmp_path):
    shown = chart(runs[1:3], metrics=["loss"])
    drawn(shown, "loss")
    with page.expect_download() as download:
        shown.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "metrics.csv")
    with (tmp_path / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    assert list(rows[0]) == ["run_id", "run_name", "metric", "step", "timestamp", "value"]
    assert rows[0]["run_name"] == "'=one"
    assert float(rows[0]["value"]) == 1
    with page.expect_download() as download:
        shown.get_by_role("button", name="PNG").click()
    download.value.save_as(tmp_path / "metrics.png")
    content = (tmp_path / "metrics.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == 2 * (420 + 40)


def test_the_legend_hides_runs(chart, runs):
    shown = chart(runs[1:], {"hidden": [runs[2]]}, metrics=["loss"])
    found = drawn(shown, "loss")
    expect(found).to_have_attribute("data-curves", "4")
    expect(shown).to_contain_text("4 of 5 runs")
    one = shown.get_by_role("button", name="<b>four</b>")
    one.click()
    expect(found).to_have_attribute("data-curves", "3")
    expect(one).to_have_attribute("aria-pressed", "false")
    shown.get_by_role("button", name="five").focus()
    shown.page.keyboard.press("Shift+Enter")
    shown.get_by_role("button", name="Show all").click()
    expect(found).to_have_attribute("data-curves", "5")


def test_the_keyboard_reads_the_values_and_zooms(chart, page, runs):
    shown = chart(runs[1:], metrics=["loss", "spiky"])
    found = drawn(shown, "loss")
    drawn(shown, "spiky")
    found.locator(".nbt-plot").focus()
    page.keyboard.press("ArrowRight")
    said = shown.locator("[aria-live=polite]")
    expect(said).to_have_text("step 0: five 1.4, <b>four</b> 1.3, three 1.2, two 1.1, =one 1.0")
    expect(panel(shown, "spiky").locator(".nbt-points i")).to_have_count(5)
    page.keyboard.press("End")
    expect(said).to_contain_text("step 199: ")
    page.keyboard.press("+")
    expect(found).to_have_attribute("data-x", "99.5,199")
    page.keyboard.press("0")
    expect(found).to_have_attribute("data-x", "0,199")
    page.keyboard.press("Escape")
    expect(shown.locator(".nbt-hover")).to_be_hidden()


def test_a_dark_page_has_light_colours(chart, page, runs):
    shown = chart(runs[1:], metrics=["loss"])
    drawn(shown, "loss")
    swatch = shown.locator(".nbt-swatch path").first
    before = swatch.get_attribute("stroke")
    page.emulate_media(color_scheme="dark")
    expect(swatch).not_to_have_attribute("stroke", before)
    assert_accessible(page)


def test_an_empty_chart_says_what_to_do(chart, runs, server):
    expect(chart([])).to_contain_text("Select runs in the table")
    bare = make_run(server, runs[0], "bare", end=1_760_000_900_000)
    expect(chart([bare])).to_contain_text("This run has logged no metrics")


def test_an_error_is_said_and_can_be_tried_again(chart, page, runs, console):
    console.expect("500|Failed to load")
    page.route("**/metrics/curves", lambda route: route.fulfill(status=500, body="{}"))
    shown = chart(runs[1:2], metrics=["loss"])
    expect(shown.get_by_role("alert")).to_be_visible()
    page.unroute("**/metrics/curves")
    shown.get_by_role("button", name="Try again").click()
    drawn(shown, "loss")


def test_nothing_is_asked_of_finished_runs(chart, page, server, runs):
    shown = chart(runs[3:], metrics=["loss"])
    drawn(shown, "loss")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_console_message(lambda message: message.text == "changed"):
        page.evaluate(
            """base => new EventSource(`${base}/api/nbtrack/events`)
                .addEventListener("changed", () => console.log("changed"))""",
            server.url,
        )
        ask(server, "runs/set-tag", run_id=runs[1], key="touched", value="yes")
    assert [url for url in asked if "curves" in url or "table" in url] == []


# A widget of which the kernel runs a cell: it pushes, and does not answer.
_BUSY = """async ([base, config]) => {
  const { default: widget } = await import(`${base}/static/chart.js`);
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  const heard = {};
  const state = { kind: "chart", config, view: {}, selected: [] };
  const model = {
    get: (name) => state[name], set: (name, value) => { state[name] = value; }, save_changes() {},
    on: (name, listener) => (heard[name] ??= []).push(listener), off() {}, send() {},
  };
  widget.render({ model, el });
  window.tell = (event) => {
    for (const listener of heard["msg:custom"]) listener({ nbtrack: "event", event }, []);
  };
}"""
_PUSH = """([run_id, first, count]) => {
  const steps = Array.from({ length: count }, (_, i) => first + i);
  const point = (step) => ({ run_id, key: "loss", step, timestamp: step, value: 1 / (1 + step) });
  window.tell({ type: "points", points: steps.map(point) });
}"""


def test_a_kernel_that_only_pushes_has_its_points_drawn(server, page):
    run = "c" * 32
    page.goto(server.url)
    page.evaluate(_BUSY, [server.url, {"run_ids": [run], "experiment_ids": ["0"]}])
    shown = page.locator(".nbt-chart")
    expect(shown).to_contain_text("Loading")
    page.evaluate(_PUSH, [run, 0, 50])
    found = drawn(shown, "loss")
    expect(found).to_have_attribute("data-x", "0,49")
    expect(shown).not_to_contain_text("Loading")
    page.evaluate(_PUSH, [run, 50, 50])
    expect(found).to_have_attribute("data-x", "0,99")


def test_metrics_that_come_later_take_the_place_of_no_metrics(chart, server, runs):
    late = make_run(server, runs[0], "late")
    shown = chart([late], experiment_ids=[runs[0]])
    expect(shown).to_contain_text("This run has logged no metrics")
    points = [{"key": "loss", "value": step, "step": step, "timestamp": 1} for step in range(3)]
    ask(server, "runs/log-batch", run_id=late, metrics=points)
    drawn(shown, "loss")
    expect(shown).not_to_contain_text("no metrics")

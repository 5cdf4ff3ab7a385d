"""`nbtrack.chart`: which runs and metrics, the static picture, the DataFrame and the figure."""

import math
import sys

import pytest

import nbtrack
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.views.histories import smoothed


def record(name, points=20, **metrics):
    with nbtrack.start_run(run_name=name) as run:
        for step in range(points):
            values = {key: scale * (step + 1) for key, scale in (metrics or {"loss": 1.0}).items()}
            nbtrack.log_metrics(values, step)
    return run.run_id


def test_the_last_run_is_drawn_unless_others_are_named():
    first, second = record("run-a"), record("run-b")
    assert nbtrack.chart()._config["run_ids"] == [second]
    assert nbtrack.chart("run-a")._config["run_ids"] == [first]
    assert nbtrack.chart([first[:8], "last", nbtrack.get_run(first)])._config["run_ids"] == [
        first,
        second,
    ]
    table = nbtrack.runs()
    assert nbtrack.chart(table)._config["run_ids"] == [second, first]
    table.selected = [first]
    chart = table.chart("loss", smoothing=0.5)
    assert chart._config["run_ids"] == [first]
    assert (chart._config["metrics"], chart.view) == (["loss"], {"smoothing": 0.5})
    table.selected = [second]
    assert chart.selected == [second]


def test_a_run_that_is_not_there_is_a_sentence():
    record("run-a")
    with pytest.raises(NotFound, match="run-a"):
        nbtrack.chart("run-x")
    with pytest.raises(InvalidValue, match="A chart takes runs"):
        nbtrack.chart(7)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("x", "epoch", "'step', 'time' or 'relative'"),
        ("smoothing", 1, "from 0 to 0.99"),
        ("log_y", "yes", "True or False"),
        ("columns", 9, "from 0"),
    ],
)
def test_an_option_that_is_not_allowed_says_what_is(option, value, said):
    record("run-a")
    with pytest.raises(InvalidValue, match=said):
        nbtrack.chart(**{option: value})


def test_metrics_that_most_runs_have_are_drawn_and_not_the_machines_load():
    record("run-a", **{"loss": 1.0, "rare": 1.0, "system/cpu": 1.0})
    record("run-b", loss=1.0)
    record("run-c", loss=1.0)
    shown = str(nbtrack.chart(nbtrack.runs()))
    assert "run-a" in shown
    assert "rare" not in shown
    assert "system" not in shown
    assert "rare" in str(nbtrack.chart(nbtrack.runs(), metrics="rare"))


def test_the_twin_says_the_last_values_and_is_small():
    for number in range(25):
        record(f"run-{number}", 30, loss=1.0, acc=0.1, f1=0.2, mae=0.3, mse=0.4)
    bundle, _ = nbtrack.chart(nbtrack.runs(max_results=25))._repr_mimebundle_()
    assert "loss · run-24" in bundle["text/plain"]
    assert "30 at step 29" in bundle["text/plain"]
    assert bundle["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert len(bundle["text/html"]) < 200_000
    assert "<script" not in bundle["text/html"]
    assert "1 more metric" in bundle["text/html"]
    assert "not drawn here" not in bundle["text/html"]


def test_the_last_value_is_that_of_the_run_also_where_the_line_is_of_means():
    record("run-a", 2000)
    chart = nbtrack.chart(smoothing=0.9)
    assert "2000 at step 1999" in str(chart)


def test_a_run_without_metrics_says_what_to_write():
    with nbtrack.start_run():
        pass
    assert "nbtrack.log_metric" in str(nbtrack.chart())
    assert nbtrack.chart().figure() is not None
    assert len(nbtrack.chart().df) == 0


def test_names_are_text_and_told_apart_where_two_are_equal():
    first, second = record("<b>$x$"), record("<b>$x$")
    bundle, _ = nbtrack.chart([first, second])._repr_mimebundle_()
    assert "<b>" not in bundle["text/html"]
    assert first[:6] in bundle["text/plain"]
    assert second[:6] in bundle["text/plain"]
    nbtrack.chart([first, second]).figure().canvas.print_figure("x.png")


def test_the_data_frame_has_every_point():
    with nbtrack.start_run(run_name="run-a") as run:
        for step in range(3000):
            nbtrack.log_metric("loss", math.inf if step == 7 else float(step), step)
    frame = nbtrack.chart().df
    assert list(frame) == ["run_id", "run_name", "metric", "step", "timestamp", "value"]
    assert len(frame) == 3000
    assert set(frame["run_id"]) == {run.run_id}
    assert frame["value"][7] == math.inf
    assert str(frame["timestamp"].dt.tz) == "UTC"


def test_hidden_runs_are_neither_drawn_nor_in_the_data_frame():
    first, second = record("run-a"), record("run-b")
    chart = nbtrack.chart([first, second], view={"hidden": [first], "unknown": 7})
    assert set(chart.df["run_id"]) == {second}
    assert "run-a" not in str(chart)
    chart.view = {"hidden": [first, second]}
    assert "hidden" in str(chart)


def test_the_figure_is_drawn_without_pyplot():
    record("run-a", 3000, loss=1.0, acc=0.5)
    sys.modules.pop("matplotlib.pyplot", None)
    chart = nbtrack.chart(smoothing=0.5, log_y=True)
    figure = chart.figure()
    loss, acc = figure.axes
    assert (loss.get_title(loc="left"), acc.get_title(loc="left")) == ("loss", "acc")
    assert loss.get_yscale() == "log"
    assert len(loss.lines) == 2  # smoothed, and faint as it is
    assert len(loss.collections) >= 1  # the band of buckets
    assert len(loss.lines[1].get_xdata()) <= 1000
    chart.view = {"zoom": [100, 200]}
    zoomed = chart.figure().axes[0]
    assert zoomed.get_xlim() == (100, 200)
    assert list(zoomed.lines[0].get_ydata()[:2]) == [101.0, 102.0]
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize("x", ["step", "time", "relative"])
def test_each_axis_can_be_drawn(x):
    with nbtrack.start_run():
        for step, value in enumerate([1.0, math.nan, 2.0, math.inf, -math.inf, 3.0]):
            nbtrack.log_metric("loss", value, step, timestamp=1_700_000_000_000 + 1000 * step)
    chart = nbtrack.chart(x=x)
    chart.figure().canvas.print_figure("x.png")
    places = list(chart.figure().axes[0].lines[0].get_xdata())
    assert len(places) == 6
    if x == "relative":
        assert places == [0, 1, 2, 3, 4, 5]
    assert "2.0" not in str(chart)
    assert "3 at step" in str(chart)


def test_smoothing_is_that_of_the_widget():
    """The expectation is what ``smooth.js`` gives for the same numbers."""
    found = smoothed([1.0, 3.0, math.nan, 2.0], [2, 4, 1, 2], 0.6, 2.0)
    last, missing, expected = 0.0, 1.0, []
    for value, count in ((1.0, 2), (3.0, 4), (2.0, 2)):
        keep = 0.6 ** (count / 2.0)
        last, missing = last * keep + value * (1 - keep), missing * keep
        expected.append(last / (1 - missing))
    assert math.isnan(found[2])
    assert [found[0], found[1], found[3]] == pytest.approx(expected)

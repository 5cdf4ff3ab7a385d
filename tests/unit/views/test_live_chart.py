"""Charts that grow while a cell runs."""

import math
import threading

import pytest

import nbtrack
from nbtrack.client import stack
from nbtrack.views import live_chart
from nbtrack.views.live_chart import LiveChart


@pytest.fixture
def frames(monkeypatch):
    monkeypatch.setattr(live_chart, "_INTERVAL", 0.0)
    return []


def test_the_last_frame_shows_the_last_value(frames):
    chart = LiveChart(frames.append)
    for step in range(50):
        chart.add("loss", 1 / (step + 1), step)
    chart.finish()
    assert "0.02 at step 49" in frames[-1]["text/plain"]


def test_a_single_point_needs_no_chart(frames):
    chart = LiveChart(frames.append)
    chart.add("accuracy", 0.9, 0)
    chart.finish()
    assert frames == []


def test_nothing_new_is_not_drawn_again(frames):
    chart = LiveChart(frames.append)
    chart.add("loss", 1.0, 0)
    chart.add("loss", 0.5, 1)
    chart.finish()
    chart.finish()
    assert len(frames) == 1


def test_frames_are_at_most_two_a_second():
    frames = []
    chart = LiveChart(frames.append)
    for step in range(5000):
        chart.add("loss", 1.0, step)
    assert len(frames) <= 1


def test_another_thread_adds_but_does_not_draw(frames):
    drawn_by = []
    chart = LiveChart(lambda bundle: drawn_by.append(threading.get_ident()))

    def train():
        for step in range(100):
            chart.add("loss", float(step), step)

    threads = [threading.Thread(target=train) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chart.finish()
    assert set(drawn_by) == {threading.get_ident()}
    assert len(chart.chart().panels[0].series[0].values) == 400


def test_a_long_series_stays_small_and_keeps_its_spike_and_its_ends():
    chart = LiveChart()
    for step in range(100_000):
        chart.add("loss", 99.0 if step == 31_415 else math.sin(step), step)
    (series,) = chart.chart().panels[0].series
    assert len(series.values) <= 4000
    assert max(series.values) == 99.0
    assert (series.steps[0], series.steps[-1]) == (0, 99_999)


def test_the_number_of_gaps_is_true_after_thinning():
    chart = LiveChart()
    for step in range(20_000):
        chart.add("loss", math.nan if step % 2 else 1.0, step)
    (series,) = chart.chart().panels[0].series
    assert series.not_finite() == 10_000
    assert any(math.isnan(value) for value in series.values)


def test_a_front_end_that_fails_does_not_stop_the_loop(frames, capsys):
    def fail(bundle):
        raise RuntimeError("the front end is gone")

    chart = LiveChart(fail)
    for step in range(10):
        chart.add("loss", 1.0, step)
    chart.finish()
    assert capsys.readouterr().err.count("The live chart stopped") == 1


def test_outside_of_a_notebook_nothing_is_shown_but_the_text_is_there():
    chart = LiveChart()
    chart.add("loss", 1.0, 0)
    chart.add("loss", 0.5, 1)
    chart.finish()
    assert str(chart).endswith("0.5 at step 1")


def test_system_metrics_are_not_drawn_and_too_many_series_are_counted():
    chart = LiveChart()
    for number in range(35):
        chart.add(f"metric {number}", 1.0, 0)
    chart.add("system/cpu", 1.0, 0)
    assert chart.chart().note == "5 more metrics: recorded, but not drawn."


def test_a_chart_watches_one_run_until_it_is_finished(frames):
    with nbtrack.start_run() as run:
        noted = []
        stack.observe(run.run_id, lambda *point: noted.append(point))
        chart = LiveChart(frames.append).watch(run.run_id)
        nbtrack.log_metric("loss", 1.0, step=0)
        nbtrack.log_metrics({"loss": 0.5}, step=1)
        chart.finish()
        nbtrack.log_metric("loss", 0.1, step=2)
    assert frames[-1]["text/plain"].endswith("0.5 at step 1")
    assert len(noted) == 3

"""Widgets: what they hold, what they answer, what they tell. Only the transport is not real."""

import gc
import json
import os
import time
import weakref

import comm
import pytest

import nbtrack
from nbtrack.errors import InvalidValue
from nbtrack.rest.frame import read_frame
from nbtrack.views import comm as desk
from nbtrack.views import feed
from tests.unit.views.comms import KeptComm


@pytest.fixture(autouse=True)
def _kept(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", KeptComm)
    yield
    for each in feed._bell.feeds:
        each.stop()


def comm_of(widget):
    return next(one for one in KeptComm.all if one.comm_id == widget.model_id)


def record(name="run-a", **metrics):
    with nbtrack.start_run(run_name=name) as run:
        nbtrack.log_metrics(metrics or {"acc": 0.9})
    return run.run_id


@pytest.fixture
def shown():
    """A run, and a table of it with its widget and comm."""
    run_id = record()
    table = nbtrack.runs()
    return run_id, table, comm_of(table.widget)


def test_the_state_of_a_widget_holds_no_data(shown):
    _, table, _ = shown
    state = table.widget.get_state()
    module = state.pop("_esm")
    assert '"run-a"' not in module
    assert len(json.dumps(state, default=str)) < 1000
    assert {"kind", "config", "view", "selected"} <= set(state)


def test_a_question_is_answered_as_a_server_would(shown):
    run_id, table, line = shown
    status, body = line.json(table.widget, "GET", "api/2.0/mlflow/runs/get", {"run_id": run_id})
    assert (status, body["run"]["info"]["run_name"]) == (200, "run-a")
    path = "api/nbtrack/runs/table"
    status, frame = line.ask(table.widget, "POST", path, {"experiment_ids": ["0"]})
    header, columns = read_frame(frame)
    assert (status, header["total"], columns["name"].texts) == (200, 1, ["run-a"])


def test_what_was_logged_just_now_is_in_the_answer(shown):
    _, table, line = shown
    with nbtrack.start_run(run_name="now"):
        nbtrack.log_metric("loss", 1.0)
        args = {"experiment_ids": ["0"], "columns": ["metrics.loss"]}
        _, frame = line.ask(table.widget, "POST", "api/nbtrack/runs/table", args)
    header, columns = read_frame(frame)
    assert header["total"] == 2
    assert list(columns["metrics.loss"].data) == [1.0]


@pytest.mark.parametrize(
    ("method", "path", "args", "status"),
    [
        ("GET", "api/2.0/mlflow/runs/get", {"run_id": "0" * 32}, 404),
        ("GET", "api/2.0/mlflow/runs/get", {}, 400),
        ("POST", "api/nbtrack/runs/table", {"experiment_ids": ["0"], "filter": "acc >"}, 400),
        ("POST", "api/2.0/mlflow/runs/create", {"experiment_id": "0"}, 404),
        ("POST", "api/2.0/mlflow/experiments/delete", {"experiment_id": "0"}, 404),
        ("PUT", "api/2.0/mlflow-artifacts/artifacts/x", {}, 404),
        ("GET", "health", {}, 404),
        ("GET", "api/2.0/mlflow/runs/get", [1], 400),
        (None, None, None, 404),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_sentence(shown, method, path, args, status):
    _, table, line = shown
    answered, body = line.json(table.widget, method, path, args)
    assert answered == status
    assert body["message"]
    assert body["error_code"]


def test_a_message_that_is_no_question_is_passed_over(shown):
    _, table, line = shown
    for message in ({}, {"nbtrack": "ask"}, "text", None, {"nbtrack": 7}, [1]):
        table.widget._handle_custom_msg(message, [])
    status, _ = line.ask(table.widget, "GET", "api/2.0/mlflow/experiments/get", {})
    assert status == 400


def test_a_change_is_made_and_told_to_the_views(shown):
    run_id, table, line = shown
    other = comm_of(nbtrack.runs().widget)
    status, _ = line.json(table.widget, "POST", "api/2.0/mlflow/runs/delete", {"run_id": run_id})
    assert status == 200
    assert len(nbtrack.runs()) == 0
    line.wait(lambda: line.events("changed"))
    other.wait(lambda: other.events("changed"))
    path = "api/nbtrack/runs/change"
    args = {"run_ids": [run_id], "lifecycle_stage": "active", "run_name": "run-b"}
    assert line.json(table.widget, "POST", path, args)[1]["changed"] == 1
    assert nbtrack.get_run(run_id).info.run_name == "run-b"


def test_what_python_deletes_is_told_to_the_views(shown):
    run_id, _, line = shown
    nbtrack.delete_run(run_id)
    line.wait(lambda: line.events("changed"))


def test_files_are_sent_up_to_a_size(shown, monkeypatch):
    run_id, table, line = shown
    with nbtrack.start_run(run_id=run_id):
        nbtrack.log_text("hello", "notes/a.txt")
    args = {"run_id": run_id, "path": "notes/a.txt"}
    assert line.ask(table.widget, "GET", "get-artifact", args) == (200, b"hello")
    listed = line.json(table.widget, "GET", "api/2.0/mlflow/artifacts/list", {"run_id": run_id})
    assert listed[1]["files"][0]["path"] == "notes"
    monkeypatch.setattr(desk, "MOST_OF_A_FILE", 4)
    status, body = line.json(table.widget, "GET", "get-artifact", args)
    assert status == 400
    assert "download_artifacts" in body["message"]
    args["path"] = "../../x"
    assert line.ask(table.widget, "GET", "get-artifact", args)[0] == 400


def test_what_is_chosen_in_the_widget_arrives_here(shown):
    run_id, table, _ = shown
    seen = []
    table.observe(seen.append, ["selected", "view"])
    table.widget.set_state({"selected": [run_id]})
    table.widget.set_state({"view": {"filter": "metrics.acc > 1"}})
    assert table.selected == [run_id]
    assert [(change.name, change.new) for change in seen] == [
        ("selected", [run_id]),
        ("view", {"filter": "metrics.acc > 1"}),
    ]
    assert len(table.df) == 0
    table.widget.set_state({"view": {}})
    assert len(table.df) == 1
    table.unobserve(seen.append, ["selected", "view"])
    table.selected = []
    assert len(seen) == 3
    assert table.widget.selected == []


def test_a_callback_works_as_long_as_the_widget_does():
    record()
    seen = []
    table = nbtrack.runs()
    table.observe(seen.append)
    widget, gone = table.widget, weakref.ref(table)
    del table
    gc.collect()
    assert gone() is None
    widget.set_state({"selected": ["0" * 32]})
    assert [change["new"] for change in seen] == [["0" * 32]]


def test_what_is_chosen_here_arrives_in_the_widget(shown):
    run_id, table, _ = shown
    table.view = {"filter": "metrics.acc > 0.5", "order": [["metrics.acc", "desc"]]}
    table.selected = [run_id, run_id]
    assert table.widget.view == table.view
    assert table.widget.selected == [run_id]


@pytest.mark.parametrize(
    "view", [7, "text", {"a": object()}, {"a": float("nan")}, {"a": "x" * 70_000}]
)
def test_a_view_that_is_no_small_dictionary_is_refused(shown, view):
    with pytest.raises(InvalidValue, match="view"):
        shown[1].view = view


def test_there_is_nothing_else_to_observe(shown):
    with pytest.raises(InvalidValue, match="'view' or 'selected'"):
        shown[1].observe(print, "config")


def test_points_are_told_while_they_are_logged_at_most_twice_a_second():
    with nbtrack.start_run() as run:
        nbtrack.log_metric("loss", 0.5)
        line = comm_of(nbtrack.chart(run).widget)
        began = time.monotonic()
        for step in range(150):
            nbtrack.log_metric("loss", float("nan") if step == 3 else 1.0, step)
            time.sleep(0.01)
        line.wait(lambda: sum(len(e["points"]) for e in line.events("points")) == 150)
        seconds = time.monotonic() - began
    told = line.events("points")
    points = [point for event in told for point in event["points"]]
    assert [point["step"] for point in points] == list(range(150))
    assert points[3]["value"] == "NaN"
    assert set(points[0]) == {"run_id", "key", "step", "timestamp", "value"}
    assert len(told) <= 2 + seconds / feed.INTERVAL
    assert line.events("changed")


def test_points_of_other_runs_are_not_told():
    run_id = record()
    line = comm_of(nbtrack.chart(run_id).widget)
    record("other")
    line.wait(lambda: line.events("changed"))
    assert line.events("points") == []


def test_more_points_than_fit_leave_the_newest():
    with nbtrack.start_run() as run:
        chart = nbtrack.chart(run)
        line = comm_of(chart.widget)
        for step in range(3 * feed.MOST_POINTS):
            nbtrack.log_metric("loss", 1.0, step)
        last = 3 * feed.MOST_POINTS - 1
        line.wait(lambda: any(e["points"][-1]["step"] == last for e in line.events("points")))
    assert max(len(e["points"]) for e in line.events("points")) <= feed.MOST_POINTS


def test_a_widget_that_is_shown_nowhere_hears_nothing_until_it_is_shown_again():
    with nbtrack.start_run() as run:
        widget = nbtrack.chart(run).widget
        line = comm_of(widget)
        for place in ("a", "b"):
            widget._handle_custom_msg({"nbtrack": "ready", "place": place}, [])
        widget._handle_custom_msg({"nbtrack": "gone", "place": "a"}, [])
        nbtrack.log_metric("loss", 1.0)
        line.wait(lambda: line.events("points"))
        widget._handle_custom_msg({"nbtrack": "gone", "place": "b"}, [])
        assert feed._bell.feeds == ()
        assert run.run_id not in nbtrack.client.stack.observers
        number = len(line.sent)
        nbtrack.log_metric("loss", 2.0)
        widget._handle_custom_msg({"nbtrack": "ready", "place": "c"}, [])
        nbtrack.log_metric("loss", 3.0)
        line.wait(lambda: len(line.sent) > number)
    assert [e["points"][0]["value"] for e in line.events("points")] == [1.0, 3.0]


def test_a_closed_widget_is_forgotten():
    with nbtrack.start_run() as run:
        widget = nbtrack.chart(run).widget
        widget.close()
        nbtrack.log_metric("loss", 1.0)
        deadline = time.monotonic() + 10
        while feed._bell.feeds and time.monotonic() < deadline:
            time.sleep(0.02)
    assert feed._bell.feeds == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_tells_nobody():
    with nbtrack.start_run() as run:
        line = comm_of(nbtrack.chart(run).widget)
        pid = os.fork()
        if pid == 0:
            run.log_metric("loss", 1.0)
            os._exit(
                0
                if feed._bell.feeds == () and run.run_id not in nbtrack.client.stack.observers
                else 1
            )
        assert os.waitpid(pid, 0)[1] == 0
        nbtrack.log_metric("loss", 2.0)
        line.wait(lambda: line.events("points"))

"""Runs over REST, row by row of what MLflow's server was seen to answer."""

import time
import uuid

import pytest

from nbtrack.rest.codec import decode_body
from nbtrack.rest.runs import CreateRun, create
from tests.unit.rest.asking import by_key

START = 1_700_000_000_000


def deleted(rest, run):
    rest.post("runs/delete", {"run_id": run})
    return run


def test_a_new_run_is_answered_in_mlflows_form(rest, experiment):
    body = {
        "experiment_id": experiment,
        "user_id": "me",
        "start_time": START,
        "run_name": "n1",
        "tags": [{"key": "a", "value": "b"}],
    }
    made = rest.post("runs/create", body)["run"]
    run = made["info"]["run_id"]
    assert made["info"] == {
        "run_id": run,
        "run_uuid": run,
        "experiment_id": experiment,
        "run_name": "n1",
        "user_id": "me",
        "status": "RUNNING",
        "start_time": START,
        "artifact_uri": f"mlflow-artifacts:/{experiment}/{run}/artifacts",
        "lifecycle_stage": "active",
    }
    assert by_key(made["data"]["tags"]) == {"a": "b", "mlflow.runName": "n1"}
    assert set(made["data"]) == {"tags"}  # what is empty is left out
    assert (made["inputs"], made["outputs"]) == ({}, {})
    assert rest.run(run) == made


def test_a_run_of_no_experiment_belongs_to_the_default_one(rest):
    for body in ({}, {"experiment_id": ""}):
        assert rest.post("runs/create", body)["run"]["info"]["experiment_id"] == "0"


def test_a_run_without_a_start_begins_now(rest, run):
    assert abs(rest.run(run)["info"]["start_time"] - time.time() * 1000) < 60_000


def test_a_run_without_a_name_gets_one(rest, run):
    found = rest.run(run)
    assert found["info"]["run_name"]
    assert by_key(found["data"]["tags"]) == {"mlflow.runName": found["info"]["run_name"]}


def test_the_tag_names_a_run(rest, experiment):
    run = rest.new_run(experiment, tags=[{"key": "mlflow.runName", "value": "tagged"}])
    assert rest.run(run)["info"]["run_name"] == "tagged"


def test_two_names_that_differ_are_refused(rest, experiment):
    tags = [{"key": "mlflow.runName", "value": "other"}]
    body = {"experiment_id": experiment, "run_name": "one", "tags": tags}
    assert rest.refused("runs/create", body).error_code == "INVALID_PARAMETER_VALUE"


def test_of_a_tag_given_twice_the_last_value_stays(rest, experiment):
    run = rest.new_run(experiment, tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    assert by_key(rest.run(run)["data"]["tags"])["a"] == "2"


def test_a_tag_of_a_new_run_is_cut_as_one_set_later(rest, experiment):
    run = rest.new_run(experiment, tags=[{"key": "a", "value": "x" * 9000}])
    assert len(by_key(rest.run(run)["data"]["tags"])["a"]) == 8000


@pytest.mark.parametrize(
    "given", [{"start_time": -1}, {"start_time": 2**62}, {"tags": [{"key": "a@"}]}]
)
def test_a_run_that_cannot_be_kept_is_refused(rest, experiment, given):
    error = rest.refused("runs/create", {"experiment_id": experiment, **given})
    assert error.http_status == 400


def test_a_run_of_an_unknown_experiment_is_not_begun(rest):
    error = rest.refused("runs/create", {"experiment_id": "999999"})
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_client_may_choose_the_id_and_ask_twice(rest, experiment):
    body = {"experiment_id": experiment, "run_id": uuid.uuid4().hex, "user_id": "me"}
    first = rest.post("runs/create", body)
    assert first["run"]["info"]["run_id"] == body["run_id"]
    assert rest.post("runs/create", body) == first
    assert rest.refused("runs/create", {**body, "user_id": "you"}).http_status == 400
    assert rest.refused("runs/create", {**body, "run_id": "short"}).http_status == 400


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("runs/update", {"status": "FINISHED"}),
        ("runs/set-tag", {"key": "k", "value": "v"}),
        ("runs/delete-tag", {"key": "k"}),
        ("runs/log-parameter", {"key": "k", "value": "v"}),
        ("runs/log-metric", {"key": "k", "value": 1, "timestamp": 1}),
        ("runs/log-batch", {"tags": [{"key": "k", "value": "v"}]}),
        ("runs/log-batch", {}),
        ("runs/log-inputs", {"datasets": []}),
        ("runs/outputs", {"models": [{"model_id": "m-1"}]}),
    ],
)
def test_a_run_must_be_there_and_active_to_be_changed(rest, run, path, more):
    error = rest.refused(path, {"run_id": deleted(rest, run), **more})
    assert error.error_code == "INVALID_PARAMETER_VALUE"
    assert error.message.startswith(f"The run {run} must be in the 'active' state.")
    error = rest.refused(path, {"run_id": "nope", **more})
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert "Run with id=nope not found" in error.message


@pytest.mark.parametrize("path", ["runs/delete", "runs/restore"])
def test_an_unknown_run_is_not_found(rest, path):
    assert rest.refused(path, {"run_id": "nope"}).http_status == 404
    assert rest.refused_get("runs/get", run_id="nope").http_status == 404


def test_deleting_and_restoring_twice_changes_nothing(rest, run):
    for path, stage in (("runs/delete", "deleted"), ("runs/restore", "active")):
        for _ in range(2):
            assert rest.post(path, {"run_id": run}) == {}
            assert rest.run(run)["info"]["lifecycle_stage"] == stage


def test_an_update_answers_the_run_and_leaves_out_what_is_not_given(rest, run):
    before = rest.run(run)["info"]
    body = {"run_uuid": run, "run_id": run, "status": "FINISHED", "end_time": START}
    after = rest.post("runs/update", body)["run_info"]
    assert after == {**before, "status": "FINISHED", "end_time": START}
    assert rest.post("runs/update", {"run_id": run, "run_name": ""})["run_info"] == after
    going = rest.post("runs/update", {"run_id": run, "status": "RUNNING"})["run_info"]
    assert going == {**after, "status": "RUNNING"}


def test_a_new_name_of_a_run_is_its_tag_too(rest, run):
    rest.post("runs/delete-tag", {"run_id": run, "key": "mlflow.runName"})
    rest.post("runs/update", {"run_id": run, "run_name": "new"})
    found = rest.run(run)
    assert found["info"]["run_name"] == by_key(found["data"]["tags"])["mlflow.runName"] == "new"


# Search


def test_a_search_goes_page_by_page(rest, experiment):
    runs = [rest.new_run(experiment, start_time=START + n) for n in range(5)]
    asked = {"experiment_ids": [experiment], "max_results": 2}
    found, token = [], None
    while True:
        page = rest.post("runs/search", {**asked, "page_token": token})
        found += [one["info"]["run_id"] for one in page["runs"]]
        token = page.get("next_page_token")
        if token is None:
            break
    assert found == runs[::-1]


def test_a_search_by_filter_order_and_view(rest, experiment):
    low, high, gone = (rest.new_run(experiment) for _ in range(3))
    for run, value in ((low, 1), (high, 2), (gone, 3)):
        body = {"run_id": run, "key": "acc", "value": value, "timestamp": 1}
        rest.post("runs/log-metric", body)
    deleted(rest, gone)
    asked = {
        "experiment_ids": [experiment],
        "filter": "metrics.acc > 0",
        "order_by": ["metrics.acc ASC"],
    }

    def found(**more):
        answer = rest.post("runs/search", {**asked, **more})
        return [one["info"]["run_id"] for one in answer["runs"]]

    assert found() == [low, high]
    assert found(run_view_type="DELETED_ONLY") == [gone]
    assert found(run_view_type=3, filter="metrics.acc > 1") == [high, gone]


@pytest.mark.parametrize("numbers", [[], ["999999"]])
def test_a_search_of_no_experiment_is_empty(rest, numbers):
    assert rest.post("runs/search", {"experiment_ids": numbers}) == {}


@pytest.mark.parametrize(
    "asked",
    [
        {"experiment_ids": ["x"]},
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 50_001},
        {"filter": "metrics.acc >"},
        {"filter": "x" * 8193},
        {"filter": " AND ".join(["metrics.a > 1"] * 101)},
        {"order_by": ["metrics"]},
        {"page_token": "nonsense"},
        {"page_token": "é"},
        {"run_view_type": "active_only"},
    ],
)
def test_a_search_that_means_nothing_is_refused(rest, experiment, asked):
    error = rest.refused("runs/search", {"experiment_ids": [experiment], **asked})
    assert error.error_code == "INVALID_PARAMETER_VALUE"


def test_a_request_that_is_served_twice_makes_one_run(rest):
    request = decode_body(b'{"experiment_id": "0"}', CreateRun)
    runs = [create(rest.backend, request).run.info.run_id for _ in range(2)]
    assert runs[0] == runs[1]

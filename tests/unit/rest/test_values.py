"""Params and tags over REST, row by row of what MLflow's server was seen to answer."""

import pytest

from tests.unit.rest.asking import by_key

BAD_KEYS = ["", ".", "/a", "a/", "a//b", "a/../b", "../a", "a@b", "k" * 251, "\n"]


def tags(rest, run):
    return by_key(rest.run(run)["data"]["tags"])


def params(rest, run):
    return by_key(rest.run(run)["data"].get("params", []))


@pytest.mark.parametrize("path", ["runs/log-parameter", "runs/set-tag"])
@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_would_be_no_plain_file_is_refused(rest, run, path, key):
    error = rest.refused(path, {"run_id": run, "key": key, "value": "v"})
    assert error.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("key", ["a b", "größe", "a/b.c-d_e:f", "k" * 250, "日本"])
def test_a_key_may_have_any_letters(rest, run, key):
    rest.post("runs/log-parameter", {"run_id": run, "key": key, "value": "v"})
    rest.post("runs/set-tag", {"run_id": run, "key": key, "value": "v"})
    assert params(rest, run)[key] == tags(rest, run)[key] == "v"


@pytest.mark.parametrize("given", [{}, {"value": None}])
def test_a_value_that_is_left_out_is_the_empty_text(rest, run, given):
    rest.post("runs/log-parameter", {"run_id": run, "key": "k", **given})
    rest.post("runs/set-tag", {"run_id": run, "key": "k", **given})
    assert params(rest, run)["k"] == tags(rest, run)["k"] == ""


@pytest.mark.parametrize("path", ["runs/log-parameter", "runs/set-tag"])
def test_a_value_that_is_no_text_is_refused(rest, run, path):
    error = rest.refused(path, {"run_id": run, "key": "k", "value": 41})
    assert "Invalid value 41 for parameter 'value' supplied" in error.message


def test_what_is_too_long_is_cut(rest, run):
    value = "é" * 9000
    rest.post("runs/log-parameter", {"run_id": run, "key": "k", "value": value})
    rest.post("runs/set-tag", {"run_id": run, "key": "k", "value": value})
    assert params(rest, run)["k"] == "é" * 6000
    assert tags(rest, run)["k"] == "é" * 8000


@pytest.mark.parametrize("path", ["runs/log-parameter", "runs/set-tag"])
def test_what_is_too_long_is_refused_if_the_operator_wants_it_so(rest, run, path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRUNCATE_LONG_VALUES", "false")
    error = rest.refused(path, {"run_id": run, "key": "k", "value": "é" * 9000})
    assert "exceeds the maximum length of" in error.message


def test_a_param_that_was_cut_can_be_logged_again(rest, run):
    for _ in range(2):
        rest.post("runs/log-parameter", {"run_id": run, "key": "k", "value": "x" * 6001})
    assert params(rest, run)["k"] == "x" * 6000


def test_a_param_keeps_its_first_value(rest, run):
    body = {"run_id": run, "key": "p", "value": "1"}
    assert rest.post("runs/log-parameter", body) == rest.post("runs/log-parameter", body) == {}
    error = rest.refused("runs/log-parameter", {**body, "value": "2"})
    assert error.error_code == "INVALID_PARAMETER_VALUE"
    assert error.message.startswith(
        "Changing param values is not allowed. Param with key='p' was already logged with value='1'"
    )
    assert params(rest, run) == {"p": "1"}


def test_a_tag_is_set_again_and_taken_away(rest, run):
    for value in ("1", "2"):
        assert rest.post("runs/set-tag", {"run_id": run, "key": "k", "value": value}) == {}
        assert tags(rest, run)["k"] == value
    assert rest.post("runs/delete-tag", {"run_id": run, "key": "k"}) == {}
    error = rest.refused("runs/delete-tag", {"run_id": run, "key": "k"})
    assert (error.http_status, error.message) == (404, f"No tag with name: k in run with id {run}")


def test_the_name_tag_renames_the_run_unless_it_is_empty(rest, run):
    for value in ("renamed", ""):
        rest.post("runs/set-tag", {"run_id": run, "key": "mlflow.runName", "value": value})
        assert rest.run(run)["info"]["run_name"] == tags(rest, run)["mlflow.runName"] == "renamed"
    rest.post("runs/delete-tag", {"run_id": run, "key": "mlflow.runName"})
    assert rest.run(run)["info"]["run_name"] == "renamed"
    assert "tags" not in rest.run(run)["data"]

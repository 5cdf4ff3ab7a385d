"""Many values of a run in one request, row by row of what MLflow's server was seen to answer."""

import pytest

from tests.unit.rest.asking import by_key


def points(number, key="m"):
    return [{"key": key, "value": n, "timestamp": 1, "step": n} for n in range(number)]


def labels(number, start=0):
    return [{"key": f"k{n}", "value": "v"} for n in range(start, start + number)]


def test_everything_of_a_batch_is_there(rest, run):
    body = {
        "run_id": run,
        "metrics": [{**one, "run_id": run, "unknown": 1} for one in points(3)],
        "params": [{"key": "p", "value": "1"}, {"key": "empty"}],
        "tags": [{"key": "t", "value": "1"}, {"key": "t", "value": "2"}],
    }
    for _ in range(2):  # a repeated request changes nothing
        assert rest.post("runs/log-batch", body) == {}
    data = rest.run(run)["data"]
    assert data["metrics"] == [{"key": "m", "value": 2.0, "timestamp": 1, "step": 2}]
    assert by_key(data["params"]) == {"p": "1", "empty": ""}
    assert by_key(data["tags"])["t"] == "2"
    history = rest.get("metrics/get-history", run_id=run, metric_key="m")["metrics"]
    assert len(history) == 3


def test_an_empty_batch_is_accepted(rest, run):
    assert rest.post("runs/log-batch", {"run_id": run}) == {}


def test_as_much_as_allowed_is_taken(rest, run):
    for body in ({"metrics": points(1000)}, {"params": labels(100), "tags": labels(100)}):
        assert rest.post("runs/log-batch", {"run_id": run, **body}) == {}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"metrics": points(1001)}, "1000 metrics. Got 1001 metrics."),
        ({"params": labels(101)}, "100 params. Got 101 params."),
        ({"tags": labels(101)}, "100 tags. Got 101 tags."),
        (
            {"metrics": points(900), "params": labels(60), "tags": labels(60)},
            "1000 metrics, params, and tags. Got 1020 metrics, params, and tags.",
        ),
    ],
)
def test_more_than_allowed_is_refused_by_its_kind(rest, run, body, what):
    error = rest.refused("runs/log-batch", {"run_id": run, **body})
    assert error.message.startswith(f"A batch logging request can contain at most {what}")
    assert set(rest.run(run)["data"]) == {"tags"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"params": [{"key": "p", "value": "other"}]},
        {"params": [{"key": "q", "value": "1"}, {"key": "q", "value": "1"}]},
        {"params": [{"key": "a@"}]},
        {"params": [{"value": "v"}]},
        {"params": [{"key": "q", "value": 1}]},
        {"metrics": [*points(1), {"key": "a//b", "value": 1, "timestamp": 1}]},
        {"metrics": [*points(1), {"key": "b", "value": 1, "timestamp": -1}]},
        {"metrics": [*points(1), {"key": "b", "value": 1}]},
        {"metrics": ["foo"]},
        {"metrics": "foo"},
        {"tags": [{"key": "k" * 251, "value": "v"}]},
        {"tags": [None]},
    ],
)
def test_a_mistake_in_a_batch_leaves_the_run_as_it_was(rest, run, wrong):
    rest.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
    before = rest.run(run)
    body = {"run_id": run, "metrics": points(2), "params": labels(2), "tags": labels(2), **wrong}
    assert rest.refused("runs/log-batch", body).error_code == "INVALID_PARAMETER_VALUE"
    assert rest.run(run) == before


def test_a_param_that_has_another_value_is_refused_in_the_words_of_one_alone(rest, run):
    rest.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
    body = {"run_id": run, "params": [{"key": "p", "value": "2"}]}
    message = rest.refused("runs/log-batch", body).message
    assert message.startswith("Changing param values is not allowed.")


def test_long_values_are_cut(rest, run):
    long = [{"key": "k", "value": "x" * 9000}]
    rest.post("runs/log-batch", {"run_id": run, "params": long, "tags": long})
    data = rest.run(run)["data"]
    assert len(by_key(data["params"])["k"]) == 6000
    assert len(by_key(data["tags"])["k"]) == 8000


def test_the_name_tag_renames_the_run(rest, run):
    tags = [{"key": "mlflow.runName", "value": "renamed"}]
    rest.post("runs/log-batch", {"run_id": run, "tags": tags})
    assert rest.run(run)["info"]["run_name"] == "renamed"


@pytest.mark.parametrize("run_id", ["../x", "", "a" * 257, "-a", 31])
def test_what_is_no_run_id_is_refused(rest, run_id):
    assert rest.refused("runs/log-batch", {"run_id": run_id}).http_status == 400


def test_numbers_that_json_does_not_have_arrive(rest, run):
    text = (
        f'{{"run_id": "{run}", "metrics": [{{"key": "m", "value": NaN, "timestamp": 7, "step": 3}}'
        ', {"key": "n", "value": -Infinity, "timestamp": 7}]}'
    )
    rest.post("runs/log-batch", text.encode())
    found = sorted(rest.run(run)["data"]["metrics"], key=lambda one: one["key"])
    assert found == [
        {"key": "m", "value": "NaN", "timestamp": 7, "step": 3},
        {"key": "n", "value": "-Infinity", "timestamp": 7, "step": 0},
    ]

"""Metrics over REST, row by row of what MLflow's server was seen to answer."""

import pytest

LARGEST = 1.7976931348623157e308


def log(rest, run, value, step=0, timestamp=1, key="m", **more):
    body = {"run_id": run, "key": key, "value": value, "timestamp": timestamp, "step": step}
    return rest.post("runs/log-metric", {**body, **more})


def history(rest, run, key="m"):
    return rest.get("metrics/get-history", run_id=run, metric_key=key).get("metrics", [])


def latest(rest, run, key="m"):
    found = {one["key"]: one for one in rest.run(run)["data"]["metrics"]}
    return found[key]


def test_a_point_is_answered_with_its_step_also_where_that_is_0(rest, run):
    body = {"run_uuid": run, "run_id": run, "key": "m", "value": 2, "timestamp": 5}
    assert rest.post("runs/log-metric", body) == {}
    point = {"key": "m", "value": 2.0, "timestamp": 5, "step": 0}
    assert rest.run(run)["data"]["metrics"] == history(rest, run) == [point]


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        ("inf", "Infinity"),
        ("1.25", 1.25),
        (True, 1.0),
        (LARGEST, LARGEST),
        (5e-324, 5e-324),
    ],
)
def test_a_value_comes_back_as_the_number_it_is(rest, run, value, answer):
    log(rest, run, value)
    assert latest(rest, run)["value"] == answer
    assert history(rest, run)[0]["value"] == answer
    bulk = rest.get("metrics/get-history-bulk", run_id=run, metric_key="m")
    assert bulk["metrics"][0]["value"] == answer


def test_the_same_point_is_kept_once_and_another_of_the_same_step_too(rest, run):
    for value, timestamp in ((1, 1), (1, 1), (2, 1), (1, 2)):
        log(rest, run, value, timestamp=timestamp)
    assert [(one["timestamp"], one["value"]) for one in history(rest, run)] == [
        (1, 1.0), (1, 2.0), (2, 1.0),
    ]  # fmt: skip


def test_the_latest_point_is_the_one_of_the_greatest_step_timestamp_and_value(rest, run):
    for step, timestamp, value in ((1, 5, 1), (0, 9, 9), (1, 4, 9), (1, 5, 0.5), (1, 5, "NaN")):
        log(rest, run, value, step, timestamp)
    assert latest(rest, run) == {"key": "m", "value": 1.0, "timestamp": 5, "step": 1}


@pytest.mark.parametrize("step", [-(2**63), -1, 2**63 - 1])
def test_a_step_is_any_integer_of_64_bits(rest, run, step):
    log(rest, run, 1, step)
    assert latest(rest, run)["step"] == step


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "abc"},
        {"value": None},
        {"value": ""},
        {"timestamp": -1},
        {"timestamp": None},
        {"timestamp": 1.5},
        {"timestamp": 2**63},
        {"step": 1.5},
        {"step": 2**63},
        {"step": "x"},
        {"key": None},
        {"key": 31},
        {"key": "a//b"},
        {"key": "k" * 251},
        {"key": "a@"},
    ],
)
def test_a_point_that_cannot_be_kept_as_it_is_is_refused(rest, run, wrong):
    body = {"run_id": run, "key": "m", "value": 1, "timestamp": 1} | wrong
    assert rest.refused("runs/log-metric", body).error_code == "INVALID_PARAMETER_VALUE"
    assert "metrics" not in rest.run(run)["data"]


# Histories


def test_a_history_is_ordered_by_timestamp_step_and_value_and_goes_page_by_page(rest, run):
    for step, timestamp, value in ((2, 1, 1), (1, 2, 1), (1, 1, 2), (1, 1, 1)):
        log(rest, run, value, step, timestamp)
    asked = {"run_id": run, "metric_key": "m", "max_results": "3"}
    first = rest.get("metrics/get-history", **asked)
    second = rest.get("metrics/get-history", **asked, page_token=first["next_page_token"])
    assert [(one["timestamp"], one["step"], one["value"]) for one in first["metrics"]] == [
        (1, 1, 1.0), (1, 1, 2.0), (1, 2, 1.0),
    ]  # fmt: skip
    assert (len(second["metrics"]), second.get("next_page_token")) == (1, None)


def test_a_history_that_is_not_there_is_empty(rest, run):
    assert rest.get("metrics/get-history", run_id=run, metric_key="never") == {}
    assert rest.get("metrics/get-history", run_id="nope", metric_key="m") == {}


@pytest.mark.parametrize(
    "wrong", [{"max_results": "0"}, {"max_results": "-1"}, {"page_token": "x"}, {"metric_key": ""}]
)
def test_a_history_that_cannot_be_asked_for_is_refused(rest, run, wrong):
    log(rest, run, 1)
    asked = {"run_id": run, "metric_key": "m"} | wrong
    assert rest.refused_get("metrics/get-history", **asked).http_status == 400


@pytest.fixture
def two_runs(rest, experiment):
    """Two runs with steps 0 to 9 and 0 to 4."""
    runs = [rest.new_run(experiment), rest.new_run(experiment)]
    for run, number in zip(runs, (10, 5), strict=True):
        points = [{"key": "m", "value": n, "timestamp": n, "step": n} for n in range(number)]
        rest.post("runs/log-batch", {"run_id": run, "metrics": points})
    return runs


def test_the_histories_of_many_runs_come_run_by_run(rest, two_runs):
    points = rest.get("metrics/get-history-bulk", run_id=two_runs, metric_key="m")["metrics"]
    expected = [
        {"run_id": run, "key": "m", "value": float(n), "timestamp": n, "step": n}
        for run in sorted(two_runs)
        for n in range(10 if run == two_runs[0] else 5)
    ]
    assert points == expected
    some = rest.get("metrics/get-history-bulk", run_id=two_runs, metric_key="m", max_results="12")
    assert some["metrics"] == expected[:12]


def test_the_histories_of_unknown_runs_are_an_empty_list(rest):
    answer = rest.get("metrics/get-history-bulk", run_id=["nope"], metric_key="m")
    assert answer == {"metrics": []}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"metric_key": "m"}, "must specify at least one run_id"),
        ({"run_id": ["r"]}, "required parameter 'metric_key'"),
        ({"run_id": ["r"] * 101, "metric_key": "m"}, "more than 100 run_ids. Received 101 run_ids"),
        ({"run_id": ["r"], "metric_key": "m", "max_results": "0"}, "positive integer"),
    ],
)
def test_histories_that_cannot_be_asked_for_are_refused(rest, asked, says):
    assert says in rest.refused_get("metrics/get-history-bulk", **asked).message


def sampled(rest, runs, **asked):
    answer = rest.get("metrics/get-history-bulk-interval", run_ids=runs, metric_key="m", **asked)
    return [(one["run_id"], one["step"]) for one in answer.get("metrics", [])]


def test_samples_are_chosen_of_each_run_alone_in_the_order_of_the_request(rest, two_runs):
    long, short = two_runs
    chosen = sampled(rest, [short, long], max_results="3")
    assert chosen == [(short, n) for n in (0, 2, 4)] + [(long, n) for n in (0, 4, 9)]
    assert len(sampled(rest, two_runs)) == 15
    some = sampled(rest, [long], start_step="2", end_step="4", max_results="10")
    assert some == [(long, n) for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"run_ids": []}, "required parameter 'run_ids'"),
        ({"run_ids": ["r"] * 101}, "more than 100 run_ids"),
        ({"start_step": "1"}, "both must be specified"),
        ({"end_step": "1"}, "both must be specified"),
        ({"start_step": "2", "end_step": "1"}, "end_step must be greater than start_step"),
        ({"max_results": "0"}, "max_results must be between 1 and 2500"),
        ({"max_results": "2501"}, "max_results must be between 1 and 2500"),
        ({"metric_key": ""}, "required parameter 'metric_key'"),
    ],
)
def test_samples_that_cannot_be_asked_for_are_refused(rest, asked, says):
    asked = {"run_ids": ["r"], "metric_key": "m"} | asked
    assert says in rest.refused_get("metrics/get-history-bulk-interval", **asked).message

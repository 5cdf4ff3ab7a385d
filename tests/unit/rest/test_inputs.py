"""What runs read and made, over REST, row by row of what MLflow's server was seen to answer."""

import json

import pytest

from tests.unit.rest.asking import by_key

DATASET = {"name": "iris", "digest": "d1", "source_type": "local", "source": '{"uri": "x"}'}


def used(dataset=DATASET, **tags):
    return {"dataset": dataset, "tags": [{"key": k, "value": v} for k, v in tags.items()]}


def test_a_dataset_is_answered_as_it_was_given(rest, run):
    dataset = {**DATASET, "schema": "{}", "profile": "{}"}
    body = {"run_id": run, "datasets": [used(dataset, a="1")], "models": [{"model_id": "m-9"}]}
    assert rest.post("runs/log-inputs", body) == {}
    assert rest.run(run)["inputs"] == {
        "dataset_inputs": [{"dataset": dataset, "tags": [{"key": "a", "value": "1"}]}],
        "model_inputs": [{"model_id": "m-9"}],
    }


def test_what_a_dataset_does_not_say_is_left_out_or_the_empty_text(rest, run):
    rest.post("runs/log-inputs", {"run_id": run, "datasets": [used({"name": "n", "digest": "d"})]})
    found = rest.run(run)["inputs"]["dataset_inputs"]
    assert found == [{"dataset": {"name": "n", "digest": "d", "source_type": "", "source": ""}}]


def test_of_a_dataset_logged_again_the_first_tags_stay(rest, run):
    for tag in ("1", "2"):
        rest.post("runs/log-inputs", {"run_id": run, "datasets": [used(context=tag)]})
    (found,) = rest.run(run)["inputs"]["dataset_inputs"]
    assert by_key(found["tags"]) == {"context": "1"}


@pytest.mark.parametrize(
    "wrong",
    [
        used({**DATASET, "name": "n" * 501}),
        used({**DATASET, "digest": "d" * 37}),
        used({**DATASET, "source": "s" * 65_536}),
        used({**DATASET, "schema": "s" * 1_048_576}),
        used(**{"k" * 256: "v"}),
        used(k="v" * 501),
        used({**DATASET, "name": 5}),
        {"tags": []},
        "x",
    ],
)
def test_a_dataset_that_cannot_be_kept_is_refused(rest, run, wrong):
    body = {"run_id": run, "datasets": [used({**DATASET, "name": "good"}), wrong]}
    assert rest.refused("runs/log-inputs", body).error_code == "INVALID_PARAMETER_VALUE"
    assert rest.run(run)["inputs"] == {}


def test_no_inputs_are_accepted(rest, run):
    assert rest.post("runs/log-inputs", {"run_id": run}) == {}


def test_models_that_a_run_made_are_kept_once(rest, run):
    body = {"run_id": run, "models": [{"model_id": "m-1", "step": 3}, {"model_id": "m-2"}]}
    for _ in range(2):  # MLflow's client repeats a request whose answer was lost
        assert rest.post("runs/outputs", body) == {}
    assert rest.run(run)["outputs"] == {
        "model_outputs": [{"model_id": "m-1", "step": 3}, {"model_id": "m-2", "step": 0}]
    }
    found = rest.post("runs/search", {"experiment_ids": [rest.run(run)["info"]["experiment_id"]]})
    assert found["runs"][0]["outputs"] == rest.run(run)["outputs"]


@pytest.mark.parametrize("wrong", [{}, {"models": [{"step": 1}]}, {"models": [{"model_id": ""}]}])
def test_outputs_without_a_model_are_refused(rest, run, wrong):
    assert rest.refused("runs/outputs", {"run_id": run, **wrong}).http_status == 400


def test_the_datasets_of_experiments_are_found(rest, experiment, run):
    other = rest.new_run(experiment)
    for one in (run, other):
        body = {"run_id": one, "datasets": [used(**{"mlflow.data.context": "train"})]}
        rest.post("runs/log-inputs", body)
    rest.post("runs/log-inputs", {"run_id": run, "datasets": [used({"name": "n", "digest": "d"})]})
    answer = rest.post("experiments/search-datasets", {"experiment_ids": [experiment]})
    plain = {"experiment_id": experiment, "name": "n", "digest": "d"}
    iris = {"experiment_id": experiment, "name": "iris", "digest": "d1", "context": "train"}
    assert sorted(answer["dataset_summaries"], key=lambda one: one["name"]) == [iris, plain]


@pytest.mark.parametrize("numbers", [[], [str(n) for n in range(21)]])
def test_datasets_of_no_or_too_many_experiments_are_refused(rest, numbers):
    error = rest.refused("experiments/search-datasets", {"experiment_ids": numbers})
    assert "from 1 to 20 experiment_ids" in error.message


# Models


def model(**more):
    return {"artifact_path": "m", "flavors": {}, "utc_time_created": "x", "run_id": "r", **more}


def test_models_of_old_clients_are_gathered_in_a_tag(rest, run):
    first, second = model(size=10**30), model(flavors={"x": "y" * 9000})
    for one in (first, second):
        rest.post("runs/log-model", {"run_id": run, "model_json": json.dumps(one)})
    history = by_key(rest.run(run)["data"]["tags"])["mlflow.log-model.history"]
    assert json.loads(history) == [first, second]


@pytest.mark.parametrize("text", ["x", "[]", "{}", "[" * 2000, '{"artifact_path": "m"}'])
def test_what_is_no_model_is_refused(rest, run, text):
    error = rest.refused("runs/log-model", {"run_id": run, "model_json": text})
    assert error.message.startswith("Malformed model info")


def test_a_model_of_an_unknown_run_is_not_kept(rest):
    body = {"run_id": "nope", "model_json": json.dumps(model())}
    assert rest.refused("runs/log-model", body).http_status == 404

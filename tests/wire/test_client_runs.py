"""Runs, params, metrics and tags, as MLflow's client logs and reads them."""

import math
import threading
import time

import pandas as pd
import pytest


def test_set_experiment_makes_one_and_finds_it_again(mlflow, experiment):
    again = mlflow.set_experiment(experiment.name)
    assert again.experiment_id == experiment.experiment_id
    assert again.lifecycle_stage == "active"
    assert again.artifact_location.endswith(f"/{experiment.experiment_id}")
    assert again.creation_time > 1_700_000_000_000
    assert mlflow.get_experiment_by_name("no such experiment") is None


def test_a_run_arrives_with_all_that_start_run_says(mlflow, experiment):
    before = int(time.time() * 1000)
    with mlflow.start_run(run_name="first", tags={"a": "1"}, description="a *note*") as active:
        running = mlflow.get_run(active.info.run_id)
        assert (running.info.status, running.info.end_time) == ("RUNNING", None)
    run = mlflow.get_run(active.info.run_id)
    assert run.info.run_name == "first"
    assert run.info.status == "FINISHED"
    assert run.info.experiment_id == experiment.experiment_id
    assert before <= run.info.start_time <= run.info.end_time
    assert run.info.artifact_uri == f"{experiment.artifact_location}/{run.info.run_id}/artifacts"
    assert run.data.tags["mlflow.note.content"] == "a *note*"
    assert run.data.tags["mlflow.runName"] == "first"
    assert run.data.tags["mlflow.user"] == run.info.user_id
    assert run.data.tags["a"] == "1"


def test_a_run_without_a_name_gets_one(mlflow, experiment):
    with mlflow.start_run() as run:
        pass
    assert len(run.info.run_name.split("-")) >= 2


def test_a_run_that_raises_is_failed(mlflow, experiment):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        1 / 0  # noqa: B018
    assert mlflow.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_is_resumed_by_its_id(mlflow, experiment):
    with mlflow.start_run() as run:
        mlflow.log_param("a", 1)
    with mlflow.start_run(run_id=run.info.run_id) as resumed:
        assert mlflow.get_run(resumed.info.run_id).info.status == "RUNNING"
        mlflow.log_param("b", 2)
    ended = mlflow.last_active_run()
    assert ended.data.params == {"a": "1", "b": "2"}
    assert ended.info.status == "FINISHED"


def test_nested_runs_know_their_parent(mlflow, experiment):
    with mlflow.start_run(run_name="parent") as parent:
        for lr in (0.1, 0.2):
            with mlflow.start_run(run_name=f"lr={lr}", nested=True) as child:
                mlflow.log_param("lr", lr)
    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    assert mlflow.get_parent_run(parent.info.run_id) is None
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list"
    )
    assert {run.info.run_name for run in children} == {"lr=0.1", "lr=0.2"}


def test_many_params_arrive_in_their_batches(mlflow, experiment):
    params = {f"layer.{number}/units": number for number in range(250)}
    with mlflow.start_run() as run:
        mlflow.log_params(params)
        mlflow.log_param("same", 1)
        assert mlflow.log_param("same", 1) == 1
        with pytest.raises(mlflow.MlflowException, match="Changing param values is not allowed"):
            mlflow.log_param("same", 2)
    found = mlflow.get_run(run.info.run_id).data.params
    assert found == {key: str(value) for key, value in params.items()} | {"same": "1"}


def test_metrics_over_steps_keep_their_history(mlflow, experiment, client):
    with mlflow.start_run() as run:
        for step in range(20):
            mlflow.log_metrics({"loss": 1 / (step + 1), "acc": step / 20}, step=step)
        mlflow.log_metric("loss", 9.0, step=3)  # a late point is not the latest
        mlflow.log_metric("other", 0.5)
    found = mlflow.get_run(run.info.run_id)
    assert found.data.metrics == {"loss": 1 / 20, "acc": 19 / 20, "other": 0.5}
    history = client.get_metric_history(run.info.run_id, "loss")
    assert sorted(point.step for point in history) == sorted([*range(20), 3])
    assert {point.value for point in history if point.step == 3} == {0.25, 9.0}
    assert client.get_metric_history(run.info.run_id, "no such metric") == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 5e-324, 2.0**53 + 2])
def test_any_number_comes_back_as_it_was_sent(mlflow, experiment, client, value):
    with mlflow.start_run() as run:
        mlflow.log_metric("one", value)
        mlflow.log_metrics({"two": value}, step=2**40)
    metrics = client.get_run(run.info.run_id).data.metrics
    (point,) = client.get_metric_history(run.info.run_id, "two")
    assert point.step == 2**40
    for found in (metrics["one"], metrics["two"], point.value):
        assert found == value or (math.isnan(found) and math.isnan(value))


@pytest.mark.parametrize("host", ["standalone"], indirect=True)
def test_a_history_longer_than_a_page_arrives_whole(mlflow, experiment, client):
    from mlflow.entities import Metric

    with mlflow.start_run() as run:
        client.log_batch(
            run.info.run_id, metrics=[Metric("m", step, 1, step) for step in range(1500)]
        )
        for start in range(1500, 25_100, 1000):
            points = [
                Metric("m", step, 1, step) for step in range(start, min(start + 1000, 25_100))
            ]
            client.log_batch(run.info.run_id, metrics=points)
    history = client.get_metric_history(run.info.run_id, "m")
    assert [point.value for point in history] == list(range(25_100))


def test_tags_are_set_replaced_and_deleted(mlflow, experiment, client):
    with mlflow.start_run() as run:
        mlflow.set_tags({"a": 1, "b": "two words", "mlflow.note.content": "n"})
        mlflow.set_tag("a", "ä ☃")
        mlflow.delete_tag("b")
        with pytest.raises(mlflow.MlflowException, match="No tag with name: b"):
            mlflow.delete_tag("b")
        mlflow.set_tag("mlflow.runName", "renamed")
    found = client.get_run(run.info.run_id)
    assert found.data.tags["a"] == "ä ☃"
    assert "b" not in found.data.tags
    assert found.info.run_name == "renamed"


def test_a_run_is_renamed_and_ended_by_the_client(client, experiment):
    run = client.create_run(experiment.experiment_id, start_time=5, tags={"t": "v"}, run_name="n")
    client.update_run(run.info.run_id, status="FAILED", name="other")
    client.set_terminated(run.info.run_id, status="KILLED", end_time=7)
    info = client.get_run(run.info.run_id).info
    assert (info.run_name, info.status, info.start_time, info.end_time) == ("other", "KILLED", 5, 7)


def test_a_deleted_run_is_kept_and_can_be_restored(mlflow, experiment, client):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    run_id = run.info.run_id
    mlflow.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert client.search_runs([experiment.experiment_id]) == []
    with pytest.raises(mlflow.MlflowException, match="must be in the 'active' state"):
        client.log_metric(run_id, "m", 2)
    client.restore_run(run_id)
    assert client.get_run(run_id).data.metrics == {"m": 1.0}
    assert len(client.search_runs([experiment.experiment_id])) == 1


def test_a_deleted_experiment_takes_its_runs_along_and_back(mlflow, experiment, client):
    with mlflow.start_run() as run:
        pass
    mlflow.delete_experiment(experiment.experiment_id)
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(mlflow.MlflowException, match="deleted"):
        mlflow.set_experiment(experiment.name)
    client.restore_experiment(experiment.experiment_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_experiments_are_renamed_and_tagged(mlflow, experiment, client):
    mlflow.set_experiment_tags({"team": "a", "topic": "b"})
    client.delete_experiment_tag(experiment.experiment_id, "topic")
    client.rename_experiment(experiment.experiment_id, experiment.name + " renamed")
    found = client.get_experiment(experiment.experiment_id)
    assert found.name == experiment.name + " renamed"
    assert found.tags == {"team": "a"}
    with pytest.raises(mlflow.MlflowException) as raised:
        client.create_experiment(found.name)
    assert raised.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_datasets_arrive_with_context_and_tags(mlflow, experiment):
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [0.1, 0.2, 0.3]})
    dataset = mlflow.data.from_pandas(
        frame, source="https://example.org/iris.csv", name="iris", targets="y"
    )
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training", tags={"split": "a"})
        mlflow.log_metric("loss", 0.5, dataset=dataset)
    (found,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert {tag.key: tag.value for tag in found.tags} == {
        "mlflow.data.context": "training",
        "split": "a",
    }
    assert (found.dataset.name, found.dataset.digest) == ("iris", dataset.digest)
    assert found.dataset.source_type == "http"
    assert '"num_rows": 3' in found.dataset.profile
    assert '"name": "x"' in found.dataset.schema
    assert mlflow.data.get_source(found).to_dict() == {"url": "https://example.org/iris.csv"}


def test_asynchronous_calls_from_ten_threads_all_arrive(mlflow, experiment, client):
    run = client.create_run(experiment.experiment_id)

    def log(thread):
        for step in range(10):
            client.log_metric(run.info.run_id, f"m{thread}", step, step=step, synchronous=False)
        client.log_param(run.info.run_id, f"p{thread}", thread, synchronous=False)
        client.set_tag(run.info.run_id, f"t{thread}", thread, synchronous=False)

    threads = [threading.Thread(target=log, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mlflow.flush_async_logging()
    found = client.get_run(run.info.run_id)
    assert found.data.metrics == {f"m{thread}": 9.0 for thread in range(10)}
    assert found.data.params == {f"p{thread}": str(thread) for thread in range(10)}
    assert {f"t{thread}" for thread in range(10)} <= set(found.data.tags)
    for thread in range(10):
        history = client.get_metric_history(run.info.run_id, f"m{thread}")
        assert sorted(point.step for point in history) == list(range(10))


@pytest.mark.parametrize("host", ["standalone"], indirect=True)
def test_the_fluent_api_logs_asynchronously(mlflow, experiment, client):
    with mlflow.start_run() as run:
        for step in range(100):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_params({"a": 1, "b": 2}, synchronous=False).wait()
        mlflow.set_tags({"t": "v"}, synchronous=False).wait()
        mlflow.flush_async_logging()
    assert len(client.get_metric_history(run.info.run_id, "m")) == 100
    assert client.get_run(run.info.run_id).data.params == {"a": "1", "b": "2"}


def test_system_metrics_arrive(mlflow, experiment, monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.2")
    with mlflow.start_run(log_system_metrics=True) as run:
        deadline = time.monotonic() + 20
        while not (found := mlflow.get_run(run.info.run_id).data.metrics):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert "system/cpu_utilization_percentage" in found
    assert found["system/system_memory_usage_megabytes"] > 0

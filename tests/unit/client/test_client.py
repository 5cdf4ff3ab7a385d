"""`Client`: the store by ids."""

import pytest

import nbtrack
from nbtrack.entities import Metric, Param, RunTag
from nbtrack.errors import AlreadyExists, InvalidValue, NotFound


@pytest.fixture
def client():
    return nbtrack.Client()


@pytest.fixture
def run_id(client):
    return client.create_run("0").info.run_id


def test_mlflows_names_lead_to_the_client():
    assert nbtrack.MlflowClient is nbtrack.tracking.MlflowClient is nbtrack.Client


def test_a_run_is_created_and_ended(client):
    run = client.create_run("0", run_name="tree", tags={"a": 1}, start_time=5)
    assert run.info.status == "RUNNING"
    assert run.info.start_time == 5
    assert run.data.tags["a"] == "1"
    assert nbtrack.active_run() is None
    client.set_terminated(run.info.run_id, end_time=9)
    ended = client.get_run(run.info.run_id).info
    assert (ended.status, ended.end_time) == ("FINISHED", 9)


def test_a_run_takes_logs_by_its_id(client, run_id):
    client.log_metric(run_id, "m", 1.5, timestamp=7, step=2)
    client.log_param(run_id, "p", 3)
    client.set_tag(run_id, "t", "x")
    client.log_batch(run_id, [Metric("n", 1.0, 8, 0)], [Param("q", "4")], [RunTag("u", "y")])
    data = client.get_run(run_id).data
    assert data.metrics == {"m": 1.5, "n": 1.0}
    assert data.params == {"p": "3", "q": "4"}
    assert data.tags["t"] + data.tags["u"] == "xy"
    assert client.get_metric_history(run_id, "m") == [Metric("m", 1.5, 7, 2)]


def test_an_unknown_run_is_refused_at_the_call(client):
    for call in (
        lambda: client.log_metric("f" * 32, "m", 1),
        lambda: client.log_param("f" * 32, "m", 1),
        lambda: client.set_terminated("f" * 32),
        lambda: client.get_run("f" * 32),
        lambda: client.list_artifacts("f" * 32),
        lambda: client.delete_run("f" * 32),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_deleted_run_takes_nothing(client, run_id):
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(InvalidValue, match="must be in the 'active' state"):
        client.log_metric(run_id, "m", 1)
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 1)


def test_params_are_not_changed_but_corrected(client, run_id):
    client.log_param(run_id, "p", 1)
    with pytest.raises(InvalidValue, match="Changing param values"):
        client.log_param(run_id, "p", 2)
    with pytest.raises(InvalidValue, match="Changing param values"):
        nbtrack.Client().log_batch(run_id, params=[Param("p", "3")])
    client.correct_param(run_id, "p", 2)
    data = client.get_run(run_id).data
    assert (data.params["p"], data.tags["nbtrack.corrected.p"]) == ("2", "1")


def test_a_param_that_was_logged_elsewhere_is_known_when_the_run_is(client, run_id):
    client.log_param(run_id, "p", 1)
    client.get_run(run_id)
    client.session.runs.clear()
    with pytest.raises(InvalidValue, match="Changing param values"):
        client.log_param(run_id, "p", 2)


def test_a_run_is_renamed_and_gets_a_status(client, run_id):
    client.update_run(run_id, status="FAILED", name="better")
    info = client.get_run(run_id).info
    assert (info.status, info.run_name) == ("FAILED", "better")


def test_searches_come_in_pages(client):
    run_ids = [client.create_run("0").info.run_id for _ in range(5)]
    first = client.search_runs(["0"], max_results=3)
    rest = client.search_runs(["0"], max_results=3, page_token=first.token)
    assert len(first) == 3
    assert rest.token is None
    assert {run.info.run_id for run in [*first, *rest]} == set(run_ids)


def test_experiments_are_managed(client):
    one = client.create_experiment("one", tags={"a": 1})
    client.create_experiment("two")
    client.rename_experiment(one, "uno")
    client.set_experiment_tag(one, "b", 2)
    client.delete_experiment_tag(one, "a")
    experiment = client.get_experiment(one)
    assert (experiment.name, experiment.tags) == ("uno", {"b": "2"})
    with pytest.raises(AlreadyExists):
        client.rename_experiment(one, "two")
    with pytest.raises(NotFound):
        client.delete_experiment_tag(one, "a")
    client.delete_experiment(one)
    assert client.get_experiment_by_name("uno").lifecycle_stage == "deleted"
    client.restore_experiment(one)
    page = client.search_experiments(max_results=2)
    assert len(page) == 2
    assert len(client.search_experiments(page_token=page.token, max_results=2)) == 1


def test_files_are_kept_listed_and_downloaded(client, run_id, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("a")
    client.log_artifact(run_id, tmp_path / "data" / "a.txt")
    client.log_artifacts(run_id, tmp_path / "data", "folder")
    client.log_text(run_id, "é", "texts/é.txt")
    client.log_dict(run_id, {"a": [1]}, "d.json")
    assert [file.path for file in client.list_artifacts(run_id)] == [
        "a.txt",
        "d.json",
        "folder",
        "texts",
    ]
    assert client.list_artifacts(run_id, "folder")[0].path == "folder/a.txt"
    place = client.download_artifacts(run_id, "texts", tmp_path / "here")
    assert place == str(tmp_path / "here" / "texts")
    assert (tmp_path / "here" / "texts" / "é.txt").read_text("utf-8") == "é"
    assert client.download_artifacts(run_id, "a.txt").endswith("a.txt")
    client.delete_artifacts(run_id, "folder")
    assert client.list_artifacts(run_id, "folder") == []


def test_a_client_of_another_store_leaves_the_process_alone(tmp_path):
    other = nbtrack.Client(f"sqlite:///{tmp_path / 'other.db'}")
    run_id = other.create_run("0", run_name="there").info.run_id
    other.log_metric(run_id, "m", 1)
    assert other.get_run(run_id).data.metrics == {"m": 1.0}
    assert str(tmp_path / "other.db") in other.tracking_uri
    with pytest.raises(NotFound):
        nbtrack.get_run("there")


def test_models_as_inputs_are_refused_with_a_sentence(client, run_id):
    with pytest.raises(InvalidValue, match="Models"):
        client.log_inputs(run_id, models=[object()])


def test_a_parent_is_found(client, run_id):
    child = client.create_run("0", tags={"mlflow.parentRunId": run_id}).info.run_id
    assert client.get_parent_run(child).info.run_id == run_id
    assert client.get_parent_run(run_id) is None

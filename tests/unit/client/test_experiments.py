"""Experiments: created, chosen, found, deleted; and which one a new run belongs to."""

import threading

import pytest

import nbtrack
from nbtrack.client import experiments
from nbtrack.errors import AlreadyExists, InvalidValue, NotFound


def experiment_of_a_run():
    with nbtrack.start_run() as run:
        pass
    return nbtrack.get_experiment(run.info.experiment_id).name


def test_runs_belong_to_default_unless_something_is_chosen():
    assert experiment_of_a_run() == "Default"


def test_set_experiment_creates_and_chooses():
    experiment = nbtrack.set_experiment("iris")
    assert experiment.name == "iris"
    assert experiment_of_a_run() == "iris"
    assert nbtrack.set_experiment("iris") == experiment


def test_set_experiment_takes_an_id():
    experiment_id = nbtrack.create_experiment("iris")
    nbtrack.set_experiment(experiment_id=experiment_id)
    assert experiment_of_a_run() == "iris"
    with pytest.raises(NotFound):
        nbtrack.set_experiment(experiment_id="999")
    with pytest.raises(InvalidValue, match="one of the two"):
        nbtrack.set_experiment("a", "1")
    with pytest.raises(InvalidValue, match="one of the two"):
        nbtrack.set_experiment()


@pytest.mark.parametrize(
    "environment",
    [
        {"MLFLOW_EXPERIMENT_NAME": "named"},
        {"NBTRACK_EXPERIMENT_NAME": "named"},
        {"NBTRACK_EXPERIMENT_NAME": "named", "MLFLOW_EXPERIMENT_NAME": "other"},
    ],
)
def test_the_environment_names_the_experiment(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    experiments.set_default_experiment("notebook")
    assert experiment_of_a_run() == "named"
    nbtrack.set_experiment("chosen")
    assert experiment_of_a_run() == "chosen"


def test_the_environment_gives_an_id(monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", nbtrack.create_experiment("iris"))
    assert experiment_of_a_run() == "iris"
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "named")
    assert experiment_of_a_run() == "named"


def test_a_notebook_names_the_experiment():
    experiments.set_default_experiment("01-quickstart")
    assert experiment_of_a_run() == "01-quickstart"


def test_a_chosen_name_counts_in_every_store(tmp_path):
    nbtrack.set_experiment("iris")
    nbtrack.set_tracking_uri(f"sqlite:///{tmp_path / 'other.db'}")
    assert experiment_of_a_run() == "iris"


def test_start_run_takes_an_experiment():
    experiment_id = nbtrack.create_experiment("iris")
    with nbtrack.start_run(experiment_id=experiment_id) as run:
        pass
    assert run.info.experiment_id == experiment_id
    with pytest.raises(NotFound):
        nbtrack.start_run(experiment_id="999")


def test_an_experiment_is_found_by_id_and_name():
    experiment_id = nbtrack.create_experiment("iris", tags={"team": "a"})
    assert nbtrack.get_experiment(experiment_id).tags == {"team": "a"}
    assert nbtrack.get_experiment_by_name("iris").experiment_id == experiment_id
    assert nbtrack.get_experiment_by_name("nothing") is None
    with pytest.raises(NotFound):
        nbtrack.get_experiment("999")


def test_a_name_is_taken_once():
    nbtrack.create_experiment("iris")
    with pytest.raises(AlreadyExists):
        nbtrack.create_experiment("iris")


@pytest.mark.parametrize("name", ["", "  ", None, 3, "x" * 501])
def test_a_name_of_an_experiment_is_text(name):
    with pytest.raises(InvalidValue, match="name"):
        nbtrack.create_experiment(name)


def test_a_deleted_experiment_takes_no_runs_until_it_is_restored():
    experiment = nbtrack.set_experiment("iris")
    run_id = nbtrack.start_run().run_id
    nbtrack.end_run()
    nbtrack.delete_experiment(experiment.experiment_id)
    assert nbtrack.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(InvalidValue, match=r"in the trash.*restore_experiment"):
        nbtrack.start_run()
    with pytest.raises(InvalidValue, match="in the trash"):
        nbtrack.set_experiment("iris")
    nbtrack.restore_experiment(experiment.experiment_id)
    assert experiment_of_a_run() == "iris"
    assert nbtrack.get_run(run_id).info.lifecycle_stage == "active"


def test_a_search_of_experiments_is_a_list_and_a_table():
    nbtrack.create_experiment("iris", tags={"team": "a"})
    nbtrack.create_experiment("wine")
    found = nbtrack.search_experiments(order_by=["name ASC"])
    assert [experiment.name for experiment in found] == ["Default", "iris", "wine"]
    assert found[1].name == "iris"
    assert list(found["name"]) == ["Default", "iris", "wine"]
    assert {"experiment_id", "name", "lifecycle_stage", "tags.team"} <= set(found.columns)
    assert "<table" in found._repr_html_()
    assert len(found.df) == len(found) == 3


def test_a_search_of_experiments_can_be_a_dataframe():
    table = nbtrack.search_experiments(output_format="pandas")
    assert list(table.columns) == [
        "experiment_id",
        "name",
        "artifact_location",
        "lifecycle_stage",
        "creation_time",
        "last_update_time",
    ]
    assert str(table["creation_time"].dtype).endswith("UTC]")


def test_a_search_of_experiments_takes_a_filter_and_a_view():
    gone = nbtrack.create_experiment("gone")
    nbtrack.create_experiment("iris")
    nbtrack.delete_experiment(gone)
    names = lambda **options: {e.name for e in nbtrack.search_experiments(**options)}
    assert names(filter_string="name LIKE 'i%'") == {"iris"}
    assert names(view_type=2) == {"gone"}
    assert names(view_type=nbtrack.entities.ViewType.ALL) == {"Default", "gone", "iris"}
    assert len(nbtrack.search_experiments(max_results=1)) == 1
    with pytest.raises(InvalidValue, match="no view"):
        nbtrack.search_experiments(view_type=9)


def test_tags_of_the_chosen_experiment_are_set():
    nbtrack.set_experiment("iris")
    nbtrack.set_experiment_tag("team", "a")
    nbtrack.set_experiment_tags({"year": 2026})
    assert nbtrack.get_experiment_by_name("iris").tags == {"team": "a", "year": "2026"}


def test_an_artifact_location_is_used(tmp_path):
    place = tmp_path / "my files"
    experiment_id = nbtrack.create_experiment("iris", artifact_location=str(place))
    with nbtrack.start_run(experiment_id=experiment_id) as run:
        nbtrack.log_text("hello", "a/b.txt")
    assert (place / run.run_id / "artifacts" / "a" / "b.txt").read_text() == "hello"
    assert nbtrack.get_run(run.run_id).info.artifact_uri == run.info.artifact_uri


def test_an_artifact_location_can_be_any_url():
    experiment_id = nbtrack.create_experiment("iris", artifact_location="memory://bucket/iris")
    with nbtrack.start_run(experiment_id=experiment_id) as run:
        nbtrack.log_text("hello", "a.txt")
    assert run.info.artifact_uri == f"memory://bucket/iris/{run.run_id}/artifacts"
    assert nbtrack.Client().list_artifacts(run.run_id)[0].path == "a.txt"


def test_threads_that_name_one_new_experiment_share_it():
    found = []

    def choose():
        found.append(nbtrack.set_experiment("shared").experiment_id)

    threads = [threading.Thread(target=choose) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1

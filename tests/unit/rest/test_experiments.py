"""Experiments over REST, row by row of what MLflow's server was seen to answer."""

import uuid

import pytest

from nbtrack.artifacts import Places
from nbtrack.rest.backend import Backend
from tests.unit.rest.asking import Rest, by_key


@pytest.fixture
def name():
    return f"named {uuid.uuid4().hex}"


def get(rest, experiment):
    return rest.get("experiments/get", experiment_id=experiment)["experiment"]


def delete(rest, experiment):
    return rest.post("experiments/delete", {"experiment_id": experiment})


def test_a_new_experiment_has_an_id_that_is_text_and_files_behind_the_server(rest, name):
    tags = [{"key": "a", "value": "1"}, {"key": "b"}, {"key": "a", "value": "2"}]
    answer = rest.post("experiments/create", {"name": name, "tags": tags})
    number = answer["experiment_id"]
    assert answer == {"experiment_id": str(int(number))}
    found = get(rest, number)
    assert found["name"] == name
    assert found["artifact_location"] == f"mlflow-artifacts:/{number}"
    assert found["lifecycle_stage"] == "active"
    assert found["creation_time"] == found["last_update_time"]
    assert by_key(found["tags"]) == {"a": "2", "b": ""}


def test_the_default_experiment_is_there(rest):
    assert get(rest, "0")["name"] == "Default"


@pytest.mark.parametrize("deleted", [False, True])
def test_a_name_in_use_is_taken(rest, name, deleted):
    number = rest.post("experiments/create", {"name": name})["experiment_id"]
    if deleted:
        delete(rest, number)
    error = rest.refused("experiments/create", {"name": name})
    assert (error.http_status, error.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    assert error.message.startswith(f"Experiment(name={name}) already exists")


@pytest.mark.parametrize(
    "given", [{}, {"name": ""}, {"name": None}, {"name": 5}, {"name": "x" * 501}]
)
def test_a_name_that_is_none_is_refused(rest, given):
    assert rest.refused("experiments/create", given).error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    "location",
    [
        "s3://bucket/a?x=1",
        "s3://bucket/../b",
        "dbfs:/a",
        "mlflow-artifacts:/p",
        # Data here, however dangerous to open: `Places` refuses that.
        "http://host/a",
        "ftp://host/a",
        "sftp://host/a",
        "hdfs://host/a",
        "mlflow-artifacts://host/a",
        "new-scheme://a",
    ],
)
def test_a_location_is_kept_as_it_was_given(rest, name, location):
    body = {"name": name, "artifact_location": location}
    number = rest.post("experiments/create", body)["experiment_id"]
    assert get(rest, number)["artifact_location"] == location


@pytest.mark.parametrize("location", ["runs:/x", "s3://b/a#b", "s3://b/a;b", "s3://" + "a" * 2048])
def test_a_location_without_meaning_is_refused(rest, name, location):
    error = rest.refused("experiments/create", {"name": name, "artifact_location": location})
    assert error.http_status == 400


@pytest.mark.parametrize(
    "tag",
    [{"key": "k" * 251}, {"key": "a@"}, {"value": "v"}, {"key": "k", "value": "v" * 20_001}],
)
def test_a_tag_that_is_too_long_or_has_no_name_is_refused_and_nothing_made(rest, name, tag):
    rest.refused("experiments/create", {"name": name, "tags": [tag]})
    assert rest.refused_get("experiments/get-by-name", experiment_name=name).http_status == 404


@pytest.mark.parametrize("path", ["experiments/delete", "experiments/restore"])
def test_an_unknown_experiment_is_not_found(rest, path):
    error = rest.refused(path, {"experiment_id": "999999"})
    assert (error.http_status, error.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "No Experiment with id=999999 exists" in error.message
    assert rest.refused_get("experiments/get", experiment_id="999999").http_status == 404


@pytest.mark.parametrize("number", ["x", "1.5", "-1", "9" * 30, "٣"])
def test_an_id_that_is_no_number_is_refused(rest, number):
    assert rest.refused_get("experiments/get", experiment_id=number).http_status == 400


def test_an_unknown_name_is_not_found(rest):
    error = rest.refused_get("experiments/get-by-name", experiment_name="never heard of")
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_deleting_takes_the_runs_and_restoring_brings_all_of_them_back(rest, experiment):
    kept, gone = rest.new_run(experiment), rest.new_run(experiment)
    rest.post("runs/delete", {"run_id": gone})
    assert delete(rest, experiment) == {}
    assert get(rest, experiment)["lifecycle_stage"] == "deleted"
    assert rest.run(kept)["info"]["lifecycle_stage"] == "deleted"
    assert rest.post("experiments/restore", {"experiment_id": experiment}) == {}
    assert {rest.run(one)["info"]["lifecycle_stage"] for one in (kept, gone)} == {"active"}


def test_deleting_what_is_deleted_is_not_found(rest, experiment):
    delete(rest, experiment)
    assert rest.refused("experiments/delete", {"experiment_id": experiment}).http_status == 404


def test_restoring_what_is_active_is_not_found(rest, experiment):
    assert rest.refused("experiments/restore", {"experiment_id": experiment}).http_status == 404


def test_a_deleted_experiment_can_be_read(rest, name):
    number = rest.post("experiments/create", {"name": name})["experiment_id"]
    delete(rest, number)
    answer = rest.get("experiments/get-by-name", experiment_name=name)
    assert answer["experiment"]["lifecycle_stage"] == "deleted"


def test_a_new_name_counts(rest, experiment, name):
    body = {"experiment_id": experiment, "new_name": name}
    assert rest.post("experiments/update", body) == {}
    assert get(rest, experiment)["name"] == name


def test_a_used_name_is_refused_as_a_new_one(rest, experiment):
    error = rest.refused("experiments/update", {"experiment_id": experiment, "new_name": "Default"})
    assert error.error_code == "RESOURCE_ALREADY_EXISTS"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("experiments/update", {"new_name": "other"}),
        ("experiments/set-experiment-tag", {"key": "k", "value": "v"}),
        ("experiments/delete-experiment-tag", {"key": "k"}),
        ("runs/create", {}),
    ],
)
def test_a_deleted_experiment_is_not_changed(rest, experiment, path, more):
    delete(rest, experiment)
    error = rest.refused(path, {"experiment_id": experiment, **more})
    assert error.http_status == 400
    assert f"The experiment {experiment} must be in the 'active' state" in error.message


def test_a_tag_is_set_again_and_taken_away(rest, experiment):
    for value in ("1", "2"):
        body = {"experiment_id": experiment, "key": "k", "value": value}
        assert rest.post("experiments/set-experiment-tag", body) == {}
    rest.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": "empty"})
    assert by_key(get(rest, experiment)["tags"]) == {"k": "2", "empty": ""}
    body = {"experiment_id": experiment, "key": "k"}
    assert rest.post("experiments/delete-experiment-tag", body) == {}
    error = rest.refused("experiments/delete-experiment-tag", body)
    assert error.http_status == 404
    assert error.message == f"No tag with name: k in experiment with id {experiment}"


def test_a_search_goes_page_by_page(rest, name):
    numbers = [
        rest.post("experiments/create", {"name": f"{name} {n}"})["experiment_id"] for n in range(3)
    ]
    asked = {"filter": f"name LIKE '{name}%'", "order_by": ["name DESC"], "max_results": 2}
    first = rest.post("experiments/search", asked)
    second = rest.post("experiments/search", {**asked, "page_token": first["next_page_token"]})
    assert "next_page_token" not in second
    found = [one["experiment_id"] for one in first["experiments"] + second["experiments"]]
    assert found == numbers[::-1]


def test_a_search_by_get_takes_the_same(rest, name):
    rest.post("experiments/create", {"name": name})
    query = {"filter": f"name = '{name}'", "max_results": "5", "view_type": "ALL"}
    assert len(rest.get("experiments/search", **query)["experiments"]) == 1


def test_a_search_that_finds_nothing_is_empty(rest):
    assert rest.post("experiments/search", {"filter": "name = 'never heard of'"}) == {}


@pytest.mark.parametrize("number", [0, -1, 50_001, 2**64])
def test_a_page_of_impossible_size_is_refused(rest, number):
    assert rest.refused("experiments/search", {"max_results": number}).http_status == 400


def test_a_token_of_another_search_is_refused(rest, name):
    for end in "ab":
        rest.post("experiments/create", {"name": name + end})
    token = rest.post("experiments/search", {"max_results": 1})["next_page_token"]
    asked = {"max_results": 1, "filter": "name != 'x'", "page_token": token}
    assert "Invalid page token" in rest.refused("experiments/search", asked).message
    assert "Invalid page token" in rest.refused("experiments/search", {"page_token": "z"}).message


def test_clients_are_told_the_place_itself_where_no_files_are_passed_on(rest, experiment, tmp_path):
    backend = Backend(rest.backend.store, Places(str(tmp_path)), serves_files=False)
    there = Rest(backend)
    root = rest.backend.store.artifact_root
    assert get(there, experiment)["artifact_location"] == f"{root}/{experiment}"
    run = there.new_run(experiment)
    assert there.run(run)["info"]["artifact_uri"] == f"{root}/{experiment}/{run}/artifacts"
    found = there.post("experiments/search", {"filter": f"experiment_id = '{experiment}'"})
    assert found["experiments"][0]["artifact_location"] == f"{root}/{experiment}"

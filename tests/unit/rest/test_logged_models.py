"""Logged models over REST, with a store and a folder behind and no server."""

import pytest

from nbtrack.artifacts import Places
from nbtrack.errors import InvalidValue, NbtrackError, NotFound
from nbtrack.rest.backend import Backend
from tests.unit.rest.asking import Rest, by_key

ROOT = "logged-models"
ONE = f"{ROOT}/{{model_id}}"
FILES = f"{ONE}/artifacts/files"
FOLDERS = f"{ONE}/artifacts/directories"
SEARCH = f"{ROOT}/search"


@pytest.fixture
def model(rest, experiment):
    """The id of a new model."""
    body = {"experiment_id": experiment, "name": "m", "params": [{"key": "p", "value": "1"}]}
    return rest.post(ROOT, body)["model"]["info"]["model_id"]


def test_a_model_is_shown_in_the_form_that_clients_read(rest, experiment, model):
    shown = rest.get(ONE, model_id=model)["model"]
    times = [shown["info"].pop(f"{what}_timestamp_ms") for what in ("creation", "last_updated")]
    assert times[0] == times[1] > 1_700_000_000_000
    assert shown == {
        "info": {
            "model_id": model,
            "experiment_id": experiment,
            "name": "m",
            "artifact_uri": f"mlflow-artifacts:/{experiment}/models/{model}/artifacts",
            "status": "LOGGED_MODEL_PENDING",
            "model_type": "",
            "source_run_id": "",
        },
        "data": {"params": [{"key": "p", "value": "1"}]},
    }
    bare = rest.post(ROOT, {"experiment_id": experiment})["model"]
    assert bare["data"] == {}


@pytest.mark.parametrize("status", [2, "LOGGED_MODEL_READY"])
def test_a_model_is_finished_by_name_or_number(rest, model, status):
    done = rest.patch(ONE, {"model_id": model, "status": status}, model_id=model)["model"]
    assert done["info"]["status"] == "LOGGED_MODEL_READY"
    for wrong in ({}, {"status": "READY"}, {"status": 0}):
        with pytest.raises(InvalidValue):
            rest.patch(ONE, wrong, model_id=model)


def test_tags_are_set_and_taken_away(rest, model):
    tags = [{"key": "a/b", "value": "1"}, {"key": "a/b", "value": "2"}]
    assert rest.patch(f"{ONE}/tags", {"tags": tags}, model_id=model) == {}
    assert by_key(rest.get(ONE, model_id=model)["model"]["info"]["tags"]) == {"a/b": "2"}
    row = f"{ONE}/tags/{{tag_key}}"
    rest.delete(row, model_id=model, tag_key="a/b")
    with pytest.raises(NotFound):
        rest.delete(row, model_id=model, tag_key="a/b")


def test_params_are_added_and_repeated_without_harm(rest, model):
    for _ in range(2):
        body = {"params": [{"key": "p", "value": "1"}, {"key": "q", "value": "x" * 9000}]}
        assert rest.post(f"{ONE}/params", body, model_id=model) == {}
    params = by_key(rest.get(ONE, model_id=model)["model"]["data"]["params"])
    assert params == {"p": "1", "q": "x" * 9000}
    with pytest.raises(InvalidValue, match="Changing param values is not allowed"):
        rest.post(f"{ONE}/params", {"params": [{"key": "p", "value": "2"}]}, model_id=model)


def test_points_of_a_run_tell_of_the_model(rest, experiment, run, model):
    point = {"key": "acc", "value": "NaN", "timestamp": 3, "model_id": model}
    data = {"dataset_name": "iris", "dataset_digest": "d1"}
    rest.post("runs/log-metric", {"run_id": run, **point, **data})
    rest.post("runs/log-batch", {"run_id": run, "metrics": [{**point, "value": 0.5, "step": 1}]})
    shown = rest.get(ONE, model_id=model)["model"]["data"]["metrics"]
    common = {"key": "acc", "timestamp": 3, "model_id": model, "run_id": run}
    assert shown == [
        {**common, "value": "NaN", "step": 0, **data},
        {**common, "value": 0.5, "step": 1},
    ]
    assert rest.run(run)["data"]["metrics"][0]["value"] == 0.5
    asked = {"experiment_ids": [experiment], "filter": "metrics.acc = 0.5"}
    assert len(rest.post(SEARCH, asked)["models"]) == 1
    assert rest.post(SEARCH, {**asked, "datasets": [{"dataset_name": "iris"}]}) == {}


def test_a_search_goes_page_by_page_in_the_order_asked_for(rest, experiment):
    for name in ("b", "a", "c"):
        rest.post(ROOT, {"experiment_id": experiment, "name": name})
    asked = {
        "experiment_ids": [experiment],
        "order_by": [{"field_name": "name", "ascending": False}],
        "max_results": 2,
    }
    first = rest.post(SEARCH, asked)
    second = rest.post(SEARCH, {**asked, "page_token": first["next_page_token"]})
    names = [one["info"]["name"] for page in (first, second) for one in page["models"]]
    assert names == ["c", "b", "a"]
    assert "next_page_token" not in second
    assert len(rest.post(SEARCH, {**asked, "max_results": 0})["models"]) == 3
    for wrong in ({"max_results": -1}, {"order_by": [{}]}, {"datasets": [{}]}, {"filter": "x"}):
        assert rest.refused(SEARCH, {**asked, **wrong}).http_status == 400


def test_a_folder_with_a_quote_in_its_name_is_no_model(rest, experiment):
    asked = {"experiment_ids": [experiment], "filter": "name = 'it's'"}
    assert rest.post(SEARCH, asked) == {}
    assert rest.refused(SEARCH, {**asked, "filter": "name = 'a"}).http_status == 400


def test_a_deleted_model_is_gone_but_for_who_asks_for_it(rest, experiment, model):
    for _ in range(2):
        rest.delete(ONE, model_id=model)
    for path in (ONE, FOLDERS):
        assert rest.refused_get(path, model_id=model).http_status == 404
    assert rest.post(SEARCH, {"experiment_ids": [experiment]}) == {}
    shown = rest.get(ONE, model_id=model, allow_deleted="True")["model"]
    assert shown["info"]["lifecycle_stage"] == "deleted"


def test_the_files_of_a_model_are_listed_and_sent(rest, experiment, model):
    root = f"{experiment}/models/{model}/artifacts"
    rest.upload("PUT", "artifacts/{path}", b"flavors: {}", path=f"{root}/MLmodel")
    rest.upload("PUT", "artifacts/{path}", b"x", path=f"{root}/data/a.bin")
    found = rest.get(FOLDERS, model_id=model)
    assert found["root_uri"] == f"mlflow-artifacts:/{root}"
    assert [one["path"] for one in found["files"]] == ["MLmodel", "data"]
    inner = rest.get(FOLDERS, model_id=model, artifact_directory_path="data")
    assert inner["files"] == [{"path": "data/a.bin", "is_dir": False, "file_size": 1}]
    with rest.download(FILES, model_id=model, artifact_file_path="MLmodel").file as file:
        assert file.read() == b"flavors: {}"
    refused = rest.refused_get(FILES, model_id=model, artifact_file_path="../x")
    assert refused.message == "Invalid path"
    assert rest.refused_get(FILES, model_id=model, artifact_file_path="x").http_status == 404


def test_clients_that_go_to_the_files_alone_are_told_where_they_are(rest, model, tmp_path):
    backend = Backend(rest.backend.store, Places(str(tmp_path)), serves_files=False)
    shown = Rest(backend).get(ONE, model_id=model)["model"]["info"]["artifact_uri"]
    assert shown.startswith(rest.backend.store.artifact_root)


def test_there_is_no_url_past_the_server_for_the_files_of_a_model(rest, model):
    body = {"model_id": model, "path": "MLmodel"}
    with pytest.raises(NbtrackError, match="Presigned upload is not supported"):
        rest.post("artifacts/presigned-upload-url", body)

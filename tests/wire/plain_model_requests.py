"""One plain request for every row of the endpoint table that is about logged models."""

from __future__ import annotations

from tests.wire.plain_request import ANY, Request, get, post

MODEL = {"model_id": "$model"}
LABEL = {"key": "k", "value": "v"}

REQUESTS = (
    post(
        "logged-models",
        {
            "experiment_id": "$experiment",
            "name": "made",
            "params": [LABEL],
            "tags": [LABEL],
            "source_run_id": "$run",
        },
        fields={
            "model.info.model_id": ANY,
            "model.info.status": "LOGGED_MODEL_PENDING",
            "model.info.source_run_id": "$run",
            "model.info.artifact_uri": ANY,
            "model.info.tags": [LABEL],
            "model.data.params": [LABEL],
        },
    ),
    post(
        "logged-models/search",
        {"experiment_ids": ["$experiment"], "filter": "name = 'a model'"},
        fields={"models.0.info.model_id": "$model", "next_page_token": None},
    ),
    get(
        "logged-models/{model_id}",
        {"allow_deleted": "true"},
        parts=MODEL,
        fields={"model.info.name": "a model", "model.info.tags": ANY, "model.data": {}},
    ),
    Request(
        "PATCH",
        "logged-models/{model_id}",
        {**MODEL, "status": "LOGGED_MODEL_READY"},
        parts=MODEL,
        fields={"model.info.status": "LOGGED_MODEL_READY"},
    ),
    Request("DELETE", "logged-models/{model_id}", MODEL, parts=MODEL, text=b"{}"),
    Request("PATCH", "logged-models/{model_id}/tags", {"tags": [LABEL]}, parts=MODEL, text=b"{}"),
    Request(
        "DELETE",
        "logged-models/{model_id}/tags/{tag_key}",
        parts={**MODEL, "tag_key": "set before"},
        text=b"{}",
    ),
    post("logged-models/{model_id}/params", {**MODEL, "params": [LABEL]}, parts=MODEL, text=b"{}"),
    get(
        "logged-models/{model_id}/artifacts/directories",
        parts=MODEL,
        fields={
            "root_uri": ANY,
            "files": [{"path": "MLmodel", "is_dir": False, "file_size": 7}],
        },
    ),
    get(
        "logged-models/{model_id}/artifacts/files",
        {"artifact_file_path": "MLmodel"},
        parts=MODEL,
        text=b"content",
    ),
)

"""Models among the files of runs, as clients before MLflow 3 note them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from nbtrack.entities import Tag
from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Required, RunId
from nbtrack.rest.endpoint import Endpoint
from nbtrack.tags import MODEL_HISTORY

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

T = TypeVar("T")

_MODEL_FIELDS = ("artifact_path", "flavors", "utc_time_created", "run_id")


class LogModel(Struct, frozen=True):
    """Note a model among the files of a run, as clients before MLflow 3 do."""

    run_id: RunId
    model_json: Required


def log_model(backend: Backend, request: LogModel) -> None:
    """Note a model among the files of a run in the tag `mlflow.log-model.history`."""
    model = _decoded(request.model_json, dict[str, Any])
    if model is None:
        raise InvalidValue("Malformed model info: 'model_json' is not a JSON object.")
    missing = [name for name in _MODEL_FIELDS if name not in model]
    if missing:
        raise InvalidValue(f"Malformed model info: 'model_json' lacks {', '.join(missing)}.")
    tags = backend.store.get_run(request.run_id).data.tags
    history = _decoded(tags.get(MODEL_HISTORY, ""), list[Raw]) or []
    noted = msgspec.json.encode([*history, Raw(request.model_json)]).decode()
    # Not cut to MLflow's length of a tag: half a JSON text is none.
    backend.store.log_batch(request.run_id, tags=[Tag(MODEL_HISTORY, noted)])


def _decoded(text: str, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return None


ENDPOINTS = (Endpoint("POST", "runs/log-model", LogModel, log_model, writes=True),)

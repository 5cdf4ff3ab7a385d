"""Models of runs over REST: the search that clients make beside files, and old clients' notes.

Logged models are not kept yet, so a search finds none. That answer is true, and clients need one:
``list_artifacts(run, path)`` fails without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from nbtrack.entities import Tag
from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Int64, Required, RunId
from nbtrack.rest.endpoint import Endpoint
from nbtrack.tags import MODEL_HISTORY

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

T = TypeVar("T")

_MODEL_FIELDS = ("artifact_path", "flavors", "utc_time_created", "run_id")


class SearchModels(Struct, frozen=True):
    """Ask for a page of logged models."""

    experiment_ids: list[str] = field(default_factory=list)
    filter: str = ""
    max_results: Int64 = 50
    page_token: str | None = None


class Models(Struct, frozen=True, omit_defaults=True):
    """A page of logged models."""

    models: list[Any] = field(default_factory=list)
    next_page_token: str | None = None


class LogModel(Struct, frozen=True):
    """Note a model among the files of a run, as clients before MLflow 3 do."""

    run_id: RunId
    model_json: Required


def search(_backend: Backend, _request: SearchModels) -> Models:
    """Return no logged model: none are kept yet."""
    return Models()


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


ENDPOINTS = (
    Endpoint("POST", "logged-models/search", SearchModels, search),
    Endpoint("POST", "runs/log-model", LogModel, log_model, writes=True),
)

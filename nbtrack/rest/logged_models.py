"""Logged models over REST: requests, answers and the rows of the table.

Every ``log_model`` and ``autolog`` of MLflow 3 makes one. Keys of their params and tags may have
any signs, and values are kept whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from nbtrack.entities import (
    LifecycleStage,
    LoggedModel,
    LoggedModelData,
    LoggedModelStatus,
    ModelDataset,
    ModelOrder,
    Param,
)
from nbtrack.errors import InvalidValue
from nbtrack.rest.answers import spelled
from nbtrack.rest.codec import Int64, Required
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import Label, labels
from nbtrack.store.base_models import DEFAULT_MAX_MODELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.rest.backend import Backend

# What clients ask beside a run's files: is the first part of the path the name of a model?
_IS_IT_A_MODEL = re.compile("name = '(.*)'", re.DOTALL)


class CreateModel(Struct, frozen=True):
    """Begin a model, whose files come next."""

    experiment_id: Required
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    params: list[Label] = field(default_factory=list)
    tags: list[Label] = field(default_factory=list)


class GetModel(Struct, frozen=True):
    """Name a model."""

    model_id: Required
    allow_deleted: bool = False


class OfModel(Struct, frozen=True):
    """Name a model that is not deleted, or that is to be."""

    model_id: Required


class FinishModel(Struct, frozen=True):
    """Say whether a model's files are there."""

    model_id: Required
    status: LoggedModelStatus


class SetModelTags(Struct, frozen=True):
    """Set tags of a model."""

    model_id: Required
    tags: list[Label] = field(default_factory=list)


class DeleteModelTag(Struct, frozen=True):
    """Take a tag of a model away."""

    model_id: Required
    tag_key: Required


class LogModelParams(Struct, frozen=True):
    """Add params to a model."""

    model_id: Required
    params: list[Label] = field(default_factory=list)


class OnDataset(Struct, frozen=True):
    """Name data; without a digest all data of this name."""

    dataset_name: Required
    dataset_digest: str | None = None


class OrderKey(Struct, frozen=True):
    """Order by an attribute, or by the newest point of a metric, on some data or any."""

    field_name: Required
    ascending: bool = True
    dataset_name: str | None = None
    dataset_digest: str | None = None


class SearchModels(Struct, frozen=True):
    """Ask for a page of logged models."""

    experiment_ids: list[str] = field(default_factory=list)
    filter: str = ""
    datasets: list[OnDataset] = field(default_factory=list)
    max_results: Int64 = DEFAULT_MAX_MODELS
    order_by: list[OrderKey] = field(default_factory=list)
    page_token: str | None = None


class OneModel(Struct, frozen=True):
    """A logged model."""

    model: LoggedModel


class Models(Struct, frozen=True, omit_defaults=True):
    """A page of logged models."""

    models: list[LoggedModel] = field(default_factory=list)
    next_page_token: str | None = None


def create(backend: Backend, request: CreateModel) -> OneModel:
    """Begin a model, whose files come next; its status is `LOGGED_MODEL_PENDING`."""
    made = backend.store.create_logged_model(
        request.experiment_id,
        name=request.name,
        model_type=request.model_type,
        source_run_id=request.source_run_id,
        params=_params(request.params),
        tags=labels(request.tags),
    )
    return OneModel(_shown(backend, made))


def get(backend: Backend, request: GetModel) -> OneModel:
    """Return a model; a deleted one only if it is allowed."""
    found = backend.store.get_logged_model(request.model_id, include_deleted=request.allow_deleted)
    return OneModel(_shown(backend, found))


def finish(backend: Backend, request: FinishModel) -> OneModel:
    """Say whether a model's files are there."""
    found = backend.store.update_logged_model(request.model_id, status=request.status)
    return OneModel(_shown(backend, found))


def delete(backend: Backend, request: OfModel) -> None:
    """Put a model into the trash; its files stay."""
    backend.store.update_logged_model(request.model_id, lifecycle_stage=LifecycleStage.DELETED)


def set_tags(backend: Backend, request: SetModelTags) -> None:
    """Set tags of a model."""
    backend.store.update_logged_model(request.model_id, tags=labels(request.tags))


def delete_tag(backend: Backend, request: DeleteModelTag) -> None:
    """Take a tag of a model away."""
    backend.store.update_logged_model(request.model_id, deleted_tags=[request.tag_key])


def log_params(backend: Backend, request: LogModelParams) -> None:
    """Add params to a model; the first value stays."""
    backend.store.log_logged_model_params(request.model_id, _params(request.params))


def search(backend: Backend, request: SearchModels) -> Models:
    """Return a page of the models of some experiments that match a filter, the newest first."""
    try:
        found = backend.store.search_logged_models(
            request.experiment_ids,
            filter_string=request.filter,
            datasets=[
                ModelDataset(one.dataset_name, one.dataset_digest) for one in request.datasets
            ],
            order_by=[
                ModelOrder(one.field_name, one.ascending, one.dataset_name, one.dataset_digest)
                for one in request.order_by
            ],
            max_results=request.max_results or DEFAULT_MAX_MODELS,
            page_token=request.page_token or None,
        )
    except InvalidValue:
        if _no_model_has_this_name(request):
            return Models()
        raise
    return Models([_shown(backend, one) for one in found], found.token)


def _no_model_has_this_name(request: SearchModels) -> bool:
    # MLflow's client puts the path of a run's file between the quotes as it is. No name of a model
    # holds a quote, so that there is none is true, and a folder "it's" can be listed.
    asked = _IS_IT_A_MODEL.fullmatch(request.filter)
    return asked is not None and "'" in asked[1] and not (request.datasets or request.order_by)


def _params(given: Iterable[Label]) -> list[Param]:
    return [Param(one.key, one.value) for one in given]


def _shown(backend: Backend, model: LoggedModel) -> LoggedModel:
    location = backend.shown(model.info.artifact_uri)
    info = model.info
    if location != info.artifact_uri:
        info = replace(info, artifact_uri=location)
    return LoggedModel(
        info, LoggedModelData(model.data.param_list, spelled(model.data.metric_list))
    )


ENDPOINTS = (
    Endpoint("POST", "logged-models", CreateModel, create, writes=True),
    Endpoint("POST", "logged-models/search", SearchModels, search),
    Endpoint("GET", "logged-models/{model_id}", GetModel, get),
    Endpoint("PATCH", "logged-models/{model_id}", FinishModel, finish, writes=True),
    Endpoint("DELETE", "logged-models/{model_id}", OfModel, delete, writes=True),
    Endpoint("PATCH", "logged-models/{model_id}/tags", SetModelTags, set_tags, writes=True),
    Endpoint(
        "DELETE", "logged-models/{model_id}/tags/{tag_key}", DeleteModelTag, delete_tag, writes=True
    ),
    Endpoint("POST", "logged-models/{model_id}/params", LogModelParams, log_params, writes=True),
)

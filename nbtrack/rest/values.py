"""Params and tags of a run over REST: requests and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.rest.codec import Required, RunId
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import Label, run_params, run_tags

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


class LogParam(Struct, frozen=True):
    """Log a param of a run."""

    run_id: RunId
    key: Required
    value: str = ""


class SetTag(Struct, frozen=True):
    """Set a tag of a run."""

    run_id: RunId
    key: Required
    value: str = ""


class DeleteTag(Struct, frozen=True):
    """Take a tag of a run away."""

    run_id: RunId
    key: Required


def log_param(backend: Backend, request: LogParam) -> None:
    """Log a param of a run; the first value stays."""
    params = run_params([Label(request.key, request.value)])
    backend.store.log_batch(request.run_id, params=params)


def set_tag(backend: Backend, request: SetTag) -> None:
    """Set a tag of a run."""
    tags = run_tags([Label(request.key, request.value)])
    backend.store.log_batch(request.run_id, tags=tags)


def delete_tag(backend: Backend, request: DeleteTag) -> None:
    """Take a tag of a run away."""
    backend.store.delete_tag(request.run_id, request.key)


ENDPOINTS = (
    Endpoint("POST", "runs/log-parameter", LogParam, log_param, writes=True),
    Endpoint("POST", "runs/set-tag", SetTag, set_tag, writes=True),
    Endpoint("POST", "runs/delete-tag", DeleteTag, delete_tag, writes=True),
)

"""Runs over REST: requests and the rows of the table."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import DEFAULT_EXPERIMENT_ID, LifecycleStage, RunStatus, ViewType
from nbtrack.rest.answers import OneRun, Runs, UpdatedRun, info_answer, run_answer
from nbtrack.rest.codec import Int64, RunId
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import Label, run_tags
from nbtrack.store.base import DEFAULT_MAX_RESULTS

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


def _new_id() -> str:
    return secrets.token_hex(16)


class CreateRun(Struct, frozen=True):
    """Begin a run; nbtrack's own client chooses the id, so that it can ask again.

    Otherwise it is chosen here, once for each request: a transaction that must be run a second time
    then finds the run that it made.
    """

    experiment_id: str = DEFAULT_EXPERIMENT_ID
    user_id: str = ""
    run_name: str = ""
    start_time: Int64 | None = None
    tags: list[Label] = field(default_factory=list)
    run_id: str = field(default_factory=_new_id)


class OfRun(Struct, frozen=True):
    """Name a run."""

    run_id: RunId


class UpdateRun(Struct, frozen=True):
    """Change a run; what is left out stays as it is."""

    run_id: RunId
    status: RunStatus | None = None
    end_time: Int64 | None = None
    run_name: str | None = None


class SearchRuns(Struct, frozen=True):
    """Ask for a page of runs."""

    experiment_ids: list[str] = field(default_factory=list)
    filter: str = ""
    run_view_type: ViewType = ViewType.ACTIVE_ONLY
    max_results: Int64 = DEFAULT_MAX_RESULTS
    order_by: list[str] = field(default_factory=list)
    page_token: str | None = None


def create(backend: Backend, request: CreateRun) -> OneRun:
    """Begin a run."""
    run = backend.store.create_run(
        request.experiment_id or DEFAULT_EXPERIMENT_ID,
        run_id=request.run_id or _new_id(),
        name=request.run_name,
        user_id=request.user_id,
        start_time=request.start_time,
        tags=run_tags(request.tags),
    )
    return OneRun(run_answer(backend, run))


def get(backend: Backend, request: OfRun) -> OneRun:
    """Return a run, a deleted one too."""
    return OneRun(run_answer(backend, backend.store.get_run(request.run_id)))


def update(backend: Backend, request: UpdateRun) -> UpdatedRun:
    """Change a run's status, end or name."""
    info = backend.store.update_run(
        request.run_id, status=request.status, end_time=request.end_time, name=request.run_name
    )
    return UpdatedRun(info_answer(backend, info))


def delete(backend: Backend, request: OfRun) -> None:
    """Put a run into the trash."""
    backend.store.update_run(request.run_id, lifecycle_stage=LifecycleStage.DELETED)


def restore(backend: Backend, request: OfRun) -> None:
    """Take a run out of the trash."""
    backend.store.update_run(request.run_id, lifecycle_stage=LifecycleStage.ACTIVE)


def search(backend: Backend, request: SearchRuns) -> Runs:
    """Return a page of the runs of some experiments that match a filter."""
    found = backend.store.search_runs(
        request.experiment_ids,
        filter_string=request.filter,
        order_by=request.order_by,
        view=request.run_view_type,
        max_results=request.max_results,
        page_token=request.page_token or None,
    )
    return Runs([run_answer(backend, run) for run in found], found.token)


ENDPOINTS = (
    Endpoint("POST", "runs/create", CreateRun, create, writes=True),
    Endpoint("GET", "runs/get", OfRun, get),
    Endpoint("POST", "runs/update", UpdateRun, update, writes=True),
    Endpoint("POST", "runs/delete", OfRun, delete, writes=True),
    Endpoint("POST", "runs/restore", OfRun, restore, writes=True),
    Endpoint("POST", "runs/search", SearchRuns, search),
)

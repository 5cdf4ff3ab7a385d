"""One change to many runs: the request, the answer and the row of the endpoint table."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import LifecycleStage, Tag
from nbtrack.errors import NbtrackError, NotFound
from nbtrack.rest.codec import Required
from nbtrack.rest.endpoint import NBTRACK, Endpoint
from nbtrack.rest.requests import Label, check_count, run_tags

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend
    from nbtrack.store.base import Store

MOST_RUNS = 10_000
MOST_TAGS = 100  # of one change, as in MLflow's log-batch


class ChangeRuns(Struct, frozen=True):
    """Delete or restore, rename or tag runs; what is left out stays as it is."""

    run_ids: list[str] = field(default_factory=list)
    lifecycle_stage: LifecycleStage | None = None
    run_name: str | None = None
    set_tags: list[Label] = field(default_factory=list)
    delete_tags: list[Required] = field(default_factory=list)


class ProblemOfRun(Struct, frozen=True):
    """Why a run was not changed."""

    run_id: str
    message: str


class Changed(Struct, frozen=True):
    """How many runs were changed, and why others were not."""

    changed: int
    problems: list[ProblemOfRun]


def change(backend: Backend, request: ChangeRuns) -> Changed:
    """Delete, restore, rename or tag runs; a run that cannot be changed hinders no other."""
    run_ids = list(dict.fromkeys(request.run_ids))
    check_count("run_ids", run_ids, MOST_RUNS)
    check_count("set_tags", request.set_tags, MOST_TAGS)
    check_count("delete_tags", request.delete_tags, MOST_TAGS)
    store, tags = backend.store, run_tags(request.set_tags)
    done = store.together([partial(_change, store, one, request, tags) for one in run_ids])
    problems = []
    for run_id, outcome in zip(run_ids, done, strict=True):
        if isinstance(outcome, NbtrackError):
            problems.append(ProblemOfRun(run_id, outcome.public))
        elif isinstance(outcome, Exception):
            raise outcome
    return Changed(len(run_ids) - len(problems), problems)


def _change(store: Store, run_id: str, request: ChangeRuns, tags: list[Tag]) -> None:
    # What is deleted can only be changed after its restoration, what is to be deleted before.
    if request.lifecycle_stage is LifecycleStage.ACTIVE:
        store.update_run(run_id, lifecycle_stage=LifecycleStage.ACTIVE)
    if request.run_name:
        store.update_run(run_id, name=request.run_name)
    if tags:
        store.log_batch(run_id, tags=tags)
    if request.delete_tags:
        store.update_run(run_id)  # changes nothing, but tells of a run that is not there
        for key in request.delete_tags:
            with suppress(NotFound):  # not every run has every tag
                store.delete_tag(run_id, key)
    if request.lifecycle_stage is LifecycleStage.DELETED:
        store.update_run(run_id, lifecycle_stage=LifecycleStage.DELETED)


ENDPOINTS = (Endpoint("POST", "runs/change", ChangeRuns, change, writes=True, prefixes=NBTRACK),)

"""The overview of a run over REST: all that its page shows without asking for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.entities import RunStatus
from nbtrack.rest.answers import RunAnswer, run_answer
from nbtrack.rest.codec import RunId
from nbtrack.rest.endpoint import NBTRACK, Endpoint
from nbtrack.store.records import wire_value

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend
    from nbtrack.store.overviews import MetricSummary, RelatedRun


class OfRun(Struct, frozen=True):
    """Name a run."""

    run_id: RunId


class NamedExperiment(Struct, frozen=True):
    """The experiment of a run."""

    experiment_id: str
    name: str


class SummedUp(Struct, frozen=True, kw_only=True):
    """A metric; NaN and infinities are texts, as in MLflow's answers."""

    key: str
    last: float | str
    step: int
    timestamp: int
    min: float | str
    max: float | str
    first: float | str
    count: int


class Parent(Struct, frozen=True):
    """The run inside of which a run is."""

    run_id: str
    run_name: str


class Related(Struct, frozen=True, kw_only=True):
    """A run inside of a run; ``end_time`` is null while it is going on."""

    run_id: str
    run_name: str
    status: RunStatus
    start_time: int
    end_time: int | None


class Attempt(Related, frozen=True, kw_only=True):
    """A run of the same cell, counted from 1."""

    number: int


class Overview(Struct, frozen=True, kw_only=True):
    """A run and what is around it; ``children`` and ``attempts`` are the newest 100."""

    run: RunAnswer
    experiment: NamedExperiment
    metrics: list[SummedUp]
    parent: Parent | None
    children: list[Related]
    children_total: int
    attempts: list[Attempt]


def overview(backend: Backend, request: OfRun) -> Overview:
    """Return a run, a deleted one too, with its metrics summed up and the runs around it."""
    found = backend.store.run_overview(request.run_id)
    above = found.parent
    return Overview(
        run=run_answer(backend, found.run),
        experiment=NamedExperiment(found.run.info.experiment_id, found.experiment_name),
        metrics=[_summed_up(metric) for metric in found.metrics],
        parent=None if above is None else Parent(above.run_id, above.run_name),
        children=[_related(child) for child in found.children],
        children_total=found.children_total,
        attempts=[_attempt(attempt) for attempt in found.attempts],
    )


def _summed_up(metric: MetricSummary) -> SummedUp:
    return SummedUp(
        key=metric.key,
        last=wire_value(metric.last),
        step=metric.step,
        timestamp=metric.timestamp,
        min=wire_value(metric.min),
        max=wire_value(metric.max),
        first=wire_value(metric.first),
        count=metric.count,
    )


def _related(run: RelatedRun) -> Related:
    return Related(
        run_id=run.run_id,
        run_name=run.run_name,
        status=run.status,
        start_time=run.start_time,
        end_time=run.end_time,
    )


def _attempt(run: RelatedRun) -> Attempt:
    return Attempt(
        run_id=run.run_id,
        run_name=run.run_name,
        status=run.status,
        start_time=run.start_time,
        end_time=run.end_time,
        number=run.number,
    )


ENDPOINTS = (Endpoint("GET", "runs/overview", OfRun, overview, prefixes=NBTRACK),)

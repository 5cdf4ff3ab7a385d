"""Metrics of runs over REST: requests, answers and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import Metric, RunMetric
from nbtrack.errors import InvalidValue
from nbtrack.rest.answers import spelled
from nbtrack.rest.batches import LogBatch, Point, log_batch
from nbtrack.rest.codec import Int64, Required, RunId
from nbtrack.rest.endpoint import PAGES_ONLY, Endpoint

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

# What may be asked for at once; MLflow's numbers.
MOST_RUNS = 100
MOST_POINTS = 25_000
MOST_SAMPLES = 2500


class LogMetric(Point, frozen=True, kw_only=True):
    """Log a point of a metric of a run; with a model it tells of this one too."""

    run_id: RunId


class GetHistory(Struct, frozen=True):
    """Ask for the points of a metric."""

    run_id: RunId
    metric_key: Required
    max_results: Int64 | None = None
    page_token: str | None = None


class History(Struct, frozen=True, omit_defaults=True):
    """A page of the points of a metric."""

    metrics: list[Metric] = field(default_factory=list)
    next_page_token: str | None = None


class GetHistories(Struct, frozen=True):
    """Ask for the points of one metric of several runs."""

    metric_key: Required
    run_id: list[str] = field(default_factory=list)
    max_results: Int64 = MOST_POINTS


class Histories(Struct, frozen=True):
    """The points of one metric of several runs; the list is there even when it is empty."""

    metrics: list[RunMetric]


class GetSamples(Struct, frozen=True):
    """Ask for some points of one metric of several runs; ``max_results`` counts for each."""

    metric_key: Required
    run_ids: list[str] = field(default_factory=list)
    start_step: Int64 | None = None
    end_step: Int64 | None = None
    max_results: Int64 = MOST_SAMPLES


class Samples(Struct, frozen=True, omit_defaults=True):
    """Some points of one metric of several runs."""

    metrics: list[RunMetric] = field(default_factory=list)


def log(backend: Backend, request: LogMetric) -> None:
    """Log a point of a metric of a run."""
    log_batch(backend, LogBatch(request.run_id, [request]))


def get_history(backend: Backend, request: GetHistory) -> History:
    """Return a page of the points of a metric, by timestamp, step and value."""
    found = backend.store.metric_history(
        request.run_id,
        request.metric_key,
        max_results=request.max_results,
        page_token=request.page_token or None,
    )
    return History(spelled(found), found.token)


def get_history_bulk(backend: Backend, request: GetHistories) -> Histories:
    """Return the points of one metric of several runs, by run, timestamp, step and value."""
    _check_runs(request.run_id, "run_id")
    if request.max_results < 1:
        raise InvalidValue(
            f"Invalid value {request.max_results} for parameter 'max_results' supplied: it must be "
            "a positive integer."
        )
    most = min(request.max_results, MOST_POINTS)
    found = backend.store.metric_history_bulk(request.run_id, request.metric_key, max_results=most)
    return Histories(spelled(found))


def get_history_sampled(backend: Backend, request: GetSamples) -> Samples:
    """Return evenly chosen points of one metric of several runs, for a chart."""
    _check_runs(request.run_ids, "run_ids")
    _check_steps(request.start_step, request.end_step)
    if not 1 <= request.max_results <= MOST_SAMPLES:
        raise InvalidValue(
            f"Invalid value {request.max_results} for parameter 'max_results' supplied: "
            f"max_results must be between 1 and {MOST_SAMPLES}."
        )
    found = backend.store.metric_history_sampled(
        request.run_ids,
        request.metric_key,
        start_step=request.start_step,
        end_step=request.end_step,
        max_results=request.max_results,
    )
    return Samples(spelled(found))


def _check_runs(run_ids: list[str], name: str) -> None:
    if not run_ids:
        raise InvalidValue(
            f"Missing value for required parameter '{name}': the request must specify at least one "
            "run_id."
        )
    if len(run_ids) > MOST_RUNS:
        raise InvalidValue(
            f"The request cannot specify more than {MOST_RUNS} run_ids. "
            f"Received {len(run_ids)} run_ids."
        )


def _check_steps(start: int | None, end: int | None) -> None:
    if (start is None) != (end is None):
        raise InvalidValue(
            "If either start_step or end_step are specified, both must be specified."
        )
    if start is not None and end is not None and start > end:
        raise InvalidValue(
            f"end_step must be greater than start_step. Found start_step={start} and "
            f"end_step={end}."
        )


ENDPOINTS = (
    Endpoint("POST", "runs/log-metric", LogMetric, log, writes=True),
    Endpoint("GET", "metrics/get-history", GetHistory, get_history),
    Endpoint(
        "GET", "metrics/get-history-bulk", GetHistories, get_history_bulk, prefixes=PAGES_ONLY
    ),
    Endpoint("GET", "metrics/get-history-bulk-interval", GetSamples, get_history_sampled),
)

"""Metrics of runs over REST: requests, answers and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import Metric
from nbtrack.rest.answers import spelled
from nbtrack.rest.codec import Int64, Required
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import RunId

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


# Clients may add ``model_id``, ``dataset_name`` and ``dataset_digest`` to a point: what it says of
# a logged model. No logged models are kept yet, so these are taken and passed over like any field
# that is not known; the point itself is a point of the run.
class LogMetric(Struct, frozen=True):
    """Log a point of a metric of a run."""

    run_id: RunId
    key: Required
    value: float
    timestamp: Int64
    step: Int64 = 0


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


def log(backend: Backend, request: LogMetric) -> None:
    """Log a point of a metric of a run."""
    point = Metric(request.key, request.value, request.timestamp, request.step)
    backend.store.log_batch(request.run_id, metrics=[point])


def get_history(backend: Backend, request: GetHistory) -> History:
    """Return a page of the points of a metric, by timestamp, step and value."""
    found = backend.store.metric_history(
        request.run_id,
        request.metric_key,
        max_results=request.max_results,
        page_token=request.page_token or None,
    )
    return History(spelled(found), found.token)


ENDPOINTS = (
    Endpoint("POST", "runs/log-metric", LogMetric, log, writes=True),
    Endpoint("GET", "metrics/get-history", GetHistory, get_history),
)

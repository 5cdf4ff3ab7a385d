"""Many values of a run in one request: the request and the row of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import Metric, ModelMetric
from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Int64, Required, RunId
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import Label, run_params, run_tags

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

# MLflow's limits for one request, by what its clients split their requests.
MOST_METRICS = 1000
MOST_PARAMS = 100
MOST_TAGS = 100
MOST_TOGETHER = 1000


class Point(Struct, frozen=True):
    """A point of a metric; with a model it tells of this one too."""

    key: Required
    value: float
    timestamp: Int64
    step: Int64 = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class LogBatch(Struct, frozen=True):
    """Log values of a run."""

    run_id: RunId
    metrics: list[Point] = field(default_factory=list)
    params: list[Label] = field(default_factory=list)
    tags: list[Label] = field(default_factory=list)


def log_batch(backend: Backend, request: LogBatch) -> None:
    """Log metrics, params and tags of a run, all of them or, on a mistake, none."""
    _check_counts(len(request.metrics), len(request.params), len(request.tags))
    backend.store.log_batch(
        request.run_id,
        metrics=[Metric(one.key, one.value, one.timestamp, one.step) for one in request.metrics],
        params=run_params(request.params),
        tags=run_tags(request.tags),
        model_metrics=[_of_model(request.run_id, one) for one in request.metrics if one.model_id],
    )


def _of_model(run_id: str, point: Point) -> ModelMetric:
    return ModelMetric(
        key=point.key,
        value=point.value,
        timestamp=point.timestamp,
        step=point.step,
        model_id=point.model_id or "",
        run_id=run_id,
        dataset_name=point.dataset_name,
        dataset_digest=point.dataset_digest,
    )


def _check_counts(metrics: int, params: int, tags: int) -> None:
    for what, number, most in (
        ("metrics", metrics, MOST_METRICS),
        ("params", params, MOST_PARAMS),
        ("tags", tags, MOST_TAGS),
        ("metrics, params, and tags", metrics + params + tags, MOST_TOGETHER),
    ):
        if number > most:
            raise InvalidValue(
                f"A batch logging request can contain at most {most} {what}. Got {number} {what}. "
                f"Please split up {what} across multiple requests and try again."
            )


ENDPOINTS = (Endpoint("POST", "runs/log-batch", LogBatch, log_batch, writes=True),)

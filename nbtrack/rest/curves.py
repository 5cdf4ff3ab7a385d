"""Metrics of runs for charts: the request and the row of the endpoint table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from nbtrack.rest.codec import Int64
from nbtrack.rest.endpoint import NBTRACK, Answer, Endpoint
from nbtrack.rest.frame import write_frame
from nbtrack.rest.requests import check_count

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

MOST_RUNS = 200
MOST_KEYS = 200


class AskCurves(Struct, frozen=True):
    """Ask for metrics of runs in a range of steps or times, both ends included."""

    run_ids: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    by: Literal["step", "timestamp"] = "step"
    start: Int64 | None = None
    end: Int64 | None = None
    points: Int64 = 1000


def curves(backend: Backend, request: AskCurves) -> bytes:
    """Return metrics of runs, each in a limited number of rows, as columns."""
    check_count("run_ids", request.run_ids, MOST_RUNS)
    check_count("keys", request.keys, MOST_KEYS)
    found = backend.store.metric_curves(
        request.run_ids,
        request.keys,
        by=request.by,
        start=request.start,
        end=request.end,
        points=request.points,
    )
    series = [
        {
            "run_id": one.run_id,
            "key": one.key,
            "offset": one.offset,
            "length": one.length,
            "total": one.total,
            "exact": one.exact,
            "step": one.step,
            "timestamp": one.timestamp,
        }
        for one in found.series
    ]
    return write_frame({"series": series}, found.columns)


ENDPOINTS = (
    Endpoint("POST", "metrics/curves", AskCurves, curves, prefixes=NBTRACK, answer=Answer.FRAME),
)

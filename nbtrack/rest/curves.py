"""Metrics of runs for charts: the request and the row of the endpoint table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Int64
from nbtrack.rest.endpoint import NBTRACK, Answer, Endpoint
from nbtrack.rest.frame import write_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    for name, given, most in (
        ("run_ids", request.run_ids, MOST_RUNS),
        ("keys", request.keys, MOST_KEYS),
    ):
        if len(given) > most:
            raise InvalidValue(
                f"The parameter '{name}' has {len(given)} items; {most} are the most that may be "
                "asked for at once."
            )
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


def _check_count(name: str, given: Sequence[str], most: int) -> None:
    if len(given) > most:
        raise InvalidValue(
            f"The parameter '{name}' has {len(given)} items; {most} are the most that may be "
            "asked for at once."
        )


ENDPOINTS = (
    Endpoint("POST", "metrics/curves", AskCurves, curves, prefixes=NBTRACK, answer=Answer.FRAME),
)

"""Measure how fast a model predicts, for the last of the six questions."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbtrack.client.fluent import run_to_log
from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MS = 1e3


class Latency(Struct, frozen=True, kw_only=True):
    """Times of a prediction in milliseconds: percentiles over ``calls`` calls of ``rows`` rows."""

    p50: float
    p95: float
    p99: float
    rows: int
    calls: int

    def __repr__(self) -> str:
        times = " · ".join(
            f"{name} {value:.3g} ms"
            for name, value in (("p50", self.p50), ("p95", self.p95), ("p99", self.p99))
        )
        return f"{times} ({self.calls} calls of {self.rows} rows)"

    @property
    def rows_per_second(self) -> float:
        """Rows predicted in a second at the median time; infinite below the clock's resolution."""
        return self.rows / self.p50 * _MS if self.p50 else math.inf


def log_latency(
    fn: Callable[[Any], Any] | Any,
    data: Any,
    *,
    rows: int | None = None,
    warmup: int = 10,
    calls: int = 200,
    seconds: float = 5.0,
    name: str = "latency",
) -> Latency:
    """Measure how long a prediction takes, and log it.

    Metrics ``latency_p50_ms``, ``latency_p95_ms``, ``latency_p99_ms`` (milliseconds of one call,
    linearly interpolated between calls) and ``latency_rows`` (rows of one call).

    Parameters
    ----------
    fn : callable or estimator
        Called with data; of an object with ``predict`` that method is used.
    data : sequence
        What to predict: an array, DataFrame, tensor or list. Anything else is passed as it is.
    rows : int, optional
        Predict so many rows at a time, walking through the data; by default all of it at once.
    warmup : int
        Calls before the measured ones.
    calls : int
        How many to measure, at most.
    seconds : float
        Stop measuring after this time, though not before three calls.
    name : str
        What the metrics' names begin with.

    Returns
    -------
    Latency
        What was measured.

    Examples
    --------
    ``nbtrack.log_latency(model, X_test, rows=1)``
    """
    predict = getattr(fn, "predict", None) or fn
    if not callable(predict):
        raise InvalidValue(
            f"log_latency takes a function or a model with predict, not {type(fn).__name__}."
        )
    run = run_to_log()
    batches, size = _batches(data, rows)
    times = _measure(predict, batches, warmup, calls, seconds)
    found = Latency(
        p50=percentile(times, 50),
        p95=percentile(times, 95),
        p99=percentile(times, 99),
        rows=size,
        calls=len(times),
    )
    run.log_metrics(
        {
            f"{name}_p50_ms": found.p50,
            f"{name}_p95_ms": found.p95,
            f"{name}_p99_ms": found.p99,
            f"{name}_rows": found.rows,
        }
    )
    return found


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return a percentile of sorted numbers, linear between the two nearest (NumPy's default).

    >>> percentile([1.0, 2.0, 3.0, 4.0], 50)
    2.5
    """
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


_MOST_BATCHES = 1000
_FEWEST_CALLS = 3


def _batches(data: Any, rows: int | None) -> tuple[list[Any], int]:
    """Cut data into what one call gets; slicing is done before anything is measured."""
    length = len(data) if hasattr(data, "__len__") and not isinstance(data, (str, dict)) else 1
    if rows is None:
        return [data], length
    if rows < 1 or not hasattr(data, "__getitem__") or length < rows:
        raise InvalidValue(f"rows={rows} of data with {length} rows: give 1 to {length}.")
    table = getattr(data, "iloc", data)
    starts = range(0, length - rows + 1, rows)[:_MOST_BATCHES]
    return [table[start : start + rows] for start in starts], rows


def _measure(
    predict: Callable[[Any], Any], batches: list[Any], warmup: int, calls: int, seconds: float
) -> list[float]:
    if calls < 1 or warmup < 0:
        raise InvalidValue(f"calls={calls} and warmup={warmup}: at least one call is measured.")
    end = time.perf_counter() + seconds
    for number in range(warmup):
        predict(batches[number % len(batches)])
        if time.perf_counter() > end:  # a slow model: one call each is enough
            break
    times = []
    end = time.perf_counter() + seconds
    for number in range(calls):
        batch = batches[number % len(batches)]
        start = time.perf_counter()
        predict(batch)
        stop = time.perf_counter()
        times.append((stop - start) * _MS)
        if stop > end and len(times) >= _FEWEST_CALLS:
            break
    return sorted(times)

"""Metrics of runs as a chart draws them: points or buckets of points, smoothed, with their gaps.

The same as ``jupyter_extension/ui/src/chart/series.js`` and ``smooth.js`` do, so that a picture
made here is the picture that the widget shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store.base import Store
    from nbtrack.store.base_columns import Curve
    from nbtrack.views.chart_view import Axis

_MARKS = ("nan", "above", "below")


@dataclass(frozen=True, slots=True)
class History:
    """A metric of a run, in the order of its axis.

    Attributes
    ----------
    run_id, key : str
        What it is.
    x : sequence of float
        Steps, milliseconds since 1970, or seconds since the first point of the metric.
    value, low, high : sequence of float
        Points; or mean, lowest and highest of a bucket. NaN where nothing is finite.
    count : sequence of int
        Points in a row.
    marks : dict
        ``nan``, ``above`` (+inf) and ``below`` (-inf) -> where such points are.
    """

    run_id: str
    key: str
    x: Sequence[float]
    value: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    count: Sequence[int]
    marks: dict[str, list[float]]

    @property
    def is_aggregated(self) -> bool:
        """Whether a row stands for several points."""
        return any(low < high for low, high in zip(self.low, self.high, strict=True))

    def smoothed(self, weight: float) -> Sequence[float]:
        """Return the values after smoothing; 0 leaves them as they are."""
        if not weight:
            return self.value
        used = [one for one in self.count if one]
        return smoothed(self.value, self.count, weight, sum(used) / len(used) if used else 1.0)


def read_histories(
    store: Store,
    run_ids: Sequence[str],
    keys: Sequence[str],
    axis: Axis,
    *,
    points: int,
    zoom: Sequence[float] | None = None,
) -> list[History]:
    """Return metrics of runs, none of them with more than so many rows.

    Parameters
    ----------
    store : Store
        Where they are.
    run_ids, keys : sequence of str
        Whose and which, in the order in which they come.
    axis : {"step", "time", "relative"}
        What they are ordered by.
    points : int
        Rows of one metric of one run.
    zoom : (float, float), optional
        Only the part between, in units of the axis.
    """
    if axis == "relative":
        return [
            _history(curve, found.columns, axis)
            for run_id in run_ids
            for found in [store.metric_curves([run_id], keys, by="timestamp", points=points)]
            for curve in found.series
        ]
    start, end = (None, None) if zoom is None else (math.floor(zoom[0]), math.ceil(zoom[1]))
    by: Any = "timestamp" if axis == "time" else "step"
    found = store.metric_curves(run_ids, keys, by=by, start=start, end=end, points=points)
    return [_history(curve, found.columns, axis) for curve in found.series if curve.length]


def _history(curve: Curve, columns: Sequence[Any], axis: Axis) -> History:
    rows = slice(curve.offset, curve.offset + curve.length)
    parts: dict[str, Any] = {column.name: column.data[rows] for column in columns}
    x = parts["step"] if axis == "step" else parts["timestamp"]
    if axis == "relative":
        x = [(one - curve.timestamp[0]) / 1000 for one in x]
    marks = {
        name: [place for place, number in zip(x, parts[name], strict=True) if number]
        for name in _MARKS
    }
    lines = {name: parts[name] for name in ("value", "low", "high", "count")}
    return History(curve.run_id, curve.key, x, marks=marks, **lines)


def smoothed(
    values: Sequence[float], counts: Sequence[int], weight: float, unit: float = 1.0
) -> list[float]:
    """Return the debiased exponential moving average, as TensorBoard draws it.

    A bucket weighs as many points as it has, in units of the usual bucket. Values that are not
    finite stay what they are and change nothing.

    Parameters
    ----------
    values : sequence of float
        Points or means of buckets.
    counts : sequence of int
        Points in each.
    weight : float
        From 0, which smooths nothing, to below 1.
    unit : float
        Points in the usual bucket.

    Examples
    --------
    >>> smoothed([1.0, 2.0, float("nan"), 4.0], [1, 1, 1, 1], 0.5)
    [1.0, 1.6666666666666667, nan, 3.0]
    """
    result: list[float] = []
    last, missing = 0.0, 1.0
    for value, number in zip(values, counts, strict=True):
        if not math.isfinite(value):
            result.append(value)
            continue
        keep = weight ** (number / unit)
        last = last * keep + value * (1 - keep)
        missing *= keep
        # A bucket far smaller than the usual one may weigh nothing in floating point.
        result.append(last / (1 - missing) if missing < 1 else value)
    return result

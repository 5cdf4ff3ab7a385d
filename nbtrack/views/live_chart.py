"""A chart that grows under a running cell, and whose last frame is what the saved notebook keeps.

Points may come from any thread; frames are drawn only by the thread that made the chart, because a
front end files what another thread shows under whatever cell runs then. A point costs about a
microsecond while no frame is due. Memory is bounded: a long series is thinned to the extremes of
its neighbourhoods, the picture never shows more.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from nbtrack.client import stack
from nbtrack.sentences import count, say
from nbtrack.views.screen import Screen, in_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.client.stack import Observer
    from nbtrack.views.chart import Chart

_INTERVAL = 0.5
_MOST_POINTS = 4000
_MOST_SERIES = 30
# What the machine did is recorded with a run, but is not what its author watches.
_NOT_DRAWN = ("system/",)


class LiveChart:
    """Curves of what is logged while a cell runs.

    Parameters
    ----------
    show : callable, optional
        Called with a MIME bundle for each frame. Default: one display of the running cell that is
        updated; in a process that is no notebook's kernel nothing is shown.

    Notes
    -----
    A frame is drawn at most every half second, and not before some series has two points: a
    single number needs no curve.
    """

    def __init__(self, show: Callable[[dict[str, str]], None] | None = None) -> None:
        if show is None and in_notebook():
            show = Screen().show
        self._show = show
        self._thread = threading.get_ident()
        # Reentrant, because a finalizer that logs may run inside of `add`.
        self._lock = threading.RLock()
        self._series: dict[str, _Growing] = {}
        self._due = time.monotonic()
        self._watched: str | None = None
        self._drawn = 0

    def watch(self, run_id: str) -> LiveChart:
        """Draw every metric that is logged to a run, until `finish`."""
        self._watched = run_id
        stack.observe(run_id, self.add)
        return self

    def add(self, key: str, value: float, step: int, timestamp: int = 0) -> None:  # noqa: ARG002
        """Add a point, and draw a frame if one is due and this is the chart's own thread."""
        with self._lock:
            series = self._series.get(key)
            if series is None:
                series = self._series[key] = _Growing()
            series.steps.append(step)
            series.values.append(value)
            if value - value != 0:  # NaN and infinities
                series.missing += 1
            if len(series.steps) > _MOST_POINTS:
                series.thin()
        if time.monotonic() >= self._due and threading.get_ident() == self._thread:
            self._frame()

    def finish(self) -> None:
        """Draw the last frame, if there is anything new to see, and stop watching."""
        if self._watched is not None:
            forget(self._watched, self.add)
            self._watched = None
        self._frame()
        self._due = math.inf

    def chart(self) -> Chart:
        """Return the chart of the points so far."""
        from nbtrack.views.chart import Chart, Series, grouped

        with self._lock:
            series = [
                Series(key, one.steps[:], one.values[:], one.missing)
                for key, one in self._series.items()
                if not key.startswith(_NOT_DRAWN)
            ]
        more = len(series) - _MOST_SERIES
        note = f"{count(more, 'more metric')}: recorded, but not drawn." if more > 0 else ""
        return Chart(grouped(series[:_MOST_SERIES]), note=note)

    def __str__(self) -> str:
        """Return the last values as text, for terminals."""
        return self.chart().text()

    def _frame(self) -> None:
        started = time.monotonic()
        self._due = started + _INTERVAL
        if self._show is None:
            return
        with self._lock:
            points = sum(one.dropped + len(one.steps) for one in self._series.values())
            drawable = any(len(one.steps) > 1 for one in self._series.values())
        if points == self._drawn or not drawable:
            return
        self._drawn = points
        try:
            self._show(self.chart().mimebundle())
        except Exception as error:  # noqa: BLE001 - a picture must never stop a training loop
            self._show = None
            say(f"The live chart stopped ({error}); the run goes on being recorded.")
        # Drawing never takes more than a tenth of the time, however slow the machine is.
        ended = time.monotonic()
        self._due = ended + max(_INTERVAL, 9 * (ended - started))


class _Growing:
    """A series of bounded length: when it is full, neighbours give way to their extremes."""

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.values: list[float] = []
        self.missing = 0
        self.dropped = 0

    def thin(self) -> None:
        """Halve the series. Extremes of neighbours contain the extremes of the whole series."""
        steps, values, last = self.steps, self.values, len(self.values) - 1
        if steps != sorted(steps):
            order = sorted(range(len(steps)), key=steps.__getitem__)
            steps, values = [steps[i] for i in order], [values[i] for i in order]
        neighbours = math.ceil(len(values) / (_MOST_POINTS / 4))
        kept = [0]
        for start in range(1, last, neighbours):
            kept += _extremes(start, values[start : min(start + neighbours, last)])
        kept.append(last)
        self.dropped += len(values) - len(kept)
        self.steps = [steps[i] for i in kept]
        self.values = [values[i] for i in kept]


def forget(run_id: str, callback: Observer) -> None:
    """Take one observer of a run away and leave the others."""
    left = tuple(one for one in stack.observers.get(run_id, ()) if one != callback)
    if left:
        stack.observers[run_id] = left
    else:
        stack.unobserve(run_id)


def _extremes(start: int, chunk: Sequence[float]) -> list[int]:
    """Return the places of the smallest and the greatest value, and of one gap if there is any."""
    total = sum(chunk)
    if total - total == 0:  # only finite terms
        low, high = chunk.index(min(chunk)), chunk.index(max(chunk))
        return [start + low] if low == high else sorted((start + low, start + high))
    finite = [i for i, value in enumerate(chunk) if math.isfinite(value)]
    chosen = {next(i for i, value in enumerate(chunk) if not math.isfinite(value))}
    if finite:
        chosen |= {min(finite, key=chunk.__getitem__), max(finite, key=chunk.__getitem__)}
    return sorted(start + i for i in chosen)

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
from nbtrack.client.say import say
from nbtrack.views.numbers import count
from nbtrack.views.screen import Screen, in_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.client.stack import Observer
    from nbtrack.views.chart import Chart

_INTERVAL = 0.5
_MOST_POINTS = 4000
_MOST_SERIES = 30
_MOST_PENDING = 4096
# What the machine did is recorded with a run, but is not what its author watches.
_NOT_DRAWN = ("system/",)

Point = tuple[str, float, int]


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
        self._lock = threading.Lock()
        self._pending: list[Point] = []
        self._series: dict[str, _Growing] = {}
        self._due = time.monotonic()
        self._left_out: set[str] = set()
        self._watched: str | None = None
        self._drawn = 0
        self._points = 0

    def watch(self, run_id: str) -> LiveChart:
        """Draw every metric that is logged to a run, until `finish`."""
        self._watched = run_id
        stack.observe(run_id, self.add)
        return self

    def add(self, key: str, value: float, step: int, timestamp: int = 0) -> None:  # noqa: ARG002
        """Add a point, and draw a frame if one is due and this is the chart's own thread."""
        pending = self._pending
        pending.append((key, value, step))
        if len(pending) >= _MOST_PENDING:
            self._sort_in()
        if time.monotonic() >= self._due and threading.get_ident() == self._thread:
            self._frame()

    def finish(self) -> None:
        """Draw the last frame, if there is anything new to see, and stop watching."""
        if self._watched is not None:
            forget(self._watched, self.add)
            self._watched = None
        self._frame()
        self._due = float("inf")

    def chart(self) -> Chart:
        """Return the chart of the points so far."""
        from nbtrack.views.chart import Chart, Series, grouped

        self._sort_in()
        with self._lock:
            series = [
                Series(key, list(one.steps), list(one.values), one.missing)
                for key, one in self._series.items()
            ]
            left_out = len(self._left_out)
        note = f"{count(left_out, 'more metric')}: recorded, but not drawn." if left_out else ""
        return Chart(grouped(series), note=note)

    def __str__(self) -> str:
        """Return the last values as text, for terminals."""
        return self.chart().text()

    def _frame(self) -> None:
        started = time.monotonic()
        self._due = started + _INTERVAL
        if self._show is None:
            return
        self._sort_in()
        if self._points == self._drawn or not any(one.is_curve for one in self._series.values()):
            return
        self._drawn = self._points
        try:
            self._show(self.chart().mimebundle())
        except Exception as error:  # noqa: BLE001 - a picture must never stop a training loop
            self._show = None
            say(f"The live chart stopped ({error}); the run goes on being recorded.")
        # Drawing never takes more than a tenth of the time, however slow the machine is.
        ended = time.monotonic()
        self._due = ended + max(_INTERVAL, 9 * (ended - started))

    def _sort_in(self) -> None:
        """Move what came from all threads into its series."""
        with self._lock:
            # Another thread may append between these two steps, but only behind what is taken.
            taken = self._pending[:]
            del self._pending[: len(taken)]
            self._points += len(taken)
            by_key: dict[str, list[Point]] = {}
            for point in taken:
                by_key.setdefault(point[0], []).append(point)
            for key, points in by_key.items():
                series = self._series_of(key)
                if series is not None:
                    series.add(points)

    def _series_of(self, key: str) -> _Growing | None:
        series = self._series.get(key)
        if series is None and not key.startswith(_NOT_DRAWN):
            if len(self._series) >= _MOST_SERIES:
                self._left_out.add(key)
            else:
                series = self._series[key] = _Growing()
        return series


class _Growing:
    """A series of bounded length: when it is full, neighbours give way to their extremes."""

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.values: list[float] = []
        self.missing = 0

    @property
    def is_curve(self) -> bool:
        """Whether there is more than one point."""
        return len(self.steps) > 1

    def add(self, points: Sequence[Point]) -> None:
        values = [value for _, value, _ in points]
        self.steps += [step for _, _, step in points]
        self.values += values
        if not _all_finite(values):
            self.missing += sum(1 for value in values if not _all_finite([value]))
        if len(self.steps) > _MOST_POINTS:
            self._thin()

    def _thin(self) -> None:
        # Extremes of neighbours contain the extremes of the whole, however often this is done.
        values, last = self.values, len(self.values) - 1
        order = sorted(range(len(values)), key=self.steps.__getitem__)
        neighbours = math.ceil(len(values) / (_MOST_POINTS / 4))
        kept = [order[0]]
        for start in range(1, last, neighbours):
            kept += sorted(_extremes(order[start : min(start + neighbours, last)], values))
        kept.append(order[last])
        self.steps = [self.steps[index] for index in kept]
        self.values = [values[index] for index in kept]


def forget(run_id: str, callback: Observer) -> None:
    """Take one observer of a run away and leave the others."""
    left = tuple(one for one in stack.observers.get(run_id, ()) if one != callback)
    if left:
        stack.observers[run_id] = left
    else:
        stack.unobserve(run_id)


def _extremes(group: Sequence[int], values: Sequence[float]) -> set[int]:
    """Return the indexes of the smallest and the greatest value, and of one gap if there is any."""
    gaps: set[int] = set()
    if not _all_finite([values[index] for index in group]):
        gaps = {next(index for index in group if not _all_finite([values[index]]))}
        group = [index for index in group if _all_finite([values[index]])]
        if not group:
            return gaps
    return gaps | {min(group, key=values.__getitem__), max(group, key=values.__getitem__)}


def _all_finite(values: Sequence[float]) -> bool:
    # A sum that is finite has only finite terms; a sum of great ones may be infinite, which then
    # only costs a closer look.
    return math.isfinite(sum(values)) or all(map(math.isfinite, values))

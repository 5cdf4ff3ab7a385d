"""What a kernel tells its views while it logs: that the store changed, and points just logged.

A cell that runs keeps the kernel from answering, but not from sending: so what it logs is pushed,
by one thread for all views, at most twice a second. A point costs less than a microsecond where
it is logged; with no view in sight nothing is watched and no thread is there.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbtrack.client import stack
from nbtrack.views.live_chart import forget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbtrack.client.session import Session

    Point = tuple[str, str, float, int, int]

INTERVAL = 0.5
MOST_POINTS = 2000  # kept of half a second, the newest; a view asks the store for the others
_NAMES = {True: "Infinity", False: "-Infinity"}


class Feed:
    """Events for one view.

    Parameters
    ----------
    session : Session
        The store whose changes are told.
    send : callable
        Takes an event for the front end; False if nobody can receive it any more.
    run_ids : iterable of str
        Runs whose points are told, as far as this process logs to them.
    """

    def __init__(
        self, session: Session, send: Callable[[dict[str, Any]], bool], run_ids: Iterable[str] = ()
    ) -> None:
        self._session = session
        self._send = send
        self._run_ids = tuple(run_ids)
        self._watches: list[_Watch] = []
        self._points: deque[Point] = deque(maxlen=MOST_POINTS)
        self._is_changed = False
        self._is_on = False

    def start(self) -> None:
        """Begin to tell; a feed that was stopped can begin again."""
        if self._is_on:
            return
        self._is_on = True
        for run_id in self._run_ids:
            run = self._session.runs.get(run_id)
            if run is not None and not run.ended:
                watch = _Watch(run_id, self._points)
                self._watches.append(watch)
                stack.observe(run_id, watch.add)
        self._session.outbox.listeners = (*self._session.outbox.listeners, self.changed)
        _bell.feeds = (*_bell.feeds, self)
        _bell.open()

    def stop(self) -> None:
        """Tell nothing more, and keep nothing."""
        self._is_on = False
        for watch in self._watches:
            forget(watch.run_id, watch.add)
        self._watches.clear()
        self._points.clear()
        outbox = self._session.outbox
        outbox.listeners = tuple(one for one in outbox.listeners if one != self.changed)
        _bell.feeds = tuple(one for one in _bell.feeds if one is not self)
        _bell.rung.set()  # the thread may have nothing more to do

    def changed(self) -> None:
        """Note that asking again may give something new."""
        self._is_changed = True
        _bell.rung.set()

    def tell(self) -> None:
        """Send what there is; called by the thread."""
        events: list[dict[str, Any]] = []
        points = self._taken()
        if points:
            events.append({"type": "points", "points": points})
        if self._is_changed:
            self._is_changed = False
            events.append({"type": "changed"})
        if not all(self._send(event) for event in events):
            self.stop()

    def _taken(self) -> list[dict[str, Any]]:
        points = []
        for _ in range(len(self._points)):
            run_id, key, value, step, moment = self._points.popleft()
            points.append(
                {
                    "run_id": run_id,
                    "key": key,
                    "step": step,
                    "timestamp": moment,
                    "value": _on_wire(value),
                }
            )
        return points


class _Watch:
    """Takes the points of one run."""

    def __init__(self, run_id: str, points: deque[Point]) -> None:
        self.run_id = run_id
        self._append = points.append

    def add(self, key: str, value: float, step: int, timestamp: int) -> None:
        self._append((self.run_id, key, value, step, timestamp))
        if not _bell.rung.is_set():
            _bell.rung.set()


class _Bell:
    """The thread that sends, and what wakes it."""

    def __init__(self) -> None:
        self.feeds: tuple[Feed, ...] = ()
        self.rung = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nbtrack-feed", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self.rung.wait()
            with self._lock:
                if not self.feeds:
                    self._thread = None
                    return
            self.rung.clear()
            for feed in self.feeds:
                with suppress(Exception):  # of a feed that is stopped meanwhile
                    feed.tell()
            time.sleep(INTERVAL)


def _on_wire(value: float) -> float | str:
    """Return a number as MLflow's JSON has it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else _NAMES[value > 0]


_bell = _Bell()


def _in_child() -> None:
    # A forked child has no front end, and the thread that held a lock is not there.
    global _bell
    feeds, _bell = _bell.feeds, _Bell()
    for feed in feeds:
        feed.stop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)

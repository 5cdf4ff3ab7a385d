"""A thread for what a cell need not wait for: git, package versions, files.

Jobs run in order, a moment after they were given: a short cell is over by then, and does not share
the interpreter with them. The thread is a daemon, and at exit what is left is done first, before
the last flush of the journal, so that a notebook that is executed and closed at once (nbconvert)
loses nothing.
"""

from __future__ import annotations

import atexit
import threading
from collections import deque
from typing import TYPE_CHECKING

from nbtrack.client import session as sessions
from nbtrack.notebook.guard import report

if TYPE_CHECKING:
    from collections.abc import Callable

_MOMENT = 0.05
_AT_EXIT = 10.0


class Background:
    """Jobs in the order of their `put`."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[str, Callable[[], None]]] = deque()
        self._some = threading.Event()
        self._hurry = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        sessions.when_opened(self._first_at_exit)

    def put(self, what: str, job: Callable[[], None]) -> None:
        """Have a job done; a failure is said as "could not <what>"."""
        with self._lock:
            self._jobs.append((what, job))
            self._idle.clear()
            self._some.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="nbtrack-jobs", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Have everything done at once, wait for it at most so long, return whether it is."""
        self._hurry.set()
        done = self._idle.wait(seconds)
        self._hurry.clear()
        return done

    def _first_at_exit(self) -> None:
        # Functions run at exit in the reverse order of their registration, and a session registers
        # its last flush when it is opened.
        atexit.unregister(self._finish)
        atexit.register(self._finish)

    def _finish(self) -> None:
        self.wait(_AT_EXIT)

    def _work(self) -> None:
        while True:
            self._some.wait()
            self._hurry.wait(_MOMENT)
            self._work_off()

    def _work_off(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._some.clear()
                    self._idle.set()
                    return
                what, job = self._jobs.popleft()
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the next job is not to blame
                report(what, error)

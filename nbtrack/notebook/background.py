"""A thread for what a cell need not wait for: git, package versions, files.

Jobs run in order. The thread ends when there is nothing to do, and is no daemon: the interpreter
waits for it at exit, before the journal's last flush, so that a notebook that is executed and
closed at once (nbconvert) loses nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from nbtrack.notebook.guard import report

if TYPE_CHECKING:
    from collections.abc import Callable


class Background:
    """Jobs in the order of their `put`, in a thread that lives only while there are some."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[str, Callable[[], None]]] = deque()
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()

    def put(self, what: str, job: Callable[[], None]) -> None:
        """Have a job done; a failure is said as "could not <what>"."""
        with self._lock:
            self._jobs.append((what, job))
            if not self._idle.is_set():
                return
            self._idle.clear()
        threading.Thread(target=self._work, name="nbtrack-background").start()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to do, at most so long; return whether that is so."""
        return self._idle.wait(seconds)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._idle.set()
                    return
                what, job = self._jobs.popleft()
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the next job is not to blame
                report(what, error)

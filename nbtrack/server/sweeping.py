"""What other processes left behind, brought in while a server runs: journals, and open runs."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from nbtrack.delivery.recovery import recover
from nbtrack.sentences import count

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.store.base import Store

log = logging.getLogger("nbtrack.server")

SECONDS_BETWEEN = 30.0


class Sweeper:
    """A thread that looks from time to time; what goes wrong is logged and hinders nobody.

    Parameters
    ----------
    store : Store
        The store that is served.
    journal_dir : Path
        Where this user's journals for it are.
    """

    def __init__(self, store: Store, journal_dir: Path) -> None:
        self._store = store
        self._journal_dir = journal_dir
        self._stopping = threading.Event()
        self._last_trouble = ""
        self._thread = threading.Thread(target=self._run, name="nbtrack-sweeper", daemon=True)

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Look a last time, and wait for that some seconds at most."""
        self._stopping.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            self._sweep()
            if self._stopping.wait(SECONDS_BETWEEN):
                break
        self._sweep()

    def _sweep(self) -> None:
        try:
            done = recover(self._store, self._journal_dir)
        except Exception as error:  # noqa: BLE001 - whatever it is, requests are served
            if str(error) != self._last_trouble:
                self._last_trouble = str(error)
                log.warning("What other processes left was not brought in: %s", error)
            return
        self._last_trouble = ""
        if done.shipped or done.closed:
            log.info(
                "Brought in %s and closed %s of processes that have ended.",
                count(done.shipped, "record"),
                count(len(done.closed), "run"),
            )

"""The way of a process's records to a store: a journal, and a thread that ships it.

`Outbox.append` writes to the journal and returns; everything else happens behind it. A forked child
takes nothing of this over: it begins a journal of its own at its first record.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from nbtrack.delivery import recovery
from nbtrack.delivery.journal import Journal, Retired
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.shipper import Shipper
from nbtrack.errors import NbtrackError
from nbtrack.sentences import count, say
from nbtrack.settings import settings
from nbtrack.store.records import CreateRun, LogMetric, UpdateRun, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nbtrack.store.base import Store
    from nbtrack.store.records import Owner, Problem, Record

_MOST_PROBLEMS = 100  # different ones, kept for each run until somebody takes them


class Outbox:
    """Journal and shipper of one process for one store.

    Parameters
    ----------
    store : Store
        Where records go.
    directory : Path
        Folder of the journals; made when it is needed.

    Attributes
    ----------
    listeners : tuple of callable
        Called, in the thread that ships, after each batch that reached the store.
    """

    def __init__(self, store: Store, directory: Path) -> None:
        self._store = store
        self._directory = directory
        self._journal: Journal | None = None
        self._shipper: Shipper | None = None
        # Journals of the parents of a forked child, with the last number at the fork.
        self._inherited: list[tuple[Path, Owner, int]] = []
        self._forked = False
        self._lock = threading.RLock()
        self._open_runs: set[str] = set()
        self._problems: dict[str | None, list[Problem]] = {}
        self.listeners: tuple[Callable[[], None], ...] = ()
        _outboxes.add(self)

    def append(self, record: Record) -> int:
        """Journal a record and return its number; it reaches the store soon.

        Raises
        ------
        TypeError
            If the record holds a value that is not of its field's type.
        """
        while True:
            journal, shipper = self._journal, self._shipper
            if journal is None or shipper is None:
                journal, shipper = self._begin()
            try:
                number = journal.append(record)
            except Retired:  # closed by another thread just now
                continue
            if type(record) is not LogMetric:
                self._note(record, shipper)
            if shipper.idle:
                shipper.wake()
            return number

    def flush(self, timeout: float) -> int:
        """Ship what was appended; return how many records are still on the way.

        Parameters
        ----------
        timeout : float
            Seconds to wait at most.
        """
        shipper = self._shipper
        left = 0 if shipper is None else shipper.flush(timeout)
        if self._forked:
            with suppress(NbtrackError, OSError):
                recovery.ship_journals(self._store, self._directory)
        return left

    def kept_in(self) -> str:
        """Say where the records are that the store does not have yet."""
        journal = self._journal
        return "the journal" if journal is None else journal.kept_in()

    def outlook(self) -> str:
        """Say where the records are that the store does not have yet, and what becomes of them."""
        if self._store.is_gone():
            return (
                f"They are kept in {self.kept_in()}, but belong to a store that was deleted or "
                "replaced: only where it is put back, nbtrack sync sends them."
            )
        return (
            f"They are kept in {self.kept_in()}: this process goes on sending them, and `nbtrack "
            "sync` sends what a journal holds after its end."
        )

    def tell_listeners(self) -> None:
        """Say that the store has something new, also where it came there by another way."""
        for listener in self.listeners:
            with suppress(Exception):  # who listens cannot stop what is shipped
                listener()

    def problems(self, run_id: str | None) -> list[Problem]:
        """Return, once, what the store refused of a run; None for what belongs to no run."""
        return self._problems.pop(run_id, [])

    def close(self, timeout: float | None = None) -> int:
        """Ship what is left and delete the journal; say what could not be shipped.

        A later `append` begins anew.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; by default the setting NBTRACK_EXIT_SECONDS.

        Returns
        -------
        int
            How many records are left in the journal.
        """
        if timeout is None:
            timeout = settings().exit_seconds
        left = self.flush(timeout)
        with self._lock:
            journal, shipper = self._journal, self._shipper
            if journal is None or shipper is None:
                return 0
            shipper.stop()
            left = shipper.flush(0.0) if left == 0 else left  # what came in the meantime
            self._journal = self._shipper = None
            whole = journal.retire(acknowledged=shipper.acknowledged)
            shipper.close()
            self._open_runs.clear()
        if not whole:
            left = max(0, shipper.unshipped() - journal.dropped)
            if journal.dropped:
                say(
                    f"{count(journal.dropped, 'record')} are lost: neither the store nor "
                    f"{journal.path} could take them. See to the space and the permissions there."
                )
        if left:
            then = (
                "They belong to a store that was deleted or replaced while this process used it; "
                "only where it is put back, nbtrack sync sends them."
                if self._store.is_gone()
                else "The next process that uses the store sends what is left; to send it now: "
                "nbtrack sync"
            )
            say(
                f"Not everything has reached {self._store.uri}: {count(left, 'record')} kept in "
                f"{journal.path}. {then}"
            )
        return 0 if whole else left

    def _begin(self) -> tuple[Journal, Shipper]:
        with self._lock:
            if self._journal is not None and self._shipper is not None:
                return self._journal, self._shipper
            owner = this_process(_new_id(), self._store.store_id)
            journal = Journal(self._directory, owner)
            shipper = Shipper(
                self._store,
                journal,
                on_problems=self._add_problems,
                on_arrival=self.tell_listeners,
                before_first=self._ship_inherited,
            )
            self._shipper = shipper
            self._journal = journal
            _active.add(self)
            _ship_at_the_end_of_a_worker()
        shipper.start()
        return journal, shipper

    def _note(self, record: Record, shipper: Shipper) -> None:
        if isinstance(record, CreateRun):
            self._open_runs.add(record.run_id)
        elif isinstance(record, UpdateRun) and record.status is not None:
            (self._open_runs.discard if record.status.is_final else self._open_runs.add)(
                record.run_id
            )
        shipper.leased = bool(self._open_runs)

    def _add_problems(self, problems: Sequence[Problem]) -> None:
        # A run that is lost gives the same reason for each of its points.
        new = merged(problems)
        for run_id in {problem.run_id for problem in new}:
            kept = self._problems.get(run_id, [])
            all_of_run = [*kept, *(problem for problem in new if problem.run_id == run_id)]
            self._problems[run_id] = merged(all_of_run)[:_MOST_PROBLEMS]

    # Forks

    def _ship_inherited(self) -> None:
        """See to it that what the parent logged before the fork reaches the store first."""
        for path, owner, number in self._inherited:
            if self._store.acknowledged(owner.journal_id) < number:
                with suppress(FileNotFoundError):
                    recovery.ship_file(self._store, path, owner, ended=False)
        self._inherited.clear()

    def _after_fork_in_child(self) -> None:
        journal, shipper = self._journal, self._shipper
        self._lock = threading.RLock()
        self._journal = self._shipper = None
        self._forked = False
        self.listeners = ()
        self._open_runs = set()
        self._problems = {}
        if journal is not None and shipper is not None:
            if shipper.unshipped():
                self._inherited.append((journal.path, journal.owner, journal.number))
            journal.abandon()
            shipper.close()

    def _after_fork_in_parent(self) -> None:
        self._forked = True  # a child that ends without a word leaves its journal to this process


def _new_id() -> str:
    """Make an id of 32 hex digits that begins with the time, so that ids sort by age."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


_outboxes: WeakSet[Outbox] = WeakSet()
_active: set[Outbox] = set()


def close_all() -> None:
    """Close every outbox of this process, as happens when it ends."""
    try:
        seconds = settings().exit_seconds
    except NbtrackError:
        seconds = 10.0
    deadline = time.monotonic() + seconds
    while _active:
        outbox = _active.pop()
        # Whatever goes wrong now, the records are in the journal.
        with suppress(Exception):
            outbox.close(max(0.1, deadline - time.monotonic()))


def _ship_at_the_end_of_a_worker() -> None:
    # Processes of multiprocessing end without atexit, but run their own finalizers.
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, close_all, exitpriority=10)


def _in_child() -> None:
    _active.clear()
    for outbox in list(_outboxes):
        outbox._after_fork_in_child()  # noqa: SLF001 (same module)


def _in_parent() -> None:
    for outbox in list(_outboxes):
        outbox._after_fork_in_parent()  # noqa: SLF001 (same module)


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child, after_in_parent=_in_parent)

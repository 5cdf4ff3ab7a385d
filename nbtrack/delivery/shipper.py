"""The thread that carries a journal's records to the store.

It reads the journal as a stranger would, from the first record the store has not acknowledged, so
that a store that is slow, away or was away is no special case. It wakes by itself at most every
quarter of a second while records come, and sleeps without waking while none do.
"""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING

from nbtrack.delivery.lease import HEARTBEAT_SECONDS
from nbtrack.delivery.reader import JournalReader
from nbtrack.delivery.shipping import ship
from nbtrack.errors import NbtrackError, Unavailable, WrongStore
from nbtrack.sentences import count, say
from nbtrack.settings import settings
from nbtrack.store.records import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.delivery.journal import Journal
    from nbtrack.store.base import Store
    from nbtrack.store.records import Record

SLICE = 500  # a larger one holds the interpreter's lock long enough to delay a training step
SLICE_WHEN_AWAITED = 1000
PAUSE_SECONDS = 0.25
_BETWEEN_SLICES_SECONDS = 0.005
_BUSY_PROGRAM = 50  # records it logs while one slice is shipped
_IDLE_SECONDS = 3600.0  # then the journal is touched, for those who judge by its age
_FIRST_BACKOFF, _LAST_BACKOFF = 0.5, 60.0
_BACKOFF_WHEN_AWAITED = 0.2
_SAY_AFTER_SECONDS = 5.0
_LONGEST_WAIT = 1e6  # seconds: for ever, as far as locks can count
_BIG_JOURNAL_BYTES = 8 << 20
_SMALL_REST_BYTES = 1 << 20


class Shipper:
    """Carries one journal's records to one store.

    Parameters
    ----------
    store : Store
        Where the records go.
    journal : Journal
        Where they come from.
    on_problems : callable
        Called, in the thread that ships, with the records the store refused.
    on_arrival : callable
        Called, in the thread that ships, after records reached the store.
    before_first : callable
        Called once before anything is shipped.

    Attributes
    ----------
    acknowledged : int
        Number of the last record that the store has.
    idle : bool
        Whether the thread must be woken (`wake`) for a new record.
    leased : bool
        Whether the journal has open runs, whose lease needs a heartbeat.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        *,
        on_problems: Callable[[Sequence[Problem]], None],
        on_arrival: Callable[[], None],
        before_first: Callable[[], None],
    ) -> None:
        self.acknowledged = 0
        self.idle = False
        self.leased = False
        self._store = store
        self._journal = journal
        self._on_problems = on_problems
        self._on_arrival = on_arrival
        self._before_first: Callable[[], None] | None = before_first
        self._reader: JournalReader | None = None
        self._pending: list[tuple[int, Record]] = []
        self._lost = 0
        self._turn = threading.Lock()  # one slice at a time
        self._progress = threading.Condition()
        self._awaited = 0  # number that a caller of `flush` waits for
        self._hopeless = 0  # failures that no waiting helps against
        self._event = threading.Event()
        self._stopping = False
        self._failures = 0
        self._failing_since: float | None = None
        self._said_failure = False
        self._next_beat = time.monotonic() + HEARTBEAT_SECONDS
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ship in the background."""
        thread = threading.Thread(target=self._run, name="nbtrack-shipper", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads, or the interpreter is ending: `flush` ships
            return
        self._thread = thread

    def wake(self) -> None:
        """End the sleep of a thread that had nothing to do."""
        self.idle = False
        self._event.set()

    def unshipped(self) -> int:
        """Return how many records the store does not have yet, as far as is known."""
        return max(0, self._journal.number - self.acknowledged)

    def flush(self, timeout: float) -> int:
        """Ship what is in the journal now; return how many records are left after so many seconds.

        A store that is not the right one any more is not waited for.

        The thread does it where there is one, so that an interrupt ends the waiting and nothing
        else.
        """
        target = self._journal.number
        timeout = min(timeout, _LONGEST_WAIT)
        deadline = time.monotonic() + timeout
        if self.acknowledged >= target:
            return 0
        if self._thread is None or not self._thread.is_alive():
            self._ship_here(target, deadline)
        else:
            with self._progress:
                before = self._hopeless
                self._awaited = max(self._awaited, target)
                self.wake()
                self._progress.wait_for(
                    lambda: self.acknowledged >= target or self._hopeless != before, timeout
                )
        return max(0, target - self.acknowledged)

    def stop(self) -> None:
        """End the thread, after the slice it may be shipping."""
        self._stopping = True
        self._event.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=1.0)

    def close(self) -> None:
        """Close what the shipper reads from."""
        if self._reader is not None:
            self._reader.close()

    # In the thread

    def _run(self) -> None:
        while not self._stopping:
            self._rest()
            if self._stopping:
                return
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 (the thread must outlive what it did not expect)
                self._failed(error)

    def _rest(self) -> None:
        """Sleep until there is something to do."""
        if self._is_awaited() and not self._failures:
            return
        if self._failures:
            self._event.wait(self._backoff())
        elif self._has_nothing():
            self.idle = True
            if self._has_nothing():  # nothing came before `idle` could be seen
                self._event.wait(self._until_beat())
            self.idle = False
        self._event.clear()
        if not self._is_awaited() and not self._stopping and not self._failures:
            self._event.wait(PAUSE_SECONDS)  # what else comes goes along

    def _round(self) -> None:
        """Ship all that is there, slice by slice, and give the signs of life that are due."""
        self._beat()
        while not self._stopping:
            began, number = time.monotonic(), self._journal.number
            if not self._ship_slice():
                break
            if not self._is_awaited():
                # Each write of the program offers the interpreter to this thread. One that logs
                # without a pause would lose half of its time: then we take a fifth, and catch up
                # when it is done.
                rest = 4 if self._journal.number - number > _BUSY_PROGRAM else 1
                if self._event.wait(
                    max(_BETWEEN_SLICES_SECONDS, rest * (time.monotonic() - began))
                ):
                    self._event.clear()
                self._beat()
        self._works_again()  # a heartbeat that failed has nothing that could arrive later
        self._compact()

    def _is_awaited(self) -> bool:
        return self._awaited > self.acknowledged

    def _has_nothing(self) -> bool:
        return self._journal.number <= self.acknowledged

    def _until_beat(self) -> float:
        if not self.leased:
            return _IDLE_SECONDS
        return max(0.0, self._next_beat - time.monotonic())

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._next_beat:
            return
        self._next_beat = now + HEARTBEAT_SECONDS
        self._journal.touch()
        if self.leased:
            self._store.heartbeat(self._journal.owner.journal_id)

    # One slice

    def _ship_here(self, target: int, deadline: float) -> None:
        """Ship in the calling thread, where there is no other."""
        while self.acknowledged < target:
            try:
                if not self._ship_slice():
                    return
            except Exception as error:  # noqa: BLE001 (never into the caller's cell)
                self._failed(error)
                if (
                    isinstance(error, WrongStore)
                    or time.monotonic() + _BACKOFF_WHEN_AWAITED >= deadline
                ):
                    return
                time.sleep(_BACKOFF_WHEN_AWAITED)
            if time.monotonic() >= deadline:
                return

    def _ship_slice(self) -> bool:
        """Ship a slice; False if there was nothing."""
        with self._turn:
            if self._before_first is not None:
                self._before_first()
                self._before_first = None
            if not self._pending:
                self._pending = self._next_slice()
            if not self._pending:
                return False
            if settings().durability == "full":
                self._journal.sync()
            owner, path = self._journal.owner, self._journal.path
            for receipt in ship(self._store, owner, self._pending, path):
                if receipt.problems:
                    self._on_problems(receipt.problems)
                self._arrived(receipt.acknowledged)
            return True

    def _next_slice(self) -> list[tuple[int, Record]]:
        limit = SLICE_WHEN_AWAITED if self._is_awaited() else SLICE
        journal = self._journal
        journal.drain()
        if records := self._read(limit) or journal.waiting(self.acknowledged, limit):
            return records
        with journal.lock:
            # Between two looks something may have been written. After this one, numbers that are
            # nowhere belong to records whose writing was interrupted: there is nothing to wait for.
            records = self._read(limit) or journal.waiting(self.acknowledged, limit)
            if not records and journal.number > self.acknowledged:
                self._settle(journal.number)
        return records

    def _read(self, limit: int) -> list[tuple[int, Record]]:
        if self._reader is None:
            if not self._journal.exists():
                return []
            self._reader = JournalReader(self._journal.path)
        reader = self._reader
        reader.acknowledged = self.acknowledged
        records = reader.read(limit)
        self._tell_lost(reader)
        return records

    def _settle(self, number: int) -> None:
        if self._reader is not None:
            self._reader.finish()
            self._tell_lost(self._reader)
        self._arrived(number)

    def _tell_lost(self, reader: JournalReader) -> None:
        if reader.lost > self._lost:
            lost, self._lost = reader.lost - self._lost, reader.lost
            message = f"{count(lost, 'record')} damaged in the journal {self._journal.path}."
            say(message)
            self._on_problems([Problem(reader.last, None, message)])

    def _arrived(self, number: int) -> None:
        self._pending = [pair for pair in self._pending if pair[0] > number]
        self._works_again()
        with self._progress:
            self.acknowledged = max(self.acknowledged, number)
            self._progress.notify_all()
        self._journal.acknowledge(self.acknowledged)
        self._on_arrival()

    def _compact(self) -> None:
        reader = self._reader
        if reader is None or reader.offset < _BIG_JOURNAL_BYTES:
            return
        with self._turn:
            done = not self._pending and self._journal.compact(reader, most=_SMALL_REST_BYTES)
            if done:
                self._reader = None
                self._lost = 0

    # When the store does not answer

    def _works_again(self) -> None:
        self._failures = 0
        self._failing_since = None
        self._said_failure = False

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._restore()
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        passing = isinstance(error, Unavailable) and now - self._failing_since < _SAY_AFTER_SECONDS
        if not passing and not self._said_failure:
            self._said_failure = True
            reason = str(error) if isinstance(error, NbtrackError) else repr(error)
            again = "." if self._store.is_gone() else " and are sent again and again."
            say(
                f"Records do not reach {self._store.uri} now: {reason} They are kept in "
                f"{self._journal.kept_in()}{again}"
            )
        if self._is_hopeless(error):
            with self._progress:
                self._hopeless += 1
                self._awaited = 0
                self._progress.notify_all()

    def _is_hopeless(self, error: Exception) -> bool:
        # A journal that was deleted together with its store is the first thing to be missed.
        return isinstance(error, WrongStore) or self._store.is_gone()

    def _restore(self) -> None:
        """See to a journal that was deleted, as happens to it together with its store."""
        with self._turn:
            if self._journal.restore() and self._reader is not None:
                self._reader.close()
                self._reader = None
                self._lost = 0

    def _backoff(self) -> float:
        if self._is_awaited():
            return _BACKOFF_WHEN_AWAITED
        grown = _FIRST_BACKOFF * 2.0 ** min(self._failures - 1, 20)
        return min(_LAST_BACKOFF, grown) * random.uniform(0.5, 1.0)  # noqa: S311 (jitter)

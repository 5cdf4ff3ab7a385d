"""Connections and transactions of a database, safe for threads, processes and forks.

A transaction is a function of a connection, so that it can be run again when the database says that
this would cure what went wrong (`nbtrack.store.repeating`). Writers of one process queue for a lock
of their own first: it is fair where a database's own waiting is not, and what the process remembers
of ids is changed by one writer at a time.

A forked child must neither use nor close what it inherited: closing it would look, to SQLite or to
a server, like the parent's connection going away. The child therefore keeps the old pool alive,
unused, and makes a new one when it first needs it. No fork happens in the middle of a write.
"""

from __future__ import annotations

import os
import random
import threading
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from sqlalchemy.exc import IntegrityError

from nbtrack.store import repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from nbtrack.errors import NbtrackError

T = TypeVar("T")

PATIENCE = 30.0
_FORK_WAIT_SECONDS = 5.0


class Database(ABC):
    """A database that exists: `nbtrack.store.creation` and its neighbours make it.

    Parameters
    ----------
    patience : float
        Seconds to wait for another process's lock.

    Attributes
    ----------
    on_rollback : callable
        Called when a transaction, or a part of one, did not happen: what was learnt in it is void.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.on_rollback: Callable[[], None] = _nothing
        self._engine: Engine | None = None
        self._turn = threading.RLock()
        self._here = _Here()
        self._was_reached = False
        _open.add(self)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what a function reads from one unchanging state of the database.

        Inside `write` it is the state of that transaction, and the function may read only.
        """
        outer = self._here.connection
        if outer is not None:
            return work(outer)
        with self._explained():
            return self._repeated(lambda: self._read_once(work))

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run a function in a transaction that is committed at the end, rolled back on an error.

        It is run again if the transaction was lost on the way. Inside another `write` of the same
        thread it is a part of that transaction, which can fail alone.
        """
        outer = self._here.connection
        if outer is not None:
            return self._part(outer, work)
        with self._explained(), self._turn:
            return self._repeated(lambda: self._whole(work))

    def part(self, work: Callable[[], T]) -> T:
        """Inside `write`, run a function whose writes all happen or none."""
        outer = self._here.connection
        assert outer is not None

        def begin(_: Connection) -> T:
            self._here.untouched = True
            return work()

        attempt = 0
        while True:
            try:
                return self._part(outer, begin)
            except IntegrityError as error:  # another process made the same: it is found now
                attempt += 1
                if not repeating.may_help(error, attempt, was_reached=True):
                    raise

    def close(self) -> None:
        """Give back all connections."""
        engine, self._engine = self._engine, None
        _open.discard(self)
        if engine is not None:
            self._close(engine)

    def is_gone(self) -> bool:
        """Whether the data was deleted or replaced since this object was made."""
        return False

    def change_mark(self) -> str | None:
        """Return what differs after a change, as `nbtrack.store.base.Store.change_mark` says."""
        return None

    @abstractmethod
    def explain(self, error: BaseException) -> NbtrackError | None:
        """Return the exception that a user should see instead, or None if there is nothing better.

        The way out of `read` and `write` for a database's errors.
        """

    @abstractmethod
    def _make_engine(self) -> Engine: ...

    @abstractmethod
    def _read_once(self, work: Callable[[Connection], T]) -> T: ...

    @abstractmethod
    def _write_once(self, work: Callable[[Connection], T]) -> T: ...

    def _close(self, engine: Engine) -> None:
        engine.dispose()

    def _whole(self, work: Callable[[Connection], T]) -> T:
        def alone(connection: Connection) -> T:
            with self._here.working(connection):
                return work(connection)

        try:
            return self._write_once(alone)
        except BaseException:
            self.on_rollback()
            raise

    def _part(self, outer: Connection, work: Callable[[Connection], T]) -> T:
        here = self._here
        # The first write of a part can be undone to where the part began.
        own = not here.untouched
        here.depth += own
        here.untouched = False
        save, undo, release = _savepoint(outer.dialect.name, here.depth)
        try:
            if own:
                outer.exec_driver_sql(save)
            done = work(outer)
            if own and release:
                outer.exec_driver_sql(release)
        except BaseException as error:
            self.on_rollback()
            if not repeating.ends_transaction(error):
                outer.exec_driver_sql(undo)
            raise
        finally:
            here.depth -= own
            here.untouched = False
        return done

    def _repeated(self, once: Callable[[], T]) -> T:
        deadline = time.monotonic() + min(self.patience, repeating.LONGEST)
        attempt = 0
        while True:
            try:
                done = once()
            except Exception as error:
                attempt += 1
                helps = repeating.may_help(error, attempt, was_reached=self._was_reached)
                if not helps or time.monotonic() > deadline:
                    raise
            else:
                self._was_reached = True
                return done
            time.sleep(random.uniform(0.2, 1) * repeating.pause(attempt))  # noqa: S311 - jitter, not a secret

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            better = self.explain(error)
            if better is None:
                raise
            raise better from error

    def _connect(self) -> Engine:
        engine = self._engine
        if engine is None:
            with self._turn:
                engine = self._engine = self._engine or self._make_engine()
        return engine

    def _forget_inherited(self) -> None:
        if self._engine is not None:
            _inherited.append((self._engine, self._engine.pool))
        self._engine = None
        self._turn = threading.RLock()
        self._here = _Here()


class _Here(threading.local):
    """The transaction in which this thread is writing, and its savepoints."""

    connection: Connection | None = None
    depth = 0
    untouched = False  # nothing was written since the innermost savepoint

    @contextmanager
    def working(self, connection: Connection) -> Iterator[None]:
        self.connection = connection
        try:
            yield
        finally:
            self.connection = None


@cache
def _savepoint(dialect: str, depth: int) -> tuple[str, str, str | None]:
    """Write the statements that set a savepoint, go back to it (it stays), and give it up."""
    if dialect == "mssql":
        return f"SAVE TRANSACTION nb_{depth}", f"ROLLBACK TRANSACTION nb_{depth}", None
    return (
        f"SAVEPOINT nb_{depth}",
        f"ROLLBACK TO SAVEPOINT nb_{depth}",
        f"RELEASE SAVEPOINT nb_{depth}",
    )


def _nothing() -> None:
    pass


_open: WeakSet[Database] = WeakSet()
_inherited: list[Any] = []


class _Forking(threading.local):
    """What one thread holds while it forks: two may fork at once, and a lock is its holder's."""

    def __init__(self) -> None:
        self.turns: list[threading.RLock] = []


_forking = _Forking()


def _before_fork() -> None:
    for database in list(_open):
        if database._turn.acquire(timeout=_FORK_WAIT_SECONDS):  # noqa: SLF001 - same module
            _forking.turns.append(database._turn)  # noqa: SLF001 - as above


def _after_fork_in_parent() -> None:
    while _forking.turns:
        _forking.turns.pop().release()


def _after_fork_in_child() -> None:
    _forking.turns.clear()
    for database in list(_open):
        database._forget_inherited()  # noqa: SLF001 - same module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )

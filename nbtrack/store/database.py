"""Connections and transactions of one SQLite file, safe for threads, processes and forks.

Every write is one short ``BEGIN IMMEDIATE`` transaction: it takes the write lock before it reads,
so it can never fail half-way because somebody else wrote in between. Writers of one process queue
for a lock of their own first, which is fair where SQLite's own waiting (polling) is not.

A forked child must neither use nor close what it inherited: closing it would, inside SQLite, look
like the parent's last connection going away. The child therefore keeps the old pool alive, unused,
and makes a new one when it first needs it. No fork happens in the middle of a write.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from nbtrack.errors import WrongStore
from nbtrack.settings import settings
from nbtrack.store import connecting, statistics, troubles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

BUSY_SECONDS = 30.0
_FORK_WAIT_SECONDS = 5.0
_BEGIN = "nb_begin"

_PRAGMAS = (
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA foreign_keys=OFF",
)


class Database:
    """One SQLite file.

    Parameters
    ----------
    path : Path
        The database file. It must exist: `nbtrack.store.creation` makes it.
    busy_seconds : float
        How long to wait for another process's lock.
    """

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.busy_seconds = busy_seconds
        self._engine: Engine | None = None
        self._turn = threading.RLock()
        self._writes = 0
        self._identity = _identity(path)
        _open.add(self)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state of the database."""
        self._check_still_there()
        with self._explained(), self._connect().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection that holds the write lock; commit at the end, roll back on an error."""
        self._check_still_there()
        with self._explained(), self._turn, self._connect().connect() as connection:
            connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            with self._begin(connection):
                yield connection
            self._writes += 1
            if self._writes % statistics.WRITES_BETWEEN_LOOKS == 0:
                self._refresh_statistics(connection)

    def close(self) -> None:
        """Give back all connections."""
        engine, self._engine = self._engine, None
        _open.discard(self)
        if engine is None:
            return
        if self._writes:
            with suppress(SQLAlchemyError), engine.connect() as connection:
                self._refresh_statistics(connection)
        engine.dispose()

    def is_gone(self) -> bool:
        """Whether the file was deleted or replaced since this object was made."""
        if self._identity is None:
            return False
        try:
            return _identity(self.path) != self._identity
        except OSError:  # it cannot be looked at now, which says nothing about it
            return False

    def _check_still_there(self) -> None:
        # SQLite would go on with a file that has no name any more, and all of it would be lost.
        if self.is_gone():
            raise WrongStore(
                f"The database {self.path} was deleted or replaced while this process used it. Put "
                "it back, or begin a new run, which goes to what is there now."
            )

    def _refresh_statistics(self, connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        statistics.refresh(raw, self.busy_seconds)

    def _begin(self, connection: Connection) -> Any:
        # SQLite answers "busy" at once, without waiting, while another process recovers the WAL.
        deadline = time.monotonic() + self.busy_seconds
        while True:
            try:
                return connection.begin()
            except SQLAlchemyError as error:
                if not troubles.is_locked(error) or time.monotonic() >= deadline:
                    raise
            time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - jitter, not a secret

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeEncodeError) as error:
            better = troubles.explain(error, self.path, self.busy_seconds)
            if better is None:
                raise
            raise better from error

    def _connect(self) -> Engine:
        engine = self._engine
        if engine is None:
            with self._turn:
                engine = self._engine = self._engine or self._make_engine()
        return engine

    def _make_engine(self) -> Engine:
        # What is opened as unchanging is opened anew for each transaction.
        pool: dict[str, Any] = {"pool_size": 5, "max_overflow": -1}
        if connecting.only_readable(self.path):
            pool = {"poolclass": NullPool}
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            creator=lambda: connecting.connect(self.path, self.busy_seconds),
            **pool,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _say_begin)
        return engine

    def _forget_inherited(self) -> None:
        if self._engine is not None:
            _inherited.append((self._engine, self._engine.pool))
        self._engine = None
        self._turn = threading.RLock()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino


def _prepare(connection: Any, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    # In WAL, FULL flushes each commit to the disk; NORMAL flushes at checkpoints only
    # (https://sqlite.org/pragma.html#pragma_synchronous).
    level = "FULL" if settings().durability == "full" else "NORMAL"
    connection.execute(f"PRAGMA synchronous={level}")
    connection.create_function("nb_casefold", 1, _casefold, deterministic=True)


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _say_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


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

"""A SQLite file as a database.

Every write is one short ``BEGIN IMMEDIATE`` transaction: it takes the write lock before it reads,
so it can never fail half-way because somebody else wrote in between.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from nbtrack.errors import WrongStore
from nbtrack.settings import settings
from nbtrack.store import connecting, statistics, troubles
from nbtrack.store.database import PATIENCE, Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from nbtrack.errors import NbtrackError

T = TypeVar("T")

_WRITES = "nb_writes"
# Seconds between two questions for the lock, for a patience of one second; they grow with its
# square: 0.75 ms for the 3 seconds of a server, 75 ms for the 30 of a kernel with its journal.
_PAUSE = 1 / 12_000

_PRAGMAS = (
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA foreign_keys=OFF",
)


class SqliteFile(Database):
    """One SQLite file.

    Parameters
    ----------
    path : Path
        The database file. It must exist: `nbtrack.store.sqlite_creation` makes it.
    patience : float
        Seconds to wait for another process's lock.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        super().__init__(patience)
        self.path = path
        self._writes = 0
        self._identity = _identity(path)
        self._looking = threading.Lock()
        self._onlooker: sqlite3.Connection | None = None

    def is_gone(self) -> bool:
        if self._identity is None:
            return False
        try:
            return _identity(self.path) != self._identity
        except OSError:  # it cannot be looked at now, which says nothing about it
            return False

    def change_mark(self) -> str | None:
        # https://sqlite.org/pragma.html#pragma_data_version: it counts what other connections
        # committed, so it is asked on one that is kept and never writes.
        if connecting.only_readable(self.path):
            return None
        self._check_still_there()
        with self._explained(), self._looking:
            if self._onlooker is None:
                self._onlooker = connecting.connect(self.path, self.patience)
            (version,) = self._onlooker.execute("PRAGMA data_version").fetchone()
        return str(version)

    def close(self) -> None:
        super().close()
        with self._looking:
            onlooker, self._onlooker = self._onlooker, None
            if onlooker is not None:
                onlooker.close()

    def explain(self, error: BaseException) -> NbtrackError | None:
        return troubles.explain(error, self.path, self.patience)

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        self._check_still_there()
        with self._connect().connect() as connection, connection.begin():
            return work(connection)

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        self._check_still_there()
        with self._connect().connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                done = work(connection)
            self._writes += 1
            if self._writes % statistics.WRITES_BETWEEN_LOOKS == 0:
                self._refresh_statistics(connection)
            return done

    def _close(self, engine: Engine) -> None:
        if self._writes:
            with suppress(SQLAlchemyError), engine.connect() as connection:
                self._refresh_statistics(connection)
        engine.dispose()

    def _forget_inherited(self) -> None:
        super()._forget_inherited()
        if self._onlooker is not None:
            _inherited.append(self._onlooker)
        self._onlooker = None
        self._looking = threading.Lock()

    def _check_still_there(self) -> None:
        # SQLite would go on with a file that has no name any more, and all of it would be lost.
        if self.is_gone():
            sentence = (
                "The database {} was deleted or replaced while this process used it. Put it back, "
                "or begin a new run, which goes to what is there now."
            )
            raise WrongStore(sentence.format(self.path), public=sentence.format(self.path.name))

    def _refresh_statistics(self, connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        statistics.refresh(raw, self.patience)

    def _say_begin(self, connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            self._take_write_lock(raw)
        else:
            connection.exec_driver_sql("BEGIN")

    def _take_write_lock(self, raw: sqlite3.Connection) -> None:
        """Begin a write, which waits for its turn.

        SQLite's own waiting does not ask at all while another process recovers the WAL, and it is
        the same for everybody: a server among dozens of busy kernels had to answer 503 after 3
        seconds. Here who can wait less asks so much more often that it comes next.
        """
        deadline = time.monotonic() + self.patience
        pause = self.patience * self.patience * _PAUSE
        raw.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    raw.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if not troubles.is_locked(error) or time.monotonic() >= deadline:
                        raise
                else:
                    return
                time.sleep(random.uniform(0.5, 1) * pause)  # noqa: S311 - jitter, not a secret
        finally:
            raw.execute(f"PRAGMA busy_timeout={int(self.patience * 1000)}")

    def _make_engine(self) -> Engine:
        # What is opened as unchanging is opened anew for each transaction.
        pool: dict[str, Any] = {"pool_size": 5, "max_overflow": -1}
        if connecting.only_readable(self.path):
            pool = {"poolclass": NullPool}
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            creator=lambda: connecting.connect(self.path, self.patience),
            **pool,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", self._say_begin)
        return engine


_inherited: list[sqlite3.Connection] = []  # kept alive: see nbtrack.store.database


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

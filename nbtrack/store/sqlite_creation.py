"""Making a SQLite database, so that any number of processes may do it at once.

The tables are written into a temporary file which is then linked to its name in one step: nobody
ever sees half a database, and WAL is set while nobody else has the file open (setting it on a
shared fresh file fails for most of the processes that try). Where links do not work, and for an
empty file that is there already, the tables are made in place under the write lock.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from nbtrack import platforms, store_folder
from nbtrack.errors import NotFound, WrongStore
from nbtrack.store import connecting, creation, schema, troubles
from nbtrack.store.creation import Identity

if TYPE_CHECKING:
    from pathlib import Path

_DIALECT = sqlite.dialect()
_MINE = "SELECT name FROM sqlite_master WHERE name = 'nb_meta'"


def ensure(path: Path, artifact_root: str, *, create: bool, patience: float) -> Identity:
    """Return the identity of the database at ``path``, made first if there is none.

    Raises
    ------
    NotFound
        If there is no database and ``create`` is False.
    WrongStore
        If the file is something else, or of another schema.
    Refused, Unavailable
        If it cannot be made or read.
    """
    try:
        if not path.exists():
            if not create:
                raise NotFound(f"There is no store at {path}.")
            store_folder.make_above(path)
            _create(path, artifact_root, patience)
        with closing(_connect(path, patience)) as connection:
            return _read(connection, path, artifact_root, create=create)
    except (OSError, sqlite3.Error) as error:
        better = troubles.explain(error, path, patience)
        if better is None:
            raise
        raise better from error


def _create(path: Path, artifact_root: str, patience: float) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with closing(_connect(fresh, patience)) as connection:
            if _wal_works(path.parent):
                connection.execute("PRAGMA journal_mode=WAL")
            _make_tables(connection, artifact_root)
        with suppress(FileExistsError):  # another process was faster: its database is the one
            _link(fresh, path)
    finally:
        for leftover in (fresh, *(fresh.with_name(fresh.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # FAT, some network file systems: an empty file is filled in place by `_read`
        target.touch(exist_ok=False)


def _read(
    connection: sqlite3.Connection, path: Path, artifact_root: str, *, create: bool
) -> Identity:
    if connection.execute(_MINE).fetchone() is None:
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise WrongStore(
                f"{path} is a database of another program (it has no table nb_meta). "
                "Name another file; nbtrack makes it."
            )
        if not create:
            raise NotFound(f"There is no store at {path}: the database is empty.")
        if _wal_works(path.parent):
            with suppress(sqlite3.OperationalError):  # somebody else is setting it
                connection.execute("PRAGMA journal_mode=WAL")
        _make_tables(connection, artifact_root)
    row = connection.execute('SELECT store_id, artifact_root, "schema" FROM nb_meta').fetchone()
    if row is None:
        raise WrongStore(
            f"{path} does not say which store it is: its table nb_meta is empty. Bring the file "
            "back from a copy, or name another."
        )
    return creation.checked(Identity(*row), str(path))


def _make_tables(connection: sqlite3.Connection, artifact_root: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute(_MINE).fetchone():
        connection.execute("ROLLBACK")
        return
    for table in schema.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
    for name, select in schema.VIEWS.items():
        connection.execute(f"CREATE VIEW {name} AS {select}")
    for table, row in creation.first_rows(artifact_root):
        marks = ", ".join("?" * len(row))
        insert = f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608 - our names
        connection.execute(insert, tuple(row.values()))
    connection.execute("COMMIT")


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    connection = connecting.connect(path, patience)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _wal_works(folder: Path) -> bool:
    return not platforms.is_network_filesystem(folder)

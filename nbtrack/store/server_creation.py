"""Making the tables in a database of a server, so that any number of processes may do it at once.

Whoever makes them holds a lock of the server, and looks again inside it. ``nb_meta`` is made first
and its row is written last: a creation that was interrupted is completed by the next one.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select
from sqlalchemy.schema import CreateIndex, CreateTable

from nbtrack.errors import InvalidValue, NotFound, Unavailable, WrongStore
from nbtrack.store import creation, schema
from nbtrack.store.creation import Identity
from nbtrack.store.server_database import MYSQL_COLLATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from nbtrack.store.server_database import ServerDatabase

_log = logging.getLogger("nbtrack")

_IDENTITY = select(schema.meta.c.store_id, schema.meta.c.artifact_root, schema.meta.c.schema)
# Any number will do, as long as all versions of nbtrack use the same.
_LOCK_NUMBER = 6_278_119_734
_LOCK_NAME = "nbtrack_creation"


def ensure(database: ServerDatabase, artifact_root: str | None, *, create: bool) -> Identity:
    """Return the identity of the store in a database, made first if there is none.

    Raises
    ------
    NotFound
        If there is no store and ``create`` is False.
    InvalidValue
        If a store is to be made without a place for its artifacts.
    WrongStore
        If the database has tables of another program in its place, or another schema.
    Refused, Unavailable
        If it cannot be made or read.
    """
    where = database.shown
    found = database.read(_identity)
    if found is None:
        if not create:
            raise NotFound(f"There is no store in {where}.")
        if artifact_root is None:
            raise InvalidValue(
                f"There is no store in {where} yet, and a new one needs a place for its "
                "artifacts. Make it with `nbtrack server --backend-store-uri URI "
                "--artifacts-destination PLACE`, where PLACE is a folder or a URL such as "
                "s3://bucket/path; whoever can reach PLACE may then also use the database itself."
            )
        root = artifact_root
        # The lock has a connection of its own: statements that make tables end transactions in
        # MySQL, and it must be held until the last row is written.
        found = database.read(
            lambda lock: _alone(
                lock, where, lambda: database.write(lambda work: _create(work, root, where))
            )
        )
    return creation.checked(found, where)


def _identity(connection: Connection) -> Identity | None:
    if not inspect(connection).has_table(schema.meta.name):
        return None
    row = connection.execute(_IDENTITY).first()
    return None if row is None else Identity(*row)


def _create(connection: Connection, artifact_root: str, where: str) -> Identity:
    found = _identity(connection)
    if found is not None:  # another process was faster
        return found
    _check_encoding(connection, where)
    _make_tables(connection, where)
    for table, row in creation.first_rows(artifact_root):
        if connection.execute(select(table)).first() is None:
            connection.execute(table.insert().values(row))
    return Identity(*connection.execute(_IDENTITY).one())


def _check_encoding(connection: Connection, where: str) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise WrongStore(
            f"The database {where} keeps text as {encoding}, which lacks most of the world's "
            "characters. Make one for nbtrack: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def _make_tables(connection: Connection, where: str) -> None:
    seen = inspect(connection)
    there = set(seen.get_table_names())
    tables = [schema.meta, *(t for t in schema.metadata.sorted_tables if t is not schema.meta)]
    taken = sorted(there & {table.name for table in tables})
    if taken and schema.meta.name not in there:
        raise WrongStore(
            f"{where} has tables of another program under nbtrack's names ({', '.join(taken)}). "
            "Name another database."
        )
    ending = _table_options(connection)
    for table in tables:
        made = set()
        if table.name in there:  # by a creation that was interrupted
            made = {index["name"] for index in seen.get_indexes(table.name)}
        else:
            statement = str(CreateTable(table).compile(dialect=connection.dialect)).rstrip()
            connection.exec_driver_sql(statement + ending)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            if index.name not in made:
                connection.execute(CreateIndex(index))
    views = set(seen.get_view_names())
    _make_views(connection, there if taken else there | views, views if taken else set(), where)


def _make_views(connection: Connection, foreign: set[str], made: set[str], where: str) -> None:
    """Make the views; those that an interrupted creation has ``made`` are there."""
    quote = connection.dialect.identifier_preparer.quote
    renamed = sorted(schema.VIEWS.keys() & foreign)
    for name, selected in schema.VIEWS.items():
        free = f"nb_v_{name}" if name in renamed else name
        if free not in made:
            spelled = schema.spelled(selected, connection.dialect.name)
            connection.exec_driver_sql(f"CREATE VIEW {quote(free)} AS {spelled}")
    if renamed:
        _log.warning(
            "%s has tables of another program under the names that nbtrack's views have (%s): "
            "these views are called nb_v_%s and so on.",
            where,
            ", ".join(renamed),
            renamed[0],
        )


def _table_options(connection: Connection) -> str:
    """Return what follows a CREATE TABLE: texts compare byte by byte in every database."""
    dialect = connection.dialect
    if dialect.name != "mysql":
        return ""
    collation = MYSQL_COLLATION["mariadb" if dialect.is_mariadb else "mysql"]  # type: ignore[attr-defined]
    return f" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE={collation}"


# How a session takes the lock (1 or nothing: taken) and gives it back; it ends with the session.
_LOCK: dict[str, tuple[str, str]] = {
    "postgresql": (
        f"SELECT 1 FROM pg_advisory_lock({_LOCK_NUMBER})",  # noqa: S608 - our number
        f"SELECT pg_advisory_unlock({_LOCK_NUMBER})",
    ),
    "mysql": (f"SELECT GET_LOCK('{_LOCK_NAME}', 30)", f"SELECT RELEASE_LOCK('{_LOCK_NAME}')"),
    "mssql": (
        (
            f"DECLARE @got int; EXEC @got = sp_getapplock @Resource = '{_LOCK_NAME}', "
            "@LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 30000; "
            "SELECT CASE WHEN @got >= 0 THEN 1 ELSE 0 END"
        ),
        f"EXEC sp_releaseapplock @Resource = '{_LOCK_NAME}', @LockOwner = 'Session'",
    ),
}


def _alone(lock: Connection, where: str, work: Callable[[], Identity]) -> Identity:
    take, give_back = _LOCK[lock.dialect.name]
    if lock.exec_driver_sql(take).scalar() != 1:
        raise Unavailable(f"Another process is making a store in {where}. Try again.")
    try:
        return work()
    finally:
        lock.exec_driver_sql(give_back)

"""A database on a server (PostgreSQL, MySQL, MariaDB, SQL Server): a pool of connections.

Writes run at READ COMMITTED, the level at which a statement that waited for another writer's row
sees what that writer made of it, on all of these databases. Reads see one unchanging state.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import create_engine, event

from nbtrack.errors import InvalidValue
from nbtrack.store import troubles
from nbtrack.store.database import PATIENCE, Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection, Engine

    from nbtrack.errors import NbtrackError

T = TypeVar("T")

# MySQL: refuse what does not fit instead of cutting it off, and let experiment 0 have its number.
_MODES = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION"

# Byte by byte, a space at the end included.
MYSQL_COLLATION = {"mariadb": "utf8mb4_nopad_bin", "mysql": "utf8mb4_0900_bin"}

# A broken connection is told by an exception; these logs would write it to stderr, too.
for _name in ("psycopg", "sqlalchemy.pool"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# What each new connection is told, with {ms} and {s} for the patience.
_FIRST_WORDS = {
    "postgresql": ("SET lock_timeout = {ms}",),
    "mysql": (
        # Of the texts that a statement itself makes, as the name of a status.
        "SET collation_connection = if(version() LIKE '%MariaDB%', '{mariadb}', '{mysql}')",
        "SET SESSION innodb_lock_wait_timeout = {s}",
    ),
    "mssql": ("SET LOCK_TIMEOUT {ms}",),
}
# Without CLIENT.FOUND_ROWS, which SQLAlchemy sets, MySQL counts the rows that an INSERT … ON
# DUPLICATE KEY UPDATE really added. The mode is set before SQLAlchemy looks which one there is.
_CONNECT = {
    "mysql": {
        "client_flag": 0,
        "charset": "utf8mb4",
        "init_command": f"SET SESSION sql_mode = '{_MODES}'",
    }
}
_SECONDS_TO_CONNECT = 10
_CONNECT_TIMEOUT = {"postgresql": "connect_timeout", "mysql": "connect_timeout", "mssql": "timeout"}
# A snapshot for reading (what SQL Server calls so needs a setting of the database). psycopg says
# it when a transaction begins; MySQL is told by us, since SQLAlchemy would tell it three times.
_READ_LEVEL = {"postgresql": "REPEATABLE READ"}
_BEFORE_READING = {"mysql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"}

# What differs after a commit. PostgreSQL: which transactions have ended, of all databases of the
# server; readers are none of them. MySQL: when a table was last changed, to the second, and for two
# seconds more how late it is, since what comes in the same second does not show.
_MARK = {
    "postgresql": "SELECT CAST(txid_current_snapshot() AS text)",
    "mysql": (
        "SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */ CONCAT(MAX(UPDATE_TIME), ' ', "
        "LEAST(NOW(), MAX(UPDATE_TIME) + INTERVAL 2 SECOND)) FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA = DATABASE() AND LEFT(TABLE_NAME, 3) = 'nb_'"
    ),
}


class ServerDatabase(Database):
    """One database of a server.

    Parameters
    ----------
    url : URL
        With a driver's name, and with the password.
    shown : str
        The URL as people may see it.
    patience : float
        Seconds to wait for another process's lock.
    """

    def __init__(self, url: URL, shown: str, *, patience: float = PATIENCE) -> None:
        super().__init__(patience)
        self.shown = shown
        self._url = url

    def change_mark(self) -> str | None:
        asked = _MARK.get(self._url.get_backend_name())
        if asked is None:
            return None
        # MySQL knows no time before the first change since it was started.
        return str(self.read(lambda connection: connection.exec_driver_sql(asked).scalar()))

    def explain(self, error: BaseException) -> NbtrackError | None:
        return troubles.explain_server(error, self.shown, self.patience)

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        with self._connect().connect() as connection:
            kind = connection.dialect.name
            if kind in _READ_LEVEL:
                connection.execution_options(isolation_level=_READ_LEVEL[kind])
            with connection.begin():
                if kind in _BEFORE_READING:
                    connection.exec_driver_sql(_BEFORE_READING[kind])
                return work(connection)

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self._connect().connect() as connection, connection.begin():
            return work(connection)

    def _make_engine(self) -> Engine:
        kind = self._url.get_backend_name()
        engine = create_engine(
            self._url,
            pool_size=5,
            max_overflow=20,
            pool_timeout=self.patience,
            pool_pre_ping=True,
            pool_recycle=1800,
            isolation_level="READ COMMITTED",
            hide_parameters=True,  # values of users, in a log
            connect_args={
                _CONNECT_TIMEOUT[kind]: _SECONDS_TO_CONNECT,
                **_CONNECT.get(kind, {}),
            },
        )
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "connect", self._prepare)
        return engine

    def _open(self, dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        try:
            return dialect.connect(*arguments, **options)
        except (TypeError, ValueError, dialect.loaded_dbapi.ProgrammingError) as error:
            raise InvalidValue(
                f"The driver does not take {self.shown} with the options that were given: {error}. "
                "Correct them or leave them out."
            ) from None

    def _prepare(self, connection: Any, _record: Any) -> None:
        milliseconds = max(1, int(self.patience * 1000))
        seconds = max(1, round(self.patience))
        with connection.cursor() as cursor:
            for words in _FIRST_WORDS[self._url.get_backend_name()]:
                cursor.execute(words.format(ms=milliseconds, s=seconds, **MYSQL_COLLATION))
        connection.commit()
        if self._url.get_driver_name() == "psycopg":
            from nbtrack.store import postgresql_text

            postgresql_text.install(connection)

"""From the URI of a database server to its store."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from nbtrack.errors import InvalidValue
from nbtrack.store import server_creation
from nbtrack.store.database import PATIENCE
from nbtrack.store.server_database import ServerDatabase
from nbtrack.store.sql import SqlStore
from nbtrack.store.sqlite_store import absolute_root, other_root


class _Kind(NamedTuple):
    """How the databases of one scheme are spoken to."""

    dialect: str
    drivers: tuple[str, ...]  # the first is nbtrack's own; each is the name of its package
    extra: str


_MYSQL = _Kind("mysql", ("pymysql", "mysqldb"), "mysql")
_KINDS = {
    "postgresql": _Kind("postgresql", ("psycopg", "psycopg2"), "postgres"),
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "mssql": _Kind("mssql", ("pyodbc",), "mssql"),
}
_SHOWN_OPTIONS = {"host", "port", "unix_socket"}  # where the server is
_PACKAGES = {"mysqldb": "MySQLdb"}


def open_database(
    uri: str,
    *,
    artifact_root: str | None = None,
    create: bool = True,
    patience: float | None = None,
) -> SqlStore:
    """Open the store in a database of a server.

    Parameters
    ----------
    uri : str
        ``postgresql://user:password@host/database``, ``mysql://…``, ``mariadb://…`` or, not tested
        against a server, ``mssql://…``; a driver may be named, as in ``postgresql+psycopg://``.
    artifact_root : str, optional
        Where the artifacts of a new store go: required then, and recorded.
    create : bool
        Whether a store that does not exist yet is made. The database must exist.
    patience : float, optional
        Seconds to wait for another process's lock; default 30.

    Raises
    ------
    NotFound, WrongStore, Refused, Unavailable, InvalidValue
        As `nbtrack.store.open.open_store` says.
    """
    url = _with_driver(uri)
    shown = without_secrets(url)
    wanted = None if artifact_root is None else absolute_root(artifact_root)
    database = ServerDatabase(url, shown, patience=PATIENCE if patience is None else patience)
    try:
        identity = server_creation.ensure(database, wanted, create=create)
    except BaseException:
        database.close()
        raise
    if wanted not in {None, identity.artifact_root}:
        database.close()
        raise other_root(shown, identity.artifact_root, str(wanted))
    return SqlStore(
        database,
        uri=shown,
        store_id=identity.store_id,
        artifact_root=identity.artifact_root,
    )


def without_secrets(url: URL) -> str:
    """Return a URL as people may see it: no password, and no option that may hold one."""
    shown = URL.create(
        url.get_backend_name(),
        url.username,
        None,
        url.host,
        url.port,
        url.database,
        {name: value for name, value in url.query.items() if name in _SHOWN_OPTIONS},
    )
    return shown.render_as_string()


def _with_driver(uri: str) -> URL:
    url = _parsed(uri)
    if url is None:
        scheme = uri.partition(":")[0]
        # The URI itself may hold a password.
        raise InvalidValue(
            f"The {scheme} URI cannot be read. Write {scheme}://user:password@host:port/database, "
            "with %xx for special characters of the password."
        )
    scheme, _, driver = url.drivername.partition("+")
    kind = _KINDS[scheme.lower()]
    if not url.database:
        raise InvalidValue(f"{without_secrets(url)!r} names no database: add /DATABASE to it.")
    driver = driver or kind.drivers[0]
    if driver not in kind.drivers:
        raise InvalidValue(
            f"The driver {driver!r} is not one that nbtrack uses for {scheme}: "
            f"{' or '.join(kind.drivers)}. Leave it out."
        )
    if find_spec(_PACKAGES.get(driver, driver)) is None:
        raise InvalidValue(
            f"The Python package {driver}, which speaks to {scheme} databases, is not installed: "
            f"pip install 'nbtrack[{kind.extra}]'"
        )
    return url.set(drivername=f"{kind.dialect}+{driver}")


def _parsed(uri: str) -> URL | None:
    try:
        url = make_url(uri)
    except (ArgumentError, ValueError):
        return None
    # An @ of the password that is not escaped makes the rest of it a part of the host.
    return None if "@" in (url.host or "") else url

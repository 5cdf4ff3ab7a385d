"""From a URI to the store it names.

Nothing heavy is imported until a store of that kind is opened, so that a notebook which talks to a
server never loads SQLAlchemy.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nbtrack import plugins
from nbtrack.errors import InvalidValue
from nbtrack.urls import without_password

if TYPE_CHECKING:
    from nbtrack.store.base import Store


def open_store(
    uri: str,
    *,
    artifact_root: str | None = None,
    create: bool = True,
    patience: float | None = None,
) -> Store:
    """Open the store at a URI.

    Parameters
    ----------
    uri : str
        ``sqlite:///relative/or//absolute.db``, ``postgresql://user@host/database``,
        ``mysql://…``, ``mssql://…``, or the URI of an installed ``nbtrack.stores`` entry point.
    artifact_root : str, optional
        Where the artifacts of a new store go: a path or an fsspec URL. For SQLite the default is
        ``artifacts/`` beside the database; a database server has none. An existing store keeps the
        root it was created with.
    create : bool
        Whether a store that does not exist yet is created.
    patience : float, optional
        Seconds to wait for another process's lock before `Unavailable` is raised; default 30.

    Raises
    ------
    InvalidValue
        If the URI has no scheme, or one that nothing serves.
    NotFound
        If there is no store and ``create`` is False.
    WrongStore
        If the database is not nbtrack's, is of another schema, or has another artifact root.
    Refused, Unavailable
        If the store cannot be written, or cannot answer now.
    """
    scheme, colon, _ = uri.partition(":")
    if not colon or len(scheme) == 1:  # "C:\\runs.db" is a path, not a scheme
        raise InvalidValue(
            f"{uri!r} is not the URI of a store. For a database file write sqlite:///{uri}"
        )
    scheme = scheme.partition("+")[0].lower()
    if scheme in {"http", "https"}:
        raise InvalidValue(
            f"{without_password(uri)} names a tracking server, which this version of nbtrack "
            "cannot log to yet. Use an embedded store, for example sqlite:///nbtrack.db"
        )
    factory = plugins.find("nbtrack.stores", scheme)
    if factory is None:
        raise InvalidValue(_unknown(uri, scheme))
    more = {} if patience is None else {"patience": patience}
    store: Store = factory(uri, artifact_root=artifact_root, create=create, **more)
    return store


def _unknown(uri: str, scheme: str) -> str:
    known = sorted(plugins.installed("nbtrack.stores"))
    near = difflib.get_close_matches(scheme, known, 1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    shown = without_password(uri)
    return f"No kind of store is known for {shown!r}. {hint}Known are: {', '.join(known)}."

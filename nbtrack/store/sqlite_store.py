"""From ``sqlite:///PATH`` to its store."""

from __future__ import annotations

import os
from pathlib import Path

from nbtrack.errors import InvalidValue, WrongStore
from nbtrack.store import sqlite_creation
from nbtrack.store.database import PATIENCE
from nbtrack.store.sql import SqlStore
from nbtrack.store.sqlite_file import SqliteFile


def open_file(
    uri: str,
    *,
    artifact_root: str | None = None,
    create: bool = True,
    patience: float | None = None,
) -> SqlStore:
    """Open the store in a SQLite file.

    Parameters
    ----------
    uri : str
        ``sqlite:///PATH``, relative to the working directory or absolute.
    artifact_root : str, optional
        Where the artifacts of a new store go; default ``artifacts/`` beside the database. A root
        below the database's folder is recorded relative to it, so that the folder can be moved.
    create : bool
        Whether a store that does not exist yet is made.
    patience : float, optional
        Seconds to wait for another process's lock; default 30.

    Raises
    ------
    NotFound, WrongStore, Refused, Unavailable, InvalidValue
        As `nbtrack.store.open.open_store` says.
    """
    path = _database_path(uri)
    seconds = PATIENCE if patience is None else patience
    default = str(path.parent / "artifacts")
    wanted = default if artifact_root is None else absolute_root(artifact_root)
    recorded = _recorded(wanted, path.parent)
    identity = sqlite_creation.ensure(path, recorded, create=create, patience=seconds)
    root = _resolved(identity.artifact_root, path.parent)
    if wanted not in {default, root}:
        raise other_root(str(path), root, wanted)
    return SqlStore(
        SqliteFile(path, patience=seconds),
        uri=f"sqlite:///{path}",
        store_id=identity.store_id,
        artifact_root=root,
    )


def absolute_root(root: str) -> str:
    """Return an artifact root that does not depend on the working directory."""
    return root if "://" in root else os.path.abspath(root)  # noqa: PTH100 - resolve() would replace links


def other_root(where: str, recorded: str, wanted: str) -> WrongStore:
    """Make the error for a store that keeps its artifacts somewhere else."""
    return WrongStore(
        f"The store {where} keeps its artifacts in {recorded}, recorded when it was made; it "
        f"cannot be opened with {wanted}. Leave the artifact root out."
    )


def _database_path(uri: str) -> Path:
    _, _, path = uri.partition(":///")
    if not path or path == ":memory:" or path.startswith("file:"):
        raise InvalidValue(
            f"{uri!r} names no file. A store lives in a file that several processes can open: "
            "sqlite:///relative/path.db, or sqlite:////absolute/path.db"
        )
    return Path(os.path.abspath(path))  # noqa: PTH100 - as above


def _recorded(root: str, folder: Path) -> str:
    if "://" not in root and Path(root).is_relative_to(folder) and Path(root) != folder:
        return Path(root).relative_to(folder).as_posix()
    return root


def _resolved(recorded: str, folder: Path) -> str:
    return recorded if "://" in recorded else str(folder / recorded)

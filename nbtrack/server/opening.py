"""From what the operator chose to the store and the places of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbtrack.artifacts.files import STORE_SCHEME, local_path
from nbtrack.artifacts.places import Places
from nbtrack.errors import InvalidValue, Refused
from nbtrack.server.service import Service
from nbtrack.store.connecting import writable
from nbtrack.store.location import find_store, sqlite_file
from nbtrack.store.open import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.server.options import Options
    from nbtrack.store.base import Store
    from nbtrack.store.location import StoreLocation

# Seconds that a write waits for another process's lock before the client is told to come again.
PATIENCE = 3.0


def find(options: Options) -> StoreLocation:
    """Return where the store is.

    Raises
    ------
    InvalidValue
        If it is itself a server, or cannot be shared by the number of workers.
    """
    where = find_store(options.store_uri)
    if where.uri.lower().startswith(("http://", "https://")):
        raise InvalidValue(
            f"{where.uri} is a tracking server, and a server needs a database. ({where.rule}) Name "
            "one with --backend-store-uri, such as sqlite:///runs.db."
        )
    if options.workers > 1 and sqlite_file(where.uri) is not None:
        raise InvalidValue(
            f"{options.workers} workers cannot share a SQLite file well: one process writes for "
            "all. Leave --workers out, or use PostgreSQL or MariaDB."
        )
    return where


class Opened(NamedTuple):
    """A store that is ready to be served, and where journals for it may lie."""

    service: Service
    journal_dir: Path


def open_service(options: Options, where: StoreLocation) -> Opened:
    """Open the store and its files, both made if they are not there yet."""
    store = open_served_store(options, where)
    served = destination(options) if options.artifacts_only else None
    root = served or store.artifact_root
    if options.serve_artifacts:
        check_place(root)
    places = Places(root, options.allowed_roots)
    service = Service(store, places, serves_files=options.serve_artifacts)
    return Opened(service, where.journal_dir)


def open_served_store(options: Options, where: StoreLocation) -> Store:
    """Open the store alone, made if it is not there yet."""
    root = destination(options)
    if root is not None and options.serve_artifacts:
        check_place(root)  # a new store would remember it
    if options.artifacts_only:  # the store has nothing to do with what is served
        root = where.artifact_root or root
    return open_store(where.uri, artifact_root=root or where.artifact_root, patience=PATIENCE)


def check_place(root: str) -> None:
    """Raise unless files can be kept at a place, as far as that can be told without writing there.

    Raises
    ------
    InvalidValue, Refused
        With a sentence that names the place.
    """
    path = local_path(root)
    if path is None:
        _check_scheme(root.partition("://")[0].lower())
        return
    there = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise InvalidValue(
            f"Files cannot be kept at {path}: {there} is a file. Move it away, or name another "
            "place with --artifacts-destination."
        )
    if not writable(there):
        raise Refused(
            f"Files cannot be kept at {path}: this user may not write to {there}. Change the "
            "permissions, or name another place with --artifacts-destination."
        )


def _check_scheme(scheme: str) -> None:
    from fsspec.registry import known_implementations, registry

    if scheme not in known_implementations and scheme not in registry:
        raise InvalidValue(
            f"Files cannot be kept at {scheme}://: fsspec knows no such place. Name a folder or a "
            "URL such as s3://bucket/folder."
        )


def destination(options: Options) -> str | None:
    """Return where the operator wants the files that the server stores, if they say it."""
    if options.artifacts_destination:
        return options.artifacts_destination
    root = options.artifact_root
    return None if root is None or root.startswith(STORE_SCHEME) else root

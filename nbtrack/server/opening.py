"""From what the operator chose to the store and the places of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbtrack.artifacts.places import Places
from nbtrack.server.service import Service
from nbtrack.store.location import find_store
from nbtrack.store.open import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.server.options import Options
    from nbtrack.store.location import StoreLocation

# Seconds that a write waits for another process's lock before the client is told to come again.
PATIENCE = 3.0
SERVED = "mlflow-artifacts:"


class Opened(NamedTuple):
    """A store that is ready to be served, and where journals for it may lie."""

    service: Service
    journal_dir: Path


def find(options: Options) -> StoreLocation:
    """Return where the store is."""
    return find_store(options.store_uri)


def open_service(options: Options, where: StoreLocation) -> Opened:
    """Open the store and its files, both made if they are not there yet."""
    root = destination(options) or where.artifact_root
    store = open_store(where.uri, artifact_root=root, patience=PATIENCE)
    places = Places(store.artifact_root, options.allowed_roots)
    return Opened(Service(store, places), where.journal_dir)


def destination(options: Options) -> str | None:
    """Return where the operator wants the files that the server stores, if they say it."""
    if options.artifacts_destination:
        return options.artifacts_destination
    root = options.artifact_root
    return None if root is None or root.startswith(SERVED) else root

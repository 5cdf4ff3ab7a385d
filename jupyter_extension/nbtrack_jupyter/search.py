"""Finding the stores below a folder, without walking a huge tree to its end."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import NbtrackError
from nbtrack.store.location import DATABASE_NAME, find_store, why_not
from nbtrack.store.open import open_store
from nbtrack.store.project import find_project
from nbtrack.store_folder import STORE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.store.location import StoreLocation

DEEPEST = 8
MOST_FOLDERS = 20_000
MOST_SECONDS = 5.0
# Folders that hold very many others and nobody's notebooks; hidden ones are skipped as well.
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "lost+found"}
# A store that another process holds locked is found by the next search.
_PATIENCE = 0.5


def stores_below(root: Path) -> dict[str, StoreLocation]:
    """Return the stores in ``.nbtrack`` folders below a folder, by store id.

    The nearest are found first. Links are not followed, and what does not belong to this user or
    came with a repository is passed over, as `find_store` does.
    """
    found: dict[str, StoreLocation] = {}
    for folder in _store_folders(root):
        with suppress(NbtrackError, OSError):
            location = _usable(folder)
            if location is not None:
                found.setdefault(_store_id(location), location)
    return found


def _store_folders(root: Path) -> Iterator[Path]:
    waiting = deque([(str(root), 0)])
    looked = 0
    deadline = time.monotonic() + MOST_SECONDS
    while waiting and looked < MOST_FOLDERS and time.monotonic() < deadline:
        folder, depth = waiting.popleft()
        looked += 1
        with suppress(OSError), os.scandir(folder) as entries:  # another user's, or gone
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    continue
                if entry.name == STORE_FOLDER:
                    yield Path(entry.path)
                elif depth < DEEPEST and len(waiting) < MOST_FOLDERS and _is_worth_it(entry.name):
                    waiting.append((entry.path, depth + 1))


def _is_worth_it(name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED


def _usable(folder: Path) -> StoreLocation | None:
    """Return where the store in a folder is, or None if it is not this user's own."""
    if not (folder / DATABASE_NAME).is_file():
        return None
    if why_not(folder, find_project(folder.parent)) is not None:
        return None
    return find_store(str(folder), start=folder.parent, create=False)


def _store_id(location: StoreLocation) -> str:
    store = open_store(location.uri, create=False, patience=_PATIENCE)
    try:
        return store.store_id
    finally:
        store.close()

"""The folder ``.nbtrack`` of an embedded store: private, and ignored by git.

Whoever needs it makes it here, also where it is made again after somebody deleted it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack import platforms

if TYPE_CHECKING:
    from pathlib import Path

STORE_FOLDER = ".nbtrack"


def make(folder: Path) -> None:
    """Make the folder of a store (0700), or complete it; raise OSError where that cannot be."""
    platforms.make_private_dir(folder)
    ignore_in_git(folder)


def ignore_in_git(folder: Path) -> None:
    """Keep all of a store out of commits."""
    file = folder / ".gitignore"
    if not file.exists():
        platforms.write_private(file, b"*\n")


def make_above(path: Path) -> None:
    """Make the missing folders above a path, a store's own among them as `make` does."""
    if path.parent.is_dir():
        return
    for folder in reversed(path.parents):
        if folder.name == STORE_FOLDER and not folder.exists():
            make(folder)
    path.parent.mkdir(parents=True, exist_ok=True)

"""Opening a SQLite file, also one that this user may only read."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Open a database file; transactions are begun and ended by statements.

    Reading a WAL database makes two files beside it, which nobody can do in a read-only folder.
    There the file is opened as one that does not change, unless a process that may write has it
    open and the two files are there.
    """
    target: str | Path = path
    fixed = only_readable(path) and not path.with_name(path.name + "-wal").exists()
    if fixed:
        target = f"{path.absolute().as_uri()}?immutable=1"
    return sqlite3.connect(
        target, timeout=busy_seconds, isolation_level=None, check_same_thread=False, uri=fixed
    )


def only_readable(path: Path) -> bool:
    """Whether this user can read a database but not write it."""
    return path.exists() and not (writable(path) and writable(path.parent))


def writable(path: Path) -> bool:
    """Whether this user may write a file, or make files in a folder."""
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)

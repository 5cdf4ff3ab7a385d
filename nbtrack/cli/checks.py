"""The checks of ``nbtrack doctor``, in the order in which they are printed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

from nbtrack import __version__, platforms
from nbtrack.errors import NbtrackError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbtrack.store.base import Store
    from nbtrack.store.location import StoreLocation

PACKAGES = ("ipython", "ipykernel", "jupyterlab", "sqlalchemy", "msgspec", "pandas", "matplotlib")
LOW_DISK_BYTES = 500_000_000
# https://sqlite.org/wal.html#walresetbug: two connections that checkpoint and write at the same
# instant can corrupt a database in WAL mode. Mended in 3.51.3, and in these older lines.
WAL_RESET_MENDED = (3, 51, 3)
WAL_RESET_MENDED_LINES = {(3, 44): 6, (3, 50): 7}
OPEN_TO_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``advice`` says what to do about it."""

    topic: str
    text: str
    level: Literal["ok", "note", "trouble"] = "ok"
    advice: str = ""


def findings(uri: str | None) -> Iterator[Finding]:
    """Look at the installation, then at the store; nothing is made or changed."""
    yield from _versions()
    yield from _sqlite()
    from nbtrack.store.location import find_store
    from nbtrack.store.open import open_store

    try:
        where = find_store(uri, create=False)
    except NbtrackError as error:
        yield Finding("store", error.message, "trouble")
        return
    yield Finding("store", where.shown)
    yield Finding("rule", where.rule)
    for notice in where.notices:
        yield Finding("notice", notice, "note")
    yield from _place(where)
    try:
        store = open_store(where.uri, artifact_root=where.artifact_root, create=False)
    except NotFound:
        yield Finding("content", "There is no store yet; the first tracked cell or run makes it.")
        return
    except NbtrackError as error:
        yield Finding("content", error.message, "trouble")
        return
    with store:
        yield from _content(store, where)


def _versions() -> Iterator[Finding]:
    yield Finding("nbtrack", __version__)
    yield Finding("python", f"{sys.version.split()[0]} ({sys.executable})")
    for package in PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "not installed")


def _sqlite() -> Iterator[Finding]:
    import sqlite3

    here = sqlite3.sqlite_version_info
    if here >= WAL_RESET_MENDED or here[2] >= WAL_RESET_MENDED_LINES.get(here[:2], sys.maxsize):
        yield Finding("sqlite", sqlite3.sqlite_version)
        return
    yield Finding(
        "sqlite",
        f"{sqlite3.sqlite_version} lacks the fix of the WAL reset bug (very rare corruption when "
        "several processes write at the same instant)",
        "note",
        "Use a Python with SQLite 3.51.3 or later when you can, and keep a copy of the store.",
    )


def _place(where: StoreLocation) -> Iterator[Finding]:
    from nbtrack.store.location import sqlite_file

    database = sqlite_file(where.uri)
    if database is None:
        return
    folder = _nearest_existing(database.parent)
    yield from _permissions(database, folder, private=where.folder is not None)
    kind = platforms.filesystem_type(folder) or "unknown"
    yield Finding("file system", kind)
    yield from _disk(folder)


def _nearest_existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _permissions(database: Path, folder: Path, *, private: bool) -> Iterator[Finding]:
    if not platforms.owned_by_this_user(folder):
        yield Finding("permissions", f"{folder} belongs to another user", "note")
    if not os.access(folder, os.W_OK | os.X_OK) or (
        database.exists() and not os.access(database, os.W_OK)
    ):
        yield Finding(
            "permissions",
            f"{database} cannot be written to",
            "trouble",
            "Give yourself the right to write there, or name another store: NBTRACK_TRACKING_URI.",
        )
    elif private and folder == database.parent and _open_to_others(folder):
        yield Finding(
            "permissions",
            f"other users of this machine can enter {folder}",
            "trouble",
            f"chmod 700 {folder}",
        )
    else:
        yield Finding("permissions", f"{folder} can be written to")


def _open_to_others(folder: Path) -> bool:
    return not platforms.WINDOWS and bool(folder.stat().st_mode & OPEN_TO_OTHERS)


def _disk(folder: Path) -> Iterator[Finding]:
    import shutil

    from nbtrack.formatting.numbers import size

    left = shutil.disk_usage(folder).free
    if left < LOW_DISK_BYTES:
        advice = "Free some space: what is logged on a full disk waits in memory only."
        yield Finding("disk", f"only {size(left)} free", "trouble", advice)
    else:
        yield Finding("disk", f"{size(left)} free")


def _content(store: Store, where: StoreLocation) -> Iterator[Finding]:
    from nbtrack.store.schema import SCHEMA_NUMBER

    yield Finding("schema", f"{SCHEMA_NUMBER}, store id {store.store_id}")
    yield Finding("artifacts", store.artifact_root)
    yield from _journals(store, where.journal_dir)
    yield from _leases(store)


def _journals(store: Store, directory: Path) -> Iterator[Finding]:
    from nbtrack.cli.journals import journals_of
    from nbtrack.delivery.lease import Life
    from nbtrack.sentences import count

    found = journals_of(store, directory)
    for journal in found:
        owner = journal.state.owner
        who = f"process {owner.pid} on {owner.host}" if owner else "an unknown process"
        text = f"{who} {journal.state.life.value}: {count(journal.left, 'record')} not in the store"
        if journal.damaged:
            advice = f"nbtrack sync brings the rest in and keeps {journal.state.path} aside."
            damage = f"{text}, {count(journal.damaged, 'damaged line')}"
            yield Finding("journal", damage, "trouble", advice)
        elif journal.state.life is Life.GONE:
            yield Finding("journal", text, "trouble", "nbtrack sync brings them in.")
        elif journal.left:
            yield Finding("journal", text, "note")
        if journal.state.rejected:
            advice = f"Read {journal.state.rejected}; delete it when you need it no more."
            yield Finding("journal", "the store refused records", "note", advice)
    if not found:
        yield Finding("journals", "none: everything is in the store")


def _leases(store: Store) -> Iterator[Finding]:
    import time

    from nbtrack.delivery.lease import Life, life
    from nbtrack.formatting.numbers import ago

    now = int(time.time() * 1000)
    leases = store.leases()
    for lease in leases:
        state, owner = life(lease.owner), lease.owner
        text = (
            f"run {lease.run_id} of process {owner.pid} on {owner.host}, which {state.value}; "
            f"last sign {ago(lease.heartbeat, now)}"
        )
        if state is Life.GONE:
            yield Finding("open run", text, "trouble", "nbtrack sync ends it.")
        else:
            yield Finding("open run", text, "ok" if state is Life.HERE else "note")
    if not leases:
        yield Finding("open runs", "none")

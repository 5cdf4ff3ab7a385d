"""Finishing what processes left behind: their journals are shipped, then their runs are closed.

Any number of processes may do this at once. A store knows how far it has each journal, so a record
is applied once; the lock on a journal only saves work.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack import platforms
from nbtrack.delivery.journal import SUFFIX
from nbtrack.delivery.lease import QUIET_SECONDS, Life, life, reason_to_close, silence
from nbtrack.delivery.reader import JournalReader, read_owner
from nbtrack.delivery.shipping import REJECTED_SUFFIX, ship
from nbtrack.errors import NbtrackError
from nbtrack.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.store.base import Store
    from nbtrack.store.records import Owner, Problem

SLICE = 1000
DAMAGED_SUFFIX = ".damaged"
_LOCK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class JournalState:
    """A journal as it lies in its folder.

    Attributes
    ----------
    path : Path
        The file.
    owner : Owner or None
        Who writes or wrote it; None if that is damaged.
    life : Life
        What is known of that process.
    size : int
        Bytes.
    modified : float
        Seconds since the epoch.
    rejected : Path or None
        The file with the records that the store refused.
    """

    path: Path
    owner: Owner | None
    life: Life
    size: int
    modified: float
    rejected: Path | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `recover` did.

    Attributes
    ----------
    closed : tuple of str
        Ids of runs that were ended because their process is gone.
    shipped : int
        Records that reached the store.
    lost : int
        Records that were damaged in the files. A last line that was cut short counts, although a
        kill may have interrupted its write: then the call that logged it never returned.
    damaged : tuple of Path
        Where the damaged journals are kept.
    problems : tuple of Problem
        Records that the store refused; ``.rejected`` files keep them.
    left : tuple of Path
        Journals that could not be shipped now.
    """

    closed: tuple[str, ...] = ()
    shipped: int = 0
    lost: int = 0
    damaged: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    left: tuple[Path, ...] = ()


@dataclass
class _Work:
    """What `recover` has done so far."""

    closed: list[str]
    shipped: int
    lost: int
    damaged: list[Path]
    problems: list[Problem]
    left: list[Path]

    def result(self) -> Recovery:
        return Recovery(
            tuple(self.closed),
            self.shipped,
            self.lost,
            tuple(self.damaged),
            tuple(self.problems),
            tuple(self.left),
        )


def journals(directory: Path) -> list[JournalState]:
    """Return this user's journals in a folder, in the order in which they were begun."""
    states = []
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        # An id begins with the time, so the order of names is the order of time.
        for path in sorted(directory.glob(f"*{SUFFIX}")):
            with suppress(OSError):  # gone in the meantime
                if platforms.owned_by_this_user(path):
                    states.append(_state(path))
    return states


def _state(path: Path) -> JournalState:
    owner = read_owner(path)
    status = path.stat()
    rejected = path.with_suffix(REJECTED_SUFFIX)
    return JournalState(
        path=path,
        owner=owner,
        life=Life.ELSEWHERE if owner is None else life(owner),
        size=status.st_size,
        modified=status.st_mtime,
        rejected=rejected if rejected.exists() else None,
    )


def recover(store: Store, directory: Path) -> Recovery:
    """Ship the journals of processes that are gone, then close their runs.

    Cheap when nobody is: a look at the folder and one query.

    Raises
    ------
    NbtrackError
        If the leases cannot be read. Journals that cannot be shipped are listed instead.
    """
    work = _Work([], 0, 0, [], [], [])
    ship_journals(store, directory, work)
    unshipped = {path.stem for path in work.left}
    for lease in store.leases():
        if lease.owner.journal_id in unshipped:
            continue
        reason = reason_to_close(lease)
        if reason is not None and store.close_lease(lease, reason=reason):
            work.closed.append(lease.run_id)
    return work.result()


def ship_journals(store: Store, directory: Path, work: _Work | None = None) -> None:
    """Ship the journals of this store whose process is gone, or elsewhere and quiet."""
    work = work or _Work([], 0, 0, [], [], [])
    mine = []
    for state in journals(directory):
        if state.owner is None:
            if state.size:  # an empty one has just been made
                work.damaged.append(state.path)
        elif state.owner.store_id == store.store_id:
            mine.append(state)
    due = [index for index, state in enumerate(mine) if _is_due(state)]
    if not due:
        return
    # A forked child's records may be about a run that its living parent has begun but not shipped:
    # whatever was begun before a journal goes first.
    for state in mine[: due[-1] + 1]:
        try:
            _ship_one(store, state, work)
        except FileNotFoundError:
            continue  # another process was as fast, and deleted it when all of it was in the store
        except (NbtrackError, OSError):
            work.left.append(state.path)


def _is_due(state: JournalState) -> bool:
    if state.life is Life.ELSEWHERE:
        return silence(state.modified) > QUIET_SECONDS
    return state.life is Life.GONE


def _ship_one(store: Store, state: JournalState, work: _Work) -> None:
    assert state.owner is not None
    ended = state.life is Life.GONE or (
        state.life is Life.ELSEWHERE and silence(state.modified) > settings().lease_hours * 3600
    )
    shipped = ship_file(store, state.path, state.owner, ended=ended)
    work.shipped += shipped.records
    work.problems += shipped.problems
    if not ended:
        return
    work.lost += shipped.lost
    if shipped.damaged:
        kept = state.path.with_suffix(DAMAGED_SUFFIX)
        with suppress(FileNotFoundError):  # another process was as fast
            state.path.replace(kept)
        work.damaged.append(kept)
    else:
        state.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Shipped:
    """What `ship_file` did: records sent and refused, records lost to damage, damaged lines."""

    records: int
    problems: tuple[Problem, ...]
    lost: int
    damaged: int


def ship_file(store: Store, path: Path, owner: Owner, *, ended: bool) -> Shipped:
    """Ship what a journal holds beyond the store's position.

    Parameters
    ----------
    store : Store
        The store that the owner's records are for.
    path : Path
        The journal.
    owner : Owner
        As its first line has it.
    ended : bool
        Nothing more will be written to it.
    """
    with _locked(path), JournalReader(path, store.acknowledged(owner.journal_id)) as reader:
        count = 0
        problems: list[Problem] = []
        while records := reader.read(SLICE, ended=ended):
            for receipt in ship(store, owner, records, path):
                problems += receipt.problems
                reader.acknowledged = max(reader.acknowledged, receipt.acknowledged)
            count += len(records)
        if ended:
            reader.finish()
        return Shipped(count, tuple(problems), reader.lost, reader.damaged)


class _locked:  # noqa: N801 (used like a function)
    """Hold a journal's lock, or go on without it after a while: it is only a hint.

    A forked child of the owner, or a stopped process, may hold it for ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> None:
        self._descriptor = platforms.open_private(self._path)
        deadline = time.monotonic() + _LOCK_SECONDS
        while not platforms.try_lock(self._descriptor) and time.monotonic() < deadline:
            time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

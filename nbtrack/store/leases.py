"""Who works on which run: leases in SQL, and the end of runs whose process is gone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from nbtrack import tags as tag_names
from nbtrack.entities import RunStatus, Tag
from nbtrack.errors import NotFound
from nbtrack.store import dialects, values
from nbtrack.store.records import Lease, Owner
from nbtrack.store.run_state import RunState, locked_state, save
from nbtrack.store.schema import lease, metric, run, series

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from nbtrack.store.transaction import Transaction


def give(tx: Transaction, of: RunState, owner: Owner, heartbeat: int) -> None:
    """Make a process the one that works on a run, instead of any other."""
    row = {
        "run_id": of.id,
        "journal_id": owner.journal_id,
        "store_id": owner.store_id,
        "host": owner.host,
        "boot_id": owner.boot_id,
        "pidns": owner.pid_namespace,
        "pid": owner.pid,
        "proc_start": owner.process_start,
        "user_id": owner.user,
        "heartbeat": heartbeat,
        "closed_ts": None,
    }
    statement = dialects.upsert(tx.dialect, "nb_lease", tuple(row), ("run_id",))
    tx.connection.exec_driver_sql(statement, tuple(row.values()))
    of.journal_id, of.was_closed = owner.journal_id, False


def take(tx: Transaction, of: RunState) -> None:
    """End a lease: nobody works on the run any more."""
    if of.journal_id is not None:
        tx.connection.execute(delete(lease).where(lease.c.run_id == of.id))
        of.journal_id, of.was_closed = None, False


def stamp(tx: Transaction, journal_id: str) -> None:
    """Note that the owner of a journal lives."""
    mine = update(lease).where(lease.c.journal_id == journal_id, lease.c.closed_ts.is_(None))
    tx.connection.execute(mine.values(heartbeat=tx.now))


def going_on(connection: Connection) -> list[Lease]:
    """Return the leases that nobody has closed."""
    rows = connection.execute(
        select(lease, run.c.uuid)
        .join(run, run.c.id == lease.c.run_id)
        .where(lease.c.closed_ts.is_(None))
        .order_by(run.c.id)
    )
    return [
        Lease(
            run_id=row.uuid,
            owner=Owner(
                journal_id=row.journal_id,
                store_id=row.store_id,
                host=row.host,
                boot_id=row.boot_id,
                pid_namespace=row.pidns,
                pid=row.pid,
                process_start=row.proc_start,
                user=row.user_id,
            ),
            heartbeat=row.heartbeat,
        )
        for row in rows
    ]


def close(tx: Transaction, seen: Lease, reason: str) -> bool:
    """End a run as KILLED at its last sign of life, if its lease is as it was seen."""
    try:
        of = locked_state(tx, seen.run_id)
    except NotFound:
        return False
    unchanged: Any = (
        (lease.c.run_id == of.id)
        & (lease.c.journal_id == seen.owner.journal_id)
        & (lease.c.heartbeat == seen.heartbeat)
        & lease.c.closed_ts.is_(None)
    )
    closed = tx.connection.execute(update(lease).where(unchanged).values(closed_ts=tx.now))
    if closed.rowcount == 0:
        return False
    newest = tx.connection.execute(
        select(func.max(metric.c.ts))
        .join(series, series.c.id == metric.c.series_id)
        .where(series.c.run_id == of.id)
    ).scalar()
    # Points may carry any time, the future included.
    sign = min(max(seen.heartbeat, newest or 0), max(tx.now, seen.heartbeat))
    of.status, of.end_ts = RunStatus.KILLED, max(sign, of.start_ts)
    save(tx, of)
    values.put_tags(tx, of, [Tag(tag_names.END_REASON, reason)])
    return True


def reopen(tx: Transaction, of: RunState) -> None:
    """Undo `close`: the owner that seemed gone has sent a record.

    The heartbeat stays: the record may come from a journal that somebody else ships, and an owner
    that lives stamps it soon.
    """
    taken = update(lease).where(lease.c.run_id == of.id)
    tx.connection.execute(taken.values(closed_ts=None))
    of.status, of.end_ts, of.was_closed = RunStatus.RUNNING, None, False
    save(tx, of)
    with suppress(NotFound):
        values.delete_tag(tx, of, tag_names.END_REASON)

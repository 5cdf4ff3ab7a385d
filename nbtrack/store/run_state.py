"""A run's own row, as the transactions that read and change it share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from nbtrack.entities import LifecycleStage, RunInfo, RunStatus
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.store import checks
from nbtrack.store.keys import CHUNK
from nbtrack.store.schema import LIFECYCLE, STATUS, STATUS_CODE, lease, run

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row

    from nbtrack.store.transaction import Transaction


# Statements are made once: building one costs several times what running it does.
_STATES = (
    select(run, lease.c.journal_id, lease.c.closed_ts)
    .outerjoin(lease, lease.c.run_id == run.c.id)
    .where(run.c.uuid.in_(bindparam("uuids", expanding=True)))
)
# By the public id, so that no two transactions wait for each other.
_LOCKS = (
    select(run.c.id)
    .where(run.c.uuid.in_(bindparam("uuids", expanding=True)))
    .order_by(run.c.uuid)
    .with_for_update()
    .with_hint(run, "WITH (UPDLOCK, ROWLOCK)", "mssql")
)
_SAVE = (
    update(run)
    .where(run.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("status", "end_ts", "name")})
)


@dataclass
class RunState:
    """A run's own row as a transaction sees and changes it."""

    id: int
    uuid: str
    experiment_id: int
    name: str
    user_id: str
    status: RunStatus
    lifecycle: LifecycleStage
    start_ts: int
    end_ts: int | None
    artifact_uri: str
    journal_id: str | None = None  # who holds the lease
    was_closed: bool = False  # the lease was closed for an owner that seemed gone

    def info(self) -> RunInfo:
        """Return the run as callers know it."""
        return RunInfo(
            run_id=self.uuid,
            experiment_id=str(self.experiment_id),
            run_name=self.name,
            user_id=self.user_id,
            status=self.status,
            start_time=self.start_ts,
            end_time=self.end_ts,
            artifact_uri=self.artifact_uri,
            lifecycle_stage=self.lifecycle,
        )

    def must_be_active(self) -> None:
        """Raise `InvalidValue` if the run is deleted."""
        if self.lifecycle is not LifecycleStage.ACTIVE:
            raise InvalidValue(
                f"The run {self.uuid} must be in the 'active' state. Current state is deleted."
            )


def states(connection: Connection, uuids: Collection[str]) -> dict[str, RunState]:
    """Return those of the runs that exist, by their public ids."""
    wanted = sorted(uuids)
    found: dict[str, RunState] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = connection.execute(_STATES, {"uuids": wanted[start : start + CHUNK]})
        found.update((row.uuid, _state(row)) for row in rows)
    return found


def state(connection: Connection, uuid: str) -> RunState:
    """Return a run, or raise `NotFound`."""
    found = states(connection, [uuid]).get(uuid)
    if found is None:
        raise not_found(uuid)
    return found


def locked_states(tx: Transaction, uuids: Collection[str]) -> dict[str, RunState]:
    """Return those of the runs that exist, and keep other writers off them until the commit.

    What a transaction decides by what it has read (a param has no value yet, a point is the
    latest, a lease is held) is then still true when it writes.
    """
    if tx.dialect != "sqlite":  # there one lock is held for everything
        wanted = sorted(uuids)
        for start in range(0, len(wanted), CHUNK):
            tx.connection.execute(_LOCKS, {"uuids": wanted[start : start + CHUNK]}).close()
    # In a statement of its own: the one that waited for a lock sees leases as they were before.
    return states(tx.connection, uuids)


def locked_state(tx: Transaction, uuid: str) -> RunState:
    """Return a run as `locked_states` does, or raise `NotFound`."""
    found = locked_states(tx, [uuid]).get(uuid)
    if found is None:
        raise not_found(uuid)
    return found


def not_found(uuid: str) -> NotFound:
    """Make the error for a run that does not exist."""
    return NotFound(f"Run with id={uuid} not found.")


def rename(tx: Transaction, of: RunState, name: str) -> None:
    """Give a run another name, its tag ``mlflow.runName`` aside."""
    if of.name != name:
        of.name = checks.check_length(name, "run_name", checks.MAX_RUN_NAME)
        save(tx, of)


def save(tx: Transaction, of: RunState) -> None:
    """Write what can change in a run's row."""
    changes = {"status": STATUS_CODE[of.status], "end_ts": of.end_ts, "name": of.name}
    tx.connection.execute(_SAVE, {"of": of.id, **changes})


def _state(row: Row[Any]) -> RunState:
    return RunState(
        id=row.id,
        uuid=row.uuid,
        experiment_id=row.experiment_id,
        name=row.name,
        user_id=row.user_id,
        status=STATUS[row.status],
        lifecycle=LIFECYCLE[row.lifecycle],
        start_ts=row.start_ts,
        end_ts=row.end_ts,
        artifact_uri=row.artifact_uri,
        journal_id=row.journal_id,
        was_closed=row.closed_ts is not None,
    )

"""Runs in SQL: begin, change, delete, restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from nbtrack import tags as tag_names
from nbtrack.entities import LifecycleStage, RunStatus, Tag
from nbtrack.errors import AlreadyExists, InvalidValue
from nbtrack.store import checks, experiments, leases, values
from nbtrack.store.run_state import RunState, locked_states, save
from nbtrack.store.schema import ACTIVE, DELETED, STATUS_CODE, run
from nbtrack.two_words import generated_name
from nbtrack.urls import below

if TYPE_CHECKING:
    from nbtrack.store.records import CreateRun
    from nbtrack.store.transaction import Transaction


_INSERT = insert(run)


def create(tx: Transaction, new: CreateRun) -> RunState:
    """Begin a run; the same id and user a second time give the run that is there."""
    checks.check_run_id(new.run_id)
    there = locked_states(tx, [new.run_id]).get(new.run_id)
    if there is not None:
        if there.user_id != new.user_id:
            raise AlreadyExists(f"The run id {new.run_id} is taken by a run of {there.user_id!r}.")
        return there
    experiment = experiments.active(tx.connection, new.experiment_id, stays=True)
    name = _name(new)
    for tag in new.tags:
        checks.check_tag(tag)
    checks.check_text(new.user_id, "user_id")
    row: dict[str, Any] = {
        "uuid": new.run_id,
        "experiment_id": experiment.id,
        "name": name,
        "user_id": new.user_id[: checks.MAX_RUN_NAME],
        "status": STATUS_CODE[RunStatus.RUNNING],
        "lifecycle": ACTIVE,
        "start_ts": checks.check_moment(new.start_time, "start_time"),
        "artifact_uri": below(experiment.artifact_location, f"{new.run_id}/artifacts"),
    }
    made = tx.connection.execute(_INSERT, row)
    assert made.inserted_primary_key is not None
    begun = RunState(
        id=int(made.inserted_primary_key[0]),
        **{**row, "status": RunStatus.RUNNING, "lifecycle": LifecycleStage.ACTIVE, "end_ts": None},
    )
    values.put_tags(tx, begun, [*new.tags, Tag(tag_names.RUN_NAME, name)])
    return begun


def change(
    tx: Transaction,
    of: RunState,
    *,
    status: RunStatus | None = None,
    end_time: int | None = None,
    name: str | None = None,
) -> None:
    """Change a run's outcome or name; None (and an empty name) leaves a field as it is."""
    if name:
        checks.check_length(name, "run_name", checks.MAX_RUN_NAME)
    if end_time is not None:
        of.end_ts = checks.check_moment(end_time, "end_time")
    if status is not None:
        of.status = RunStatus(status)
        if of.status.is_final:
            # Whoever says how the run ended has the last word: the lease is over.
            leases.take(tx, of)
    if name:
        # The tag renames the run.
        values.put_tags(tx, of, [Tag(tag_names.RUN_NAME, name)])
    save(tx, of)


def set_lifecycle(tx: Transaction, of: RunState, stage: LifecycleStage) -> None:
    """Delete or restore a run; doing it twice changes nothing."""
    if of.lifecycle is stage:
        return
    of.lifecycle = stage
    gone = stage is LifecycleStage.DELETED
    tx.connection.execute(
        update(run)
        .where(run.c.id == of.id)
        .values(lifecycle=DELETED if gone else ACTIVE, deleted_ts=tx.now if gone else None)
    )
    tx.move_epoch()


def _name(new: CreateRun) -> str:
    tagged = next((tag.value for tag in new.tags if tag.key == tag_names.RUN_NAME), "")
    if new.name and tagged and new.name != tagged:
        raise InvalidValue(
            f"The run name {new.name!r} and the tag {tag_names.RUN_NAME}={tagged!r} differ: give "
            "one of them."
        )
    name = new.name or tagged or generated_name()
    return checks.check_length(name, "run_name", checks.MAX_RUN_NAME)

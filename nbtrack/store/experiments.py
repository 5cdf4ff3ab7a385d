"""Experiments in SQL: create, read, rename, tag, delete with their runs, restore."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from nbtrack.entities import Experiment, LifecycleStage, Tag
from nbtrack.errors import AlreadyExists, InvalidValue, NotFound
from nbtrack.store import checks, dialects
from nbtrack.store.schema import ACTIVE, DELETED, LIFECYCLE, experiment, experiment_tag, run
from nbtrack.urls import SCHEME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

    from nbtrack.store.keys import Keys
    from nbtrack.store.transaction import Transaction

_BY_ID = select(experiment).where(experiment.c.id == bindparam("number"))
_KEPT_BY_ID = _BY_ID.with_for_update(read=True).with_hint(
    experiment, "WITH (HOLDLOCK, ROWLOCK)", "mssql"
)


def create(tx: Transaction, name: str, location: str | None, tags: Sequence[Tag]) -> str:
    """Create an experiment and return its id."""
    checks.check_length(name, "name", checks.MAX_EXPERIMENT_NAME)
    taken = select(experiment.c.lifecycle).where(experiment.c.name == name)
    lifecycle = tx.connection.execute(taken).scalar()
    if lifecycle is not None:
        hint = " It is deleted: restore it, or use another name." if lifecycle == DELETED else ""
        raise AlreadyExists(f"Experiment(name={name}) already exists.{hint}")
    made = tx.connection.execute(
        insert(experiment).values(
            name=name,
            artifact_location=checked_location(location) if location else "",
            lifecycle=ACTIVE,
            creation_ts=tx.now,
            update_ts=tx.now,
        )
    )
    assert made.inserted_primary_key is not None
    number = int(made.inserted_primary_key[0])
    if not location:
        _change(tx, number, artifact_location=f"mlflow-artifacts:/{number}")
    put_tags(tx, number, tags)
    return str(number)


def checked_location(location: str) -> str:
    """Return where an experiment's files go, a local path made absolute.

    A location is data here: what may be opened is decided when it is used.
    """
    checks.check_length(location, "artifact_location", checks.MAX_LOCATION)
    if location.startswith("runs:"):
        raise InvalidValue(f"{location!r} is not a place for artifacts: it names files of a run.")
    if "#" in location or (SCHEME.match(location) and ";" in location):
        raise InvalidValue(
            f"The artifact location {location!r} has a fragment (#…) or parameters (;…), which no "
            "file can have below it."
        )
    if location.startswith("file:") and not location.startswith("file:/"):
        return "file://" + os.path.abspath(location.removeprefix("file:"))  # noqa: PTH100
    return location if SCHEME.match(location) else os.path.abspath(location)  # noqa: PTH100 - keeps "~"


def get(connection: Connection, keys: Keys, experiment_id: str) -> Experiment:
    """Return an experiment, or raise `NotFound`."""
    return load(connection, keys, [_row(connection, experiment_id)])[0]


def find(connection: Connection, keys: Keys, name: str) -> Experiment | None:
    """Return the experiment of this name, or None."""
    row = connection.execute(select(experiment).where(experiment.c.name == name)).first()
    return None if row is None else load(connection, keys, [row])[0]


def load(connection: Connection, keys: Keys, rows: Sequence[Row[Any]]) -> list[Experiment]:
    """Make experiments of their rows."""
    tags: dict[int, list[Tag]] = {row.id: [] for row in rows}
    numbers = list(tags)
    for start in range(0, len(numbers), 1000):
        some = numbers[start : start + 1000]
        found = connection.execute(
            select(experiment_tag).where(experiment_tag.c.experiment_id.in_(some))
        ).all()
        names = keys.names(connection, {row.key_id for row in found})
        for row in found:
            tags[row.experiment_id].append(Tag(names[row.key_id], row.value))
    return [
        Experiment(
            experiment_id=str(row.id),
            name=row.name,
            artifact_location=row.artifact_location,
            lifecycle_stage=LIFECYCLE[row.lifecycle],
            creation_time=row.creation_ts,
            last_update_time=row.update_ts,
            tag_list=tags[row.id],
        )
        for row in rows
    ]


def active(connection: Connection, experiment_id: str, *, stays: bool = False) -> Row[Any]:
    """Return the row of an experiment that is in use, or say what is wrong with it.

    With ``stays`` nobody deletes it until this transaction ends.
    """
    row = _row(connection, experiment_id, _KEPT_BY_ID if stays else _BY_ID)
    if row.lifecycle != ACTIVE:
        raise InvalidValue(
            f"The experiment {experiment_id} must be in the 'active' state. Current state is "
            "deleted; restore it first."
        )
    return row


def rename(tx: Transaction, experiment_id: str, name: str) -> None:
    """Give an experiment another name."""
    checks.check_length(name, "new_name", checks.MAX_EXPERIMENT_NAME)
    number = active(tx.connection, experiment_id).id
    other = tx.connection.execute(select(experiment.c.id).where(experiment.c.name == name)).scalar()
    if other not in {None, number}:
        raise AlreadyExists(f"Experiment(name={name}) already exists.")
    _change(tx, number, name=name, update_ts=tx.now)


def set_lifecycle(tx: Transaction, experiment_id: str, stage: LifecycleStage) -> None:
    """Delete or restore an experiment and all its runs."""
    row = _row(tx.connection, experiment_id)
    if LIFECYCLE[row.lifecycle] == stage:
        raise NotFound(f"The experiment {experiment_id} is {stage} already.")
    gone = stage is LifecycleStage.DELETED
    lifecycle = DELETED if gone else ACTIVE
    _change(tx, row.id, lifecycle=lifecycle, update_ts=tx.now)
    runs = update(run).where(run.c.experiment_id == row.id, run.c.lifecycle != lifecycle)
    tx.connection.execute(runs.values(lifecycle=lifecycle, deleted_ts=tx.now if gone else None))
    tx.move_epoch()


def put_tags(tx: Transaction, number: int, tags: Sequence[Tag]) -> None:
    """Set tags of an experiment."""
    if not tags:
        return
    for tag in tags:
        checks.check_tag(tag)
    values = {tag.key: tag.value or "" for tag in tags}
    ids = tx.keys.ensure(tx.connection, values)
    statement = dialects.upsert(
        tx.dialect,
        "nb_experiment_tag",
        ("experiment_id", "key_id", "value"),
        ("experiment_id", "key_id"),
    )
    tx.connection.exec_driver_sql(
        statement, [(number, ids[key], value) for key, value in values.items()]
    )


def delete_tags(tx: Transaction, number: int, keys: Sequence[str]) -> None:
    """Take tags of an experiment away; `NotFound` for one it does not have."""
    ids = tx.keys.ids(tx.connection, keys)
    for key in keys:
        gone = delete(experiment_tag).where(
            experiment_tag.c.experiment_id == number,
            experiment_tag.c.key_id == ids.get(key, -1),
        )
        if tx.connection.execute(gone).rowcount == 0:
            raise NotFound(f"No tag with name: {key} in experiment with id {number}")


def _row(connection: Connection, experiment_id: str, query: Select[Any] = _BY_ID) -> Row[Any]:
    number = checks.experiment_number(experiment_id)
    row = connection.execute(query, {"number": number}).first()
    if row is None:
        raise NotFound(f"No Experiment with id={experiment_id} exists.")
    return row


def _change(tx: Transaction, number: int, **values: Any) -> None:
    tx.connection.execute(update(experiment).where(experiment.c.id == number).values(**values))

"""Logged models in SQL: make, change, read. Their params and tags have keys of any signs.

MLflow's server checks keys of runs only, and its clients give models what they like.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from nbtrack.entities import (
    LifecycleStage,
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelStatus,
    Param,
    Tag,
)
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.store import checks, dialects, experiments, model_points
from nbtrack.store.keys import CHUNK
from nbtrack.store.schema import (
    ACTIVE,
    HEAD,
    LIFECYCLE,
    LIFECYCLE_CODE,
    MODEL_STATUS,
    MODEL_STATUS_CODE,
    logged_model,
    model_param,
    model_tag,
)
from nbtrack.two_words import generated_name
from nbtrack.urls import below

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row, Table

    from nbtrack.store.keys import Keys
    from nbtrack.store.transaction import Transaction

MAX_NAME = 500
# A name is a part of paths and URLs, and stands between quotes in filters.
BAD_IN_NAMES = "/:.%\"'"

_BAD_IN_NAMES = re.compile(f"[{BAD_IN_NAMES}]")
_BY_UUID = select(logged_model).where(logged_model.c.uuid == bindparam("uuid"))
# What is decided by what was read (a param has no value yet) is still true when it is written.
_LOCKED_BY_UUID = _BY_UUID.with_for_update().with_hint(
    logged_model, "WITH (UPDLOCK, ROWLOCK)", "mssql"
)
_KEY = ("model_id", "key_id")
_VALUE = (*_KEY, "value", "value_head")


def create(
    tx: Transaction,
    experiment_id: str,
    name: str,
    model_type: str,
    source_run_id: str,
    params: Sequence[Param],
    tags: Sequence[Tag],
) -> LoggedModel:
    """Make a model whose files are still to come."""
    experiment = experiments.active(tx.connection, experiment_id, stays=True)
    model_id = f"m-{secrets.token_hex(16)}"
    row = {
        "uuid": model_id,
        "experiment_id": experiment.id,
        "name": _checked_name(name) if name else generated_name(),
        "model_type": checks.check_text(model_type, "model_type", MAX_NAME),
        "source_run_id": checks.check_text(source_run_id, "source_run_id", checks.MAX_KEY),
        "status": MODEL_STATUS_CODE[LoggedModelStatus.LOGGED_MODEL_PENDING],
        "lifecycle": ACTIVE,
        "creation_ts": tx.now,
        "update_ts": tx.now,
        "artifact_uri": below(experiment.artifact_location, f"models/{model_id}/artifacts"),
    }
    made = tx.connection.execute(insert(logged_model).values(row))
    assert made.inserted_primary_key is not None
    number = int(made.inserted_primary_key[0])
    put_params(tx, number, params)
    put_tags(tx, number, tags)
    return get(tx.connection, tx.keys, model_id)


def get(
    connection: Connection, keys: Keys, model_id: str, *, include_deleted: bool = False
) -> LoggedModel:
    """Return a model, or raise `NotFound`."""
    row = connection.execute(_BY_UUID, {"uuid": model_id}).first()
    if row is None or (row.lifecycle != ACTIVE and not include_deleted):
        raise not_found(model_id)
    return load(connection, keys, [row])[0]


def locked(tx: Transaction, model_id: str) -> int:
    """Return the integer id of a model, a deleted one too, and keep other writers off it."""
    row = tx.connection.execute(_LOCKED_BY_UUID, {"uuid": model_id}).first()
    if row is None:
        raise not_found(model_id)
    return int(row.id)


def change(
    tx: Transaction,
    number: int,
    *,
    status: LoggedModelStatus | None = None,
    status_message: str | None = None,
    lifecycle_stage: LifecycleStage | None = None,
) -> None:
    """Change a model's own fields; None leaves one as it is."""
    values: dict[str, Any] = {"update_ts": tx.now}
    if status is not None:
        values["status"] = MODEL_STATUS_CODE[LoggedModelStatus(status)]
    if status_message is not None:
        values["status_message"] = checks.check_text(status_message, "status_message")
    if lifecycle_stage is not None:
        values["lifecycle"] = LIFECYCLE_CODE[LifecycleStage(lifecycle_stage)]
    tx.connection.execute(update(logged_model).where(logged_model.c.id == number).values(values))


def put_tags(tx: Transaction, number: int, given: Sequence[Tag]) -> None:
    """Set tags of a model; of a key given twice the last value stays."""
    values = {_checked(one, "tag"): one.value or "" for one in given}
    if values:
        statement = dialects.upsert(tx.dialect, "nb_model_tag", _VALUE, _KEY)
        tx.connection.exec_driver_sql(statement, _rows(tx, number, values))


def delete_tags(tx: Transaction, number: int, model_id: str, keys: Sequence[str]) -> None:
    """Take tags of a model away; `NotFound` for one it does not have."""
    ids = tx.keys.ids(tx.connection, keys)
    for key in keys:
        gone = delete(model_tag).where(
            model_tag.c.model_id == number, model_tag.c.key_id == ids.get(key, -1)
        )
        if tx.connection.execute(gone).rowcount == 0:
            raise NotFound(f"No tag with key '{key}' found for model with ID '{model_id}'.")


def put_params(tx: Transaction, number: int, given: Sequence[Param]) -> None:
    """Set params of a model; one that has another value already is `InvalidValue`."""
    values: dict[str, str] = {}
    for one in given:
        value = one.value or ""
        if values.setdefault(_checked(one, "param"), value) != value:
            raise _conflict(one.key, values[one.key], value)
    if not values:
        return
    there = _params(tx, number)
    for key, value in values.items():
        if there.get(key, value) != value:
            raise _conflict(key, there[key], value)
    new = {key: value for key, value in values.items() if key not in there}
    if new:
        statement = dialects.insert_new(tx.dialect, "nb_model_param", _VALUE, _KEY)
        tx.connection.exec_driver_sql(statement, _rows(tx, number, new))


def load(connection: Connection, keys: Keys, rows: Sequence[Row[Any]]) -> list[LoggedModel]:
    """Make models of their rows."""
    models = {row.id: LoggedModel(_info(row), LoggedModelData([], [])) for row in rows}
    numbers = list(models)
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        for number, key, value in _values(connection, keys, model_param, some):
            models[number].data.param_list.append(Param(key, value))
        for number, key, value in _values(connection, keys, model_tag, some):
            models[number].info.tag_list.append(Tag(key, value))
        for number, point in model_points.load(connection, keys, some):
            models[number].data.metric_list.append(point)
    return [models[row.id] for row in rows]


def not_found(model_id: str) -> NotFound:
    """Make the error for a model that does not exist."""
    return NotFound(f"Logged model with ID '{model_id}' not found.")


def _info(row: Row[Any]) -> LoggedModelInfo:
    return LoggedModelInfo(
        model_id=row.uuid,
        experiment_id=str(row.experiment_id),
        name=row.name,
        creation_timestamp_ms=row.creation_ts,
        last_updated_timestamp_ms=row.update_ts,
        artifact_uri=row.artifact_uri,
        status=MODEL_STATUS[row.status],
        model_type=row.model_type,
        source_run_id=row.source_run_id,
        status_message=row.status_message,
        lifecycle_stage=LIFECYCLE[row.lifecycle],
        tag_list=[],
    )


def _params(tx: Transaction, number: int) -> dict[str, str]:
    return {key: value for _, key, value in _values(tx.connection, tx.keys, model_param, [number])}


def _values(
    connection: Connection, keys: Keys, table: Table, numbers: list[int]
) -> Iterable[tuple[int, str, str]]:
    found = connection.execute(
        select(table.c.model_id, table.c.key_id, table.c.value)
        .where(table.c.model_id.in_(numbers))
        .order_by(table.c.model_id, table.c.key_id)
    ).all()
    names = keys.names(connection, {row.key_id for row in found})
    return ((row.model_id, names[row.key_id], row.value) for row in found)


def _rows(tx: Transaction, number: int, values: dict[str, str]) -> list[tuple[int | str, ...]]:
    ids = tx.keys.ensure(tx.connection, values)
    return [(number, ids[key], value, value[:HEAD]) for key, value in values.items()]


def _checked(given: Param | Tag, kind: str) -> str:
    checks.check_text(given.value or "", f"value of {kind} {given.key!r}")
    return checks.check_length(given.key, f"{kind} key", checks.MAX_KEY)


def _checked_name(name: str) -> str:
    if _BAD_IN_NAMES.search(name):
        raise InvalidValue(
            f"Invalid model name {checks.short(name)}. A model name cannot contain any of "
            f"{' '.join(BAD_IN_NAMES)} because it is a part of paths; "
            f"{checks.short(_BAD_IN_NAMES.sub('_', name))} would do."
        )
    return checks.check_text(name, "name", MAX_NAME)


def _conflict(key: str, stored: str, given: str) -> InvalidValue:
    return InvalidValue(
        f"Changing param values is not allowed. Param with key={key!r} of the model was already "
        f"logged with value={checks.short(stored)}. Attempted logging new value "
        f"{checks.short(given)}. The first value stays."
    )

"""Params and tags of runs in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from nbtrack import tags as tag_names
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.store import checks, dialects
from nbtrack.store.keys import CHUNK
from nbtrack.store.run_state import rename
from nbtrack.store.schema import HEAD, param, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import Param, Tag
    from nbtrack.store.run_state import RunState
    from nbtrack.store.transaction import Transaction

_STORED = select(param.c.key_id, param.c.value).where(
    param.c.run_id == bindparam("run_id"), param.c.key_id.in_(bindparam("key_ids", expanding=True))
)
_KEY = ("run_id", "key_id")
_PARAM = (*_KEY, "value", "value_head")
_TAG = (*_PARAM, "ts")


def put_tags(tx: Transaction, of: RunState, given: Sequence[Tag]) -> None:
    """Set tags; of a key given twice the last value stays. ``mlflow.runName`` renames the run."""
    values: dict[str, str] = {}
    for one in given:
        checks.check_tag(one)
        values[one.key] = one.value or ""
    name = values.get(tag_names.RUN_NAME)
    if name:
        rename(tx, of, name)
    elif name is not None:
        del values[tag_names.RUN_NAME]  # MLflow's server does nothing for an empty name
    if not values:
        return
    ids = tx.keys.ensure(tx.connection, values)
    statement = dialects.upsert(tx.dialect, "nb_tag", _TAG, _KEY)
    tx.connection.exec_driver_sql(
        statement,
        [(of.id, ids[key], value, value[:HEAD], tx.now) for key, value in values.items()],
    )


def delete_tag(tx: Transaction, of: RunState, key: str) -> None:
    """Take a tag away, or raise `NotFound`."""
    number = tx.keys.ids(tx.connection, [key]).get(key, -1)
    gone = delete(tag).where(tag.c.run_id == of.id, tag.c.key_id == number)
    if tx.connection.execute(gone).rowcount == 0:
        raise NotFound(f"No tag with name: {key} in run with id {of.uuid}")


def put_params(tx: Transaction, of: RunState, given: Sequence[Param]) -> list[str]:
    """Set params that have no value yet; return a sentence for each that has another value."""
    values: dict[str, str] = {}
    conflicts = []
    for one in given:
        checks.check_param(one)
        value = one.value or ""
        first = values.setdefault(one.key, value)
        if first != value:
            conflicts.append(_conflict(of, one.key, first, value))
    if not values:
        return conflicts
    ids = tx.keys.ensure(tx.connection, values)
    there = _stored(tx, of, list(ids.values()))
    new = []
    for key, value in values.items():
        stored = there.get(ids[key])
        if stored is None:
            new.append((of.id, ids[key], value, value[:HEAD]))
        elif stored != value:
            conflicts.append(_conflict(of, key, stored, value))
    if new:
        insert = dialects.insert_new(tx.dialect, "nb_param", _PARAM, _KEY)
        tx.connection.exec_driver_sql(insert, new)
    return conflicts


def correct_param(tx: Transaction, of: RunState, key: str, value: str) -> None:
    """Replace a param's value; the value that was logged first stays in a tag."""
    ids = tx.keys.ids(tx.connection, [key])
    old = _stored(tx, of, list(ids.values())).get(ids.get(key, -1))
    if old is None:
        raise NotFound(f"No param with name: {key} in run with id {of.uuid}. Log it instead.")
    checks.check_text(value, f"value of param {key!r}")
    if old == value:
        return
    statement = dialects.upsert(tx.dialect, "nb_param", _PARAM, _KEY)
    tx.connection.exec_driver_sql(statement, (of.id, ids[key], value, value[:HEAD]))
    note = (tag_names.CORRECTED + key)[: checks.MAX_KEY]
    note_id = tx.keys.ensure(tx.connection, [note])[note]
    # A second correction does not hide what the run was logged with.
    keep = dialects.insert_new(tx.dialect, "nb_tag", _TAG, _KEY)
    tx.connection.exec_driver_sql(keep, (of.id, note_id, old, old[:HEAD], tx.now))


def no_key_twice(given: Sequence[Param]) -> None:
    """Raise `InvalidValue` if a param is given more than once."""
    seen: set[str] = set()
    for one in given:
        if one.key in seen:
            raise InvalidValue(f"Duplicate parameter keys have been submitted: {one.key!r}.")
        seen.add(one.key)


def _stored(tx: Transaction, of: RunState, key_ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(key_ids), CHUNK):
        some = {"run_id": of.id, "key_ids": key_ids[start : start + CHUNK]}
        found.update((row.key_id, row.value) for row in tx.connection.execute(_STORED, some))
    return found


def _conflict(of: RunState, key: str, stored: str, given: str) -> str:
    return (
        f"Changing param values is not allowed. Param with key={key!r} was already logged with "
        f"value={_short(stored)!r} for run ID={of.uuid!r}. Attempted logging new value "
        f"{_short(given)!r}. The first value stays; Client.correct_param replaces it."
    )


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:100]}…"  # noqa: PLR2004 - for reading only

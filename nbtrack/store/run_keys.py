"""Which keys the runs of some experiments have.

How many have a key is counted for the newest runs only. Of the other keys it is only asked whether
any run has them, and that by a limited number of rows of each: a key that thousands of runs of
other experiments have, and hardly one of these, may be missed.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, literal_column, select

from nbtrack.store import checks
from nbtrack.store.base_columns import RunKeys
from nbtrack.store.schema import ACTIVE, param, run, series, tag
from nbtrack.store.search import named, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Select, Table

    from nbtrack.store.keys import Keys

NEWEST = 1000
# Keys of which it is asked whether any run has them, the newest ones, and rows that are looked at.
_MOST_KEYS, _MOST_ROWS = 300, 200


def read(
    connection: Connection, keys: Keys, experiment_ids: Sequence[str], run_ids: Sequence[str] | None
) -> RunKeys:
    """Return the keys of these runs and how many of the newest have each."""
    numbers = sorted({checks.experiment_number(one) for one in experiment_ids})
    wanted = select(run.c.id).where(
        run.c.experiment_id.in_(written(numbers)), run.c.lifecycle == ACTIVE
    )
    if run_ids is not None:
        wanted = wanted.where(named(run_ids))
    newest = wanted.order_by(run.c.start_ts.desc(), run.c.uuid).limit(NEWEST)
    ids = list(connection.execute(newest).scalars())
    count = connection.execute(wanted.with_only_columns(func.count())).scalar_one()
    found = []
    for table in (series, param, tag):
        shares = _shares(connection, table, ids)
        if run_ids is None:
            shares |= _others(connection, keys, table, numbers, shares)
        names = keys.names(connection, shares)
        found.append({names[key_id]: share for key_id, share in shares.items()})
    return RunKeys(count, *found)


def _shares(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, float]:
    if not ids:
        return {}
    some = ",".join(map(str, ids))
    rows: Sequence[Any] = connection.exec_driver_sql(
        f"SELECT key_id, count(*) FROM {table.name} WHERE run_id IN ({some}) GROUP BY key_id"  # noqa: S608
    ).all()
    return {key_id: number / len(ids) for key_id, number in rows}


def _others(
    connection: Connection,
    keys: Keys,
    table: Table,
    experiments: list[int],
    known: Mapping[int, float],
) -> dict[int, float]:
    """Return, with the share 0, other keys that a run of these experiments has."""
    some = (
        select(table.c.run_id)
        .where(table.c.key_id == bindparam("key_id"))
        .limit(_MOST_ROWS)
        .subquery()
    )
    any_of: Select[Any] = (
        select(literal_column("1"))
        .select_from(some.join(run, run.c.id == some.c.run_id))
        .where(run.c.experiment_id.in_(written(experiments)))
        .limit(1)
    )
    candidates = (one for one in sorted(keys.all(connection), reverse=True) if one not in known)
    return {
        key_id: 0.0
        for key_id in islice(candidates, _MOST_KEYS)
        if connection.execute(any_of, {"key_id": key_id}).first() is not None
    }

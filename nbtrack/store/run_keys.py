"""Which keys the runs of some experiments have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nbtrack.store import checks
from nbtrack.store.base_columns import RunKeys
from nbtrack.store.schema import ACTIVE, run
from nbtrack.store.search import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from nbtrack.store.keys import Keys

NEWEST = 1000


def read(
    connection: Connection, keys: Keys, experiment_ids: Sequence[str], run_ids: Sequence[str] | None
) -> RunKeys:
    """Return the keys of these runs and how many of the newest have each."""
    numbers = sorted({checks.experiment_number(one) for one in experiment_ids})
    wanted = select(run.c.id).where(
        run.c.experiment_id.in_(written(numbers)), run.c.lifecycle == ACTIVE
    )
    if run_ids is not None:
        wanted = wanted.where(run.c.uuid.in_(sorted(set(run_ids))))
    newest = wanted.order_by(run.c.start_ts.desc(), run.c.uuid).limit(NEWEST)
    ids = list(connection.execute(newest).scalars())
    count = connection.execute(wanted.with_only_columns(func.count())).scalar_one()
    return RunKeys(
        count,
        *(_shares(connection, keys, table, ids) for table in ("nb_series", "nb_param", "nb_tag")),
    )


def _shares(
    connection: Connection, keys: Keys, table: str, ids: Sequence[int]
) -> Mapping[str, float]:
    if not ids:
        return {}
    some = ",".join(map(str, ids))
    rows: Sequence[Any] = connection.exec_driver_sql(
        f"SELECT key_id, count(*) FROM {table} WHERE run_id IN ({some}) GROUP BY key_id"  # noqa: S608
    ).all()
    names = keys.names(connection, {row[0] for row in rows})
    return {names[key_id]: number / len(ids) for key_id, number in rows}

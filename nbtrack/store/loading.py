"""From rows to runs: a page of runs in a handful of queries by integer id.

The ids are written into the statements: they are integers, and one statement for all sizes of page
costs less than binding a thousand parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.entities import Metric, Param, Run, RunData, RunInfo, RunInputs, RunOutputs, Tag
from nbtrack.store import inputs, run_models
from nbtrack.store.keys import CHUNK
from nbtrack.store.points import DECODED
from nbtrack.store.schema import LIFECYCLE, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from nbtrack.store.keys import Keys


def load_runs(connection: Connection, keys: Keys, ids: Sequence[int]) -> list[Run]:
    """Return the runs with these integer ids, in this order."""
    runs: dict[int, Run] = {}
    for start in range(0, len(ids), CHUNK):
        runs.update(_chunk(connection, keys, ",".join(map(str, ids[start : start + CHUNK]))))
    return [runs[number] for number in ids]


def _chunk(connection: Connection, keys: Keys, ids: str) -> dict[int, Run]:
    datasets = inputs.load(connection, ids)
    read, made = run_models.load(connection, ids)
    runs = {}
    for row in _rows(
        connection,
        "SELECT id, uuid, experiment_id, name, user_id, status, start_ts, end_ts, artifact_uri, "  # noqa: S608
        f"lifecycle FROM nb_run WHERE id IN ({ids})",
    ):
        info = RunInfo(
            run_id=row[1],
            experiment_id=str(row[2]),
            run_name=row[3],
            user_id=row[4],
            status=STATUS[row[5]],
            start_time=row[6],
            end_time=row[7],
            artifact_uri=row[8],
            lifecycle_stage=LIFECYCLE[row[9]],
        )
        runs[row[0]] = Run(
            info,
            RunData([], [], []),
            RunInputs(datasets.get(row[0], []), read.get(row[0], [])),
            RunOutputs(made.get(row[0], [])),
        )
    _add_metrics(connection, keys, runs, ids)
    for number, key, value in _values(connection, keys, "nb_param", ids):
        runs[number].data.param_list.append(Param(key, value))
    for number, key, value in _values(connection, keys, "nb_tag", ids):
        runs[number].data.tag_list.append(Tag(key, value))
    return runs


def _add_metrics(connection: Connection, keys: Keys, runs: dict[int, Run], ids: str) -> None:
    rows = _rows(
        connection,
        "SELECT run_id, key_id, value, special, ts, step FROM nb_series "  # noqa: S608 - integers
        f"WHERE run_id IN ({ids})",
    )
    names = keys.names(connection, {row[1] for row in rows})
    for run_id, key_id, value, special, ts, step in rows:
        runs[run_id].data.metric_list.append(
            Metric(names[key_id], DECODED[special] if special else value, ts, step)
        )


def _values(
    connection: Connection, keys: Keys, table: str, ids: str
) -> Iterator[tuple[int, str, str]]:
    rows = _rows(
        connection,
        f"SELECT run_id, key_id, value FROM {table} WHERE run_id IN ({ids})",  # noqa: S608
    )
    names = keys.names(connection, {row[1] for row in rows})
    return ((run_id, names[key_id], value) for run_id, key_id, value in rows)


def _rows(connection: Connection, statement: str) -> list[Any]:
    result = connection.exec_driver_sql(statement)
    rows = result.cursor.fetchall()  # the driver's: SQLAlchemy's rows double the time of a page
    result.close()
    return list(rows)

"""The same made-up runs in nbtrack's and in MLflow's database, by plain SQL: it takes seconds.

No benchmark: `front_end.py` fills its stores with it.
"""

from __future__ import annotations

import math
import random
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.store.open import open_store
from nbtrack.store.schema import HEAD, STATUS_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = 1_790_000_000_000
MINUTE = 60_000
FINISHED = STATUS_CODE["FINISHED"]
MODELS = ("tree", "forest", "boosting", "linear")
BLOCK = 20_000
RUN = (
    "nb_run(id, uuid, experiment_id, name, user_id, status, lifecycle, start_ts, end_ts, "
    "artifact_uri)"
)
SERIES = (
    "nb_series(id, run_id, key_id, n, step, ts, value, special, vmin, vmax, first_step, "
    "first_value)"
)


class MadeRun(NamedTuple):
    """A run; the number-th one, the same for whoever asks."""

    number: int
    run_id: str
    name: str
    start: int
    metrics: dict[str, float]
    params: dict[str, str]


def made(runs: int, metrics: int, params: int) -> Iterator[MadeRun]:
    """Make so many runs, with so many metrics and params each."""
    chance = random.Random(7)
    for number in range(1, runs + 1):
        yield MadeRun(
            number,
            f"{number:032x}",
            f"run-{number}",
            START + number * MINUTE,
            {f"metric_{i:02d}": chance.random() for i in range(metrics)},
            {"model": MODELS[number % 4]}
            | {f"param_{i:02d}": str(chance.randrange(100)) for i in range(1, params)},
        )


def fill_nbtrack(database: Path, runs: int, metrics: int, params: int) -> None:
    """Fill the experiment ``0`` of a new store."""
    keys = _new_store(database, [*(one for run in made(1, metrics, params) for one in _names(run))])
    with closing(sqlite3.connect(database)) as connection, connection, _without_indexes(connection):
        every = made(runs, metrics, params)
        while block := [run for run, _ in zip(every, range(BLOCK), strict=False)]:
            _insert(
                connection,
                RUN,
                (
                    _row(one.number, one.run_id, one.name, one.start, one.start + MINUTE)
                    for one in block
                ),
            )
            _insert(
                connection,
                SERIES,
                (
                    (
                        None,
                        one.number,
                        keys[key],
                        1,
                        0,
                        one.start,
                        value,
                        0,
                        *(value,) * 2,
                        0,
                        value,
                    )
                    for one in block
                    for key, value in one.metrics.items()
                ),
            )
            _insert(
                connection,
                "nb_param(run_id, key_id, value, value_head)",
                (
                    (one.number, keys[key], value, value[:HEAD])
                    for one in block
                    for key, value in one.params.items()
                ),
            )
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ANALYZE")


def fill_curves(database: Path, runs: int, points: int) -> list[str]:
    """Fill a new store with runs of one metric, ``loss``, of so many points; return their ids."""
    keys = _new_store(database, ["loss"])
    ids = [f"{number:032x}" for number in range(1, runs + 1)]
    with closing(sqlite3.connect(database)) as connection, connection:
        for number, run_id in enumerate(ids, 1):
            values = [math.exp(-i / points * 3) + number / 50 for i in range(points)]
            _insert(
                connection,
                RUN,
                [_row(number, run_id, f"run-{number}", START, START + points)],
            )
            _insert(
                connection,
                SERIES,
                [
                    (
                        *(number, number, keys["loss"], points, points - 1, START + points - 1),
                        *(values[-1], 0, min(values), max(values), 0, values[0]),
                    )
                ],
            )
            _insert(
                connection,
                "nb_metric(series_id, step, ts, value, special)",
                ((number, i, START + i, value, 0) for i, value in enumerate(values)),
            )
    return ids


def fill_mlflow(database: Path, runs: int, metrics: int, params: int) -> None:
    """Fill the experiment ``0`` of a database that ``mlflow server`` has made."""
    with closing(sqlite3.connect(database)) as connection, connection:
        every = list(made(runs, metrics, params))
        _insert(
            connection,
            "runs(run_uuid, name, source_type, source_name, entry_point_name, user_id, status, "
            "start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)",
            (
                (
                    *(one.run_id, one.name, "UNKNOWN", "", "", "ada", "FINISHED", one.start),
                    *(one.start + MINUTE, "", "active", f"mlflow-artifacts:/0/{one.run_id}", 0),
                )
                for one in every
            ),
        )
        for table in ("metrics", "latest_metrics"):
            _insert(
                connection,
                f"{table}(key, value, timestamp, step, is_nan, run_uuid)",
                (
                    (key, value, one.start, 0, 0, one.run_id)
                    for one in every
                    for key, value in one.metrics.items()
                ),
            )
        _insert(
            connection,
            "params(key, value, run_uuid)",
            ((key, value, one.run_id) for one in every for key, value in one.params.items()),
        )
        _insert(
            connection,
            "tags(key, value, run_uuid)",
            (("mlflow.runName", one.name, one.run_id) for one in every),
        )


def _new_store(database: Path, names: list[str]) -> dict[str, int]:
    open_store(f"sqlite:///{database}", artifact_root=str(database.parent / "files")).close()
    with closing(sqlite3.connect(database)) as connection, connection:
        _insert(connection, "nb_key(name)", ((name,) for name in names))
        return dict(connection.execute("SELECT name, id FROM nb_key"))


@contextmanager
def _without_indexes(connection: sqlite3.Connection) -> Iterator[None]:
    """Make the indexes by value at the end: in their order that is ten times quicker."""
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'nb%_value'")
    indexes = found.fetchall()
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in indexes:
        connection.execute(sql)


def _row(number: int, run_id: str, name: str, start: int, end: int) -> tuple[object, ...]:
    files = f"mlflow-artifacts:/0/{run_id}/artifacts"
    return (number, run_id, 0, name, "ada", FINISHED, 0, start, end, files)


def _names(run: MadeRun) -> Iterator[str]:
    yield from run.metrics
    yield from run.params


def _insert(connection: sqlite3.Connection, into: str, rows: object) -> None:
    places = ", ".join("?" * (into.count(",") + 1))
    connection.executemany(f"INSERT INTO {into} VALUES ({places})", rows)  # type: ignore[arg-type]

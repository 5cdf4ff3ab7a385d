"""Plain SQL written for MLflow's database works on nbtrack's, whatever kind it is."""

import math
import sqlite3
from contextlib import closing

import pytest

from nbtrack.entities import LifecycleStage, Metric, Param, RunStatus, Tag
from nbtrack.store.open import open_store


def sqlite(folder, _):
    path = folder / "nbtrack.db"

    def query(sql):
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(sql).fetchall()

    return f"sqlite:///{path}", query


def postgresql(_, request):
    server = request.getfixturevalue("postgresql")
    name = server.new()
    return server.uri(name), lambda sql: server.execute(sql, database=name)


def mariadb(_, request):
    server = request.getfixturevalue("mariadb")
    name = server.new()
    ours = server.uri(name)
    # `key` is a reserved word there, in MLflow's tables too.
    return ours, lambda sql: server.execute(sql.replace("key", "`key`"), database=name)


@pytest.fixture(scope="module", params=[sqlite, postgresql, mariadb])
def query(request, tmp_path_factory):
    uri, ask = request.param(tmp_path_factory.mktemp("store"), request)
    with open_store(uri, artifact_root="s3://bucket/artifacts") as store:
        made = store.create_experiment("iris")
        for number in (1, 2):
            run = f"{number:032x}"
            store.create_run(made, run_id=run, name=f"r{number}", user_id="ada", start_time=number)
            store.log_batch(
                run,
                metrics=[
                    Metric("acc", 0.5, 1, 0),
                    Metric("acc", 0.9, 2, 1),
                    Metric("bad", math.nan, 1),
                    Metric("big", math.inf, 1),
                ],
                params=[Param("lr", "0.1")],
                tags=[Tag("k", "v")],
            )
        store.update_run(run, status=RunStatus.FINISHED, end_time=9)
        store.update_run(run, lifecycle_stage=LifecycleStage.DELETED)
    return ask


def test_experiments_have_mlflows_columns(query):
    rows = query(
        "SELECT experiment_id, name, artifact_location, lifecycle_stage FROM experiments "
        "WHERE creation_time <= last_update_time ORDER BY experiment_id"
    )
    assert rows == [
        (0, "Default", "mlflow-artifacts:/0", "active"),
        (1, "iris", "mlflow-artifacts:/1", "active"),
    ]


def test_runs_have_mlflows_columns_and_words(query):
    rows = query(
        "SELECT name, user_id, status, start_time, end_time, lifecycle_stage, "
        "deleted_time IS NULL, source_type, source_name, entry_point_name, source_version, "
        "experiment_id FROM runs ORDER BY name"
    )
    nothing = (None, None, None, None)
    assert rows == [
        ("r1", "ada", "RUNNING", 1, None, "active", 1, *nothing, 1),
        ("r2", "ada", "FINISHED", 2, 9, "deleted", 0, *nothing, 1),
    ]


def test_metrics_hold_every_point(query):
    rows = query(
        "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid LIKE '%1' "
        "ORDER BY key, step"
    )
    assert rows == [
        ("acc", 0.5, 1, 0, 0),
        ("acc", 0.9, 2, 1, 0),
        ("bad", 0.0, 1, 0, 1),
        ("big", 1.7976931348623157e308, 1, 0, 0),
    ]


def test_latest_metrics_join_with_params_and_tags(query):
    rows = query(
        "SELECT r.name, m.value, m.step, p.value, t.value FROM runs r "
        "JOIN latest_metrics m ON m.run_uuid = r.run_uuid AND m.key = 'acc' "
        "JOIN params p ON p.run_uuid = r.run_uuid AND p.key = 'lr' "
        "JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'k' ORDER BY r.name"
    )
    assert rows == [("r1", 0.9, 1, "0.1", "v"), ("r2", 0.9, 1, "0.1", "v")]


@pytest.mark.parametrize("query", [sqlite], indirect=True)
def test_a_view_filters_one_run_by_index(query):
    plan = " ".join(
        row[3]
        for row in query(
            f"EXPLAIN QUERY PLAN SELECT value FROM metrics WHERE run_uuid = '{1:032x}' "
            "AND key = 'acc'"
        )
    )
    assert "SCAN" not in plan

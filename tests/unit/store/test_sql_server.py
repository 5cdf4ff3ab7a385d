"""SQL Server: every statement can be written for it. None of them was run on one."""

import pytest
from sqlalchemy import insert
from sqlalchemy.dialects import mssql
from sqlalchemy.schema import CreateIndex, CreateTable

from nbtrack.entities import ModelDataset, ModelOrder, ViewType
from nbtrack.store import (
    applying,
    dialects,
    experiments,
    logged_models,
    repeating,
    run_state,
    schema,
)
from nbtrack.store.experiment_search import experiments_query
from nbtrack.store.model_search import models_query
from nbtrack.store.run_search import runs_query

DIALECT = mssql.dialect()


def spelled(statement):
    return " ".join(str(statement.compile(dialect=DIALECT)).split())


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_tables_and_indexes_can_be_written(table):
    made = spelled(CreateTable(table))
    assert "VARCHAR" not in made.replace("NVARCHAR", "")  # which holds a code page only
    for index in table.indexes:
        assert index.name in spelled(CreateIndex(index))


def test_numbers_of_rows_are_given_by_the_server():
    assert "id BIGINT NOT NULL IDENTITY" in spelled(CreateTable(schema.run))


@pytest.mark.parametrize("name", schema.VIEWS)
def test_views_hold_no_comparisons_as_values(name):
    view = schema.spelled(schema.VIEWS[name], "mssql")
    assert "special = 1 AS" not in view


def test_rows_are_added_and_replaced_by_merge():
    columns = ("run_id", "key_id", "value")
    added = dialects.insert_new("mssql", "nb_param", columns, columns[:2])
    assert added == (
        "MERGE INTO nb_param WITH (HOLDLOCK) AS old USING (VALUES (?, ?, ?)) AS new "
        "(run_id, key_id, value) ON old.run_id = new.run_id AND old.key_id = new.key_id "
        "WHEN NOT MATCHED THEN INSERT (run_id, key_id, value) VALUES (new.run_id, new.key_id, "
        "new.value);"
    )
    replaced = dialects.upsert("mssql", "nb_param", columns, columns[:2])
    assert "WHEN MATCHED THEN UPDATE SET value = new.value WHEN NOT MATCHED" in replaced
    assert dialects.update("mssql", "nb_series", ("n", "step"), "id") == (
        "UPDATE nb_series SET n = ?, step = ? WHERE id = ?"
    )


def test_locks_are_hints():
    assert "nb_run WITH (UPDLOCK, ROWLOCK)" in spelled(run_state._LOCKS)
    assert "nb_journal WITH (UPDLOCK, ROWLOCK)" in spelled(applying._CLAIM)
    assert "nb_experiment WITH (HOLDLOCK, ROWLOCK)" in spelled(experiments._KEPT_BY_ID)


@pytest.mark.parametrize(
    ("filter_string", "order_by"),
    [
        ("", []),
        ("metrics.a > 1 AND params.b = 'x' OR NOT tags.c LIKE '%y%'", ["metrics.a DESC"]),
        ("max(metrics.a) >= 1 AND status = 'RUNNING'", ["params.b", "end_time DESC"]),
        ("datasets.name ILIKE 'IRIS%' AND tags.c IS NULL", ["tags.c", "run_id"]),
    ],
)
def test_searches_of_runs_can_be_written(filter_string, order_by):
    query = runs_query(["0"], filter_string, order_by, ViewType.ALL)
    statement, terms = query.plan({"a": 1, "b": 2, "c": 3, "mlflow.runName": 4})
    ordered = statement.order_by(*(term.ordering() for term in terms)).limit(10)
    text = spelled(ordered)
    assert "LIMIT" not in text
    assert "NULLS" not in text


def test_searches_of_logged_models_can_be_written():
    on = ModelDataset("iris", "d1")
    filter_string = "metrics.a > 1 AND params.b = 'x' OR tags.c IS NULL AND status = 'READY'"
    order = [ModelOrder("metrics.a", dataset_name="iris"), ModelOrder("name", ascending=False)]
    query = models_query(["0"], filter_string, [on], order)
    statement, terms = query.plan({"a": 1, "b": 2, "c": 3})
    text = spelled(statement.order_by(*(term.ordering() for term in terms)).limit(10))
    assert "LIMIT" not in text
    assert "nb_logged_model WITH (UPDLOCK, ROWLOCK)" in spelled(logged_models._LOCKED_BY_UUID)


def test_searches_of_experiments_can_be_written():
    query = experiments_query("name LIKE 'a%' AND tags.c = 'd'", ["name"], ViewType.ACTIVE_ONLY)
    statement, terms = query.plan({"c": 3})
    assert "TOP" in spelled(statement.order_by(*(t.ordering() for t in terms)).limit(10))


def test_a_row_with_a_given_number_can_be_written():
    assert "nb_experiment" in spelled(insert(schema.experiment).values(id=0, name="Default"))


def test_its_deadlocks_are_run_again():
    from sqlalchemy.exc import DBAPIError, OperationalError

    class FromPyodbc(Exception):
        pass

    error = OperationalError("UPDATE", {}, FromPyodbc("40001", "deadlock victim"))
    assert isinstance(error, DBAPIError)
    assert repeating.may_help(error, 1, was_reached=True)
    assert repeating.ends_transaction(error)

"""The contract for filters on runs: what each clause means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import Dataset, DatasetInput, LifecycleStage, Metric, RunStatus, Tag
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import DEFAULT, begin, filled, found

if TYPE_CHECKING:
    from nbtrack.store.base import Store

LONG = "x" * 300


def _use(name: str, context: str) -> DatasetInput:
    return DatasetInput(Dataset(name, f"digest-{name}"), [Tag("mlflow.data.context", context)])


CASES = [
    ("", "abcd"),
    ("   ", "abcd"),
    # metrics: the latest value; only runs that have the key
    ("metrics.acc > 0.5", "ac"),
    ("metric.acc >= 0.5", "abc"),
    ("metrics.acc < .6e0", "b"),
    ("metrics.acc <= 0.9", "ab"),
    ("metrics.acc = 0.9", "a"),
    ("metrics.acc != 0.9", "bc"),
    ("metrics.acc>1e3", "c"),
    ("metrics.acc IN (0.9, 0.5)", "ab"),
    ("metrics.acc NOT IN (0.9, 1)", "bc"),
    ("metrics.acc IN (0, 3000000000, 0.9, 99999999999999999999)", "a"),
    ("metrics.acc > 99999999999999999999", "c"),
    ("count(metrics.acc) IN (1, 2.5)", "abc"),
    ("metrics.`sp ace` = 2", "c"),
    ('metrics."sp ace" = 2', "c"),
    ("metrics.acc IS NULL", "d"),
    ("metrics.acc IS NOT NULL", "abc"),
    ("metrics.nowhere > 0", ""),
    ("metrics.acc > 0 AND metrics.nowhere > 0", ""),
    ("metrics.acc > 0 AND params.nowhere = 'x' AND tags.nowhere IS NULL", ""),
    # NaN: only != and NOT IN hold
    ("metrics.loss != 5", "ab"),
    ("metrics.loss NOT IN (5, 6)", "ab"),
    ("metrics.loss = 0", ""),
    ("metrics.loss < 100", "a"),
    ("metrics.loss >= -100", "a"),
    # params and tags
    ("params.lr = '0.1'", "a"),
    ("param.lr != '0.1'", "b"),
    ("parameters.lr LIKE '0.%1'", "ab"),
    ("parameter.lr LIKE '0._'", "a"),
    ('params.lr IN ("0.1")', "a"),
    ("params.lr NOT IN ('0.1', '7')", "b"),
    ("params.lr IS NULL", "cd"),
    ("params.lr IS NOT NULL", "ab"),
    ("params.nowhere IS NULL", "abcd"),
    ("params.`x-y` = '1'", "b"),
    (f"params.long = '{LONG}a'", "a"),
    (f"params.long != '{LONG}a'", "b"),
    (f"params.long = '{LONG}'", ""),
    (f"params.long IN ('{LONG}a', '{LONG}b')", "ab"),
    (f"params.long LIKE '{LONG}%'", "ab"),
    ("params.lr = '0.1' AND params.lr = '0.01'", ""),
    ("tags.team = 'Red'", "a"),
    ("tags.team = 'red'", ""),
    ("tag.team LIKE 'r%'", ""),
    ("tags.team LIKE 'R%'", "a"),
    ("tags.team ILIKE 'r%'", "a"),
    ("tags.team ILIKE 'é'", "c"),
    ("tags.team ILIKE '%E%'", "ab"),
    ("tags.`a/b` = 'a%b'", "a"),
    ("tags.'a/b' LIKE 'a%b'", "a"),
    ("tags.\"a/b\" LIKE 'a[%]b'", ""),
    ("tags.mlflow.source.name = 'nb.ipynb'", "a"),
    ("tags.empty = ''", "b"),
    ("tags.empty IS NULL", "acd"),
    ("tags.team LIKE ''", ""),
    ("tags.team LIKE '%'", "abc"),
    # attributes
    ("run_name = 'a'", "a"),
    ("`Run name` != 'a'", "bcd"),
    ("attributes.run_name IN ('a', 'b')", "ab"),
    ("status = 'FINISHED'", "d"),
    ("status = 'finished'", ""),
    ("attr.status != 'FINISHED'", "abc"),
    ("run.status ILIKE 'run%'", "abc"),
    ("status NOT IN ('RUNNING')", "d"),
    ("user_id = 'ada'", "abcd"),
    ("artifact_uri LIKE 'mlflow-artifacts:/0/%'", "abcd"),
    ("start_time > 15.5", "bcd"),
    ("created <= 10", "a"),
    ("start_time IN (1, 20, 29.5)", "b"),
    ("start_time < 99999999999999999999", "abcd"),
    ("end_time != 7", "d"),
    ("end_time > 0", "d"),
    ("end_time IS NULL", "abc"),
    ("NOT end_time > 0", "abc"),
    # datasets: any of a run's may satisfy a clause
    ("dataset.name = 'iris'", "d"),
    ("datasets.name != 'iris'", "d"),
    ("dataset.name = 'iris' AND dataset.context = 'test'", "d"),
    ("dataset.digest LIKE 'digest-%' AND dataset.context IN ('train')", "d"),
    ("dataset.name = 'none'", ""),
    ("dataset.name IS NULL", "abc"),
    # AND in every form that MLflow takes
    ("metrics.acc > 0.1 and params.lr = '0.1'", "a"),
    ("metrics.acc > 0.1 params.lr = '0.1'", "a"),
    ("AND metrics.acc > 0.1 AND", "abc"),
    # the superset
    ("params.lr = '0.1' OR status = 'FINISHED'", "ad"),
    ("metrics.acc > 0.8 AND (params.lr = '0.1' OR tags.team = 'É')", "ac"),
    ("params.lr = '0.1' OR params.lr = '0.01' AND metrics.acc > 0.8", "a"),
    ("NOT params.lr = '0.1'", "bcd"),
    ("NOT (params.lr = '0.1' OR metrics.acc > 0)", "d"),
    ("NOT NOT params.lr = '0.1'", "a"),
    ("max(metrics.acc) > 0.8", "ac"),
    ("count(metrics.acc) = 1", "abc"),
    ("min(metrics.loss) != 7", "ab"),
    ("min(metrics.loss) IS NULL", "cd"),
]

BAD = [
    ("metrics.acc > 'high'", 15, "Expected numeric value type for metric. Found 'high'"),
    ("params.lr = 0.1", 13, "Expected a quoted string value for param"),
    ("run_name = a", 12, "Expected a quoted string value for attribute"),
    ("params.lr > '0.1'", 11, "Invalid comparator '>' not one of"),
    ("params.lr == '0.1'", 11, "Invalid comparator '==' not one of"),
    ("params.lr NOT LIKE '0'", 11, "Invalid comparator 'NOT LIKE'"),
    ("metrics.acc LIKE '1'", 13, "Invalid comparator 'LIKE' not one of"),
    ("metrc.acc > 1", 1, "Invalid entity type 'metrc'.*Did you mean 'metric'"),
    ("Tags.x = '1'", 1, "Invalid entity type 'Tags'"),
    ("statu = 'RUNNING'", 1, "Invalid attribute key 'statu' specified.*mean 'status'"),
    ("attributes.Status = 'x'", 1, "Invalid attribute key 'Status' specified. Valid keys are"),
    ("experiment_id = '0'", 1, "Invalid attribute key 'experiment_id'"),
    ("dataset.nam = 'x'", 1, "Invalid attribute key 'nam'.*mean 'name'"),
    ("status IS NULL", 8, "IS NULL / IS NOT NULL is only supported for tags and params"),
    ("run_id IN ()", 12, "expected a non-empty list of string values"),
    ("tags.a-b = 'x'", 7, r"Invalid clause\(s\) in filter string.*backticks"),
    ("'red' = tags.x", 1, r"Invalid clause\(s\) in filter string"),
    ("metrics.acc BETWEEN 1 AND 2", 13, r"Invalid clause\(s\) in filter string"),
    ("metrics.acc > 1; metrics.acc < 2", 16, "multiple expression"),
    ("metrics.acc > 1, metrics.acc < 2", 16, r"Invalid clause\(s\) in filter string"),
    ("(metrics.acc > 1", 17, r"expected '\)'"),
    ("metrics.acc >", 14, "Found the end"),
    ("metrics.acc > +1", 15, "no plus sign"),
    ("tags.x = 'abc", 10, "quote is not closed"),
    ("max(params.lr) > 1", 5, "takes a metric"),
    ("mx(metrics.acc) > 1", 1, "Did you mean 'max'"),
]


class FilterContract:
    """A filter finds the runs it says, or says where it is wrong."""

    @pytest.fixture
    def searchable(self, store: Store) -> Store:
        """Make four runs that differ in everything that can be searched."""
        filled(
            store,
            name="a",
            start=10,
            metrics={"acc": 0.9, "loss": 1.0},
            params={"lr": "0.1", "long": LONG + "a"},
            tags={"team": "Red", "a/b": "a%b", "mlflow.source.name": "nb.ipynb"},
        )
        filled(
            store,
            name="b",
            start=20,
            metrics={"acc": 0.5, "loss": math.nan},
            params={"lr": "0.01", "long": LONG + "b", "x-y": "1"},
            tags={"team": "blue", "empty": ""},
        )
        filled(
            store, name="c", start=30, metrics={"acc": math.inf, "sp ace": 2.0}, tags={"team": "É"}
        )
        last = begin(store, name="d", start=40)
        store.update_run(last, status=RunStatus.FINISHED, end_time=50)
        store.log_inputs(last, [_use("iris", "train"), _use("wine", "test")])
        return store

    def test_every_filter_finds_its_runs(self, searchable: Store) -> None:
        # Making the runs takes longer than any search: all of them look at the same ones.
        assert {text: "".join(found(searchable, text)) for text, _ in CASES} == dict(CASES)

    @pytest.mark.parametrize(("filter_string", "column", "message"), BAD)
    def test_a_bad_filter_is_explained_at_its_column(
        self, store: Store, filter_string: str, column: int, message: str
    ) -> None:
        with pytest.raises(InvalidValue, match=rf"(?s){message}.*\(column {column}\)\n"):
            found(store, filter_string)

    def test_a_run_id_finds_one_run(self, searchable: Store) -> None:
        run = searchable.search_runs([DEFAULT])[0].info.run_id
        assert len(found(searchable, f"attributes.run_id = '{run}'")) == 1
        assert len(found(searchable, f"run_id NOT IN ('{run}')")) == 3

    def test_a_run_whose_name_tag_was_deleted_has_no_name_to_find(self, store: Store) -> None:
        run = begin(store, name="a")
        store.delete_tag(run, "mlflow.runName")
        assert found(store, "run_name = 'a'") == []
        assert found(store, "run_name IS NULL") == ["a"]

    def test_filters_see_the_latest_value_only(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, metrics=[Metric("m", 9.0, 1, 1), Metric("m", 1.0, 1, 2)])
        assert found(store, "metrics.m > 5") == []

    def test_deleted_runs_are_not_found(self, searchable: Store) -> None:
        run = searchable.search_runs([DEFAULT], filter_string="run_name = 'a'")[0].info.run_id
        searchable.update_run(run, lifecycle_stage=LifecycleStage.DELETED)
        assert found(searchable, "metrics.acc > 0") == ["b", "c"]

    def test_a_hundred_clauses_are_fine_and_one_more_is_not(self, searchable: Store) -> None:
        clause = "metrics.acc > 0.8"
        assert found(searchable, " AND ".join([clause] * 100)) == ["a", "c"]
        assert found(searchable, " OR ".join([clause] * 100)) == ["a", "c"]
        with pytest.raises(InvalidValue, match="more than 100 clauses"):
            found(searchable, " AND ".join([clause] * 101))

    @pytest.mark.parametrize(
        "filter_string", ["(" * 2000, "NOT " * 1500, "tags.x = '" + "x" * 8192 + "'", "`" * 99]
    )
    def test_a_filter_without_bounds_is_refused(self, store: Store, filter_string: str) -> None:
        with pytest.raises(InvalidValue):
            found(store, filter_string)

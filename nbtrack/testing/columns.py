"""The contract for runs as columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from nbtrack import tags
from nbtrack.entities import LifecycleStage, Metric, RunStatus, ViewType
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import DEFAULT, begin, filled, run_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.store.base import Store
    from nbtrack.store.base_columns import RunColumns
    from nbtrack.store.columns import Column

NAN, INFINITY = float("nan"), float("inf")
LONG = "long " * 2000


def by_name(found: RunColumns) -> dict[str, Column]:
    """Return the columns by their names."""
    return {column.name: column for column in found.columns}


def values(column: Column, rows: int) -> list[Any]:
    """Return what stands in each row, None where nothing does."""
    given: Iterable[Any] = column.data
    if column.kind == "text":
        given = [column.texts[int(place)] for place in column.data]
    found: list[Any] = [None] * rows
    for row, value in zip(column.rows or range(rows), given, strict=True):
        found[row] = value
    return found


def ids(found: RunColumns) -> list[str]:
    """Return the ids of the runs in their order."""
    column = by_name(found)["run_id"].data
    return [bytes(column[at : at + 16]).hex() for at in range(0, len(column), 16)]


class ColumnContract:
    """A table has what a search finds, whatever is asked of it."""

    @pytest.fixture
    def measured(self, store: Store) -> Store:
        """Return a store with runs of every kind of value, several alike."""
        for index, value in enumerate(
            [1.0, -INFINITY, NAN, None, 0.0, INFINITY, 1.0, -2.5, None, NAN]
        ):
            metrics = {} if value is None else {"m": value}
            params = {"p": f"{index % 3}"} if index % 4 else {}
            filled(store, name=f"run {index}", metrics=metrics, params=params, start=index // 2)
        return store

    @pytest.mark.parametrize("most", [None, 1, 3, 6, 7, 100])
    @pytest.mark.parametrize(
        "order_by",
        [
            (),
            ("metrics.m",),
            ("metrics.m DESC",),
            ("metrics.m DESC", "params.p"),
            ("params.p DESC",),
            ("min(metrics.m)",),
            ("metrics.none", "metrics.m"),
            ("run_name DESC",),
        ],
    )
    def test_a_table_has_the_order_of_a_search(
        self, measured: Store, order_by: tuple[str, ...], most: int | None
    ) -> None:
        wanted = measured.search_runs([DEFAULT], order_by=order_by)
        found = measured.run_columns([DEFAULT], order_by=order_by, max_results=most)
        assert ids(found) == [run.info.run_id for run in wanted][:most]
        assert found.total == 10

    @pytest.mark.parametrize(
        "filter_string", ["metrics.m >= 0", "params.p = '1'", "run_name = 'none'"]
    )
    def test_a_table_has_what_a_filter_finds(self, measured: Store, filter_string: str) -> None:
        wanted = measured.search_runs([DEFAULT], filter_string=filter_string)
        for most in (None, 2):
            found = measured.run_columns(
                [DEFAULT], filter_string=filter_string, order_by=["metrics.m"], max_results=most
            )
            assert found.total == len(wanted)
            assert set(ids(found)) <= {run.info.run_id for run in wanted}

    def test_a_column_has_a_value_for_the_runs_that_have_one(self, measured: Store) -> None:
        found = measured.run_columns([DEFAULT], columns=["metrics.m", "params.p", "tags.none"])
        named = by_name(found)
        metrics = values(named["metrics.m"], 10)
        params = values(named["params.p"], 10)
        for row, run in enumerate(measured.search_runs([DEFAULT])):
            wanted = run.data.metrics.get("m")
            assert str(metrics[row]) == str(wanted)  # NaN is not equal to itself
            assert params[row] == run.data.params.get("p")
        assert len(named["tags.none"]) == 0
        assert len(named["metrics.m"]) == 8

    def test_a_single_run_of_many_has_its_values(self, store: Store) -> None:
        for index in range(40):
            filled(store, metrics={"m": index}, params={"p": str(index)})
        one = filled(store, metrics={"m": NAN, "n": INFINITY, "o": 0.0}, params={"p": LONG})
        names = ["metrics.m", "metrics.n", "metrics.o", "params.p"]
        found = store.run_columns([DEFAULT], run_ids=[one, run_id()], columns=names)
        assert ids(found) == [one]
        row = [values(by_name(found)[name], 1)[0] for name in names]
        assert math.isnan(row[0])
        assert row[1:] == [INFINITY, 0.0, LONG]

    def test_functions_of_a_metric_are_columns(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, metrics=[Metric("m", one, 1, int(one)) for one in (3.0, 1.0, 2.0)])
        store.log_batch(begin(store), metrics=[Metric("m", NAN, 1)])
        names = [f"{name}(metrics.m)" for name in ("min", "max", "first", "count")]
        found = by_name(store.run_columns([DEFAULT], columns=names, order_by=["metrics.m"]))
        assert [values(found[name], 2)[0] for name in names] == [1.0, 3.0, 1.0, 3.0]
        last = [values(found[name], 2)[1] for name in names]
        assert all(math.isnan(one) for one in last[:3])
        assert last[3] == 1.0

    @pytest.mark.parametrize(
        "text", ["", "\0", "😀 شكرا", "<img onerror=alert(1)>", LONG, "x" * 200]
    )
    def test_texts_come_back_as_they_were(self, store: Store, text: str) -> None:
        filled(store, params={"p": text}, tags={"a key: with/signs": text})
        names = ["params.p", "tags.`a key: with/signs`"]
        found = by_name(store.run_columns([DEFAULT], columns=names))
        assert [values(found[name], 1) for name in names] == [[text], [text]]

    def test_a_run_says_what_it_is_and_belongs_to(self, store: Store) -> None:
        parent = begin(store, name="parent", start=5)
        store.update_run(parent, status=RunStatus.FAILED, end_time=7)
        first = filled(store, name="first", tags={tags.PARENT_RUN_ID: parent}, start=4)
        again = {tags.ATTEMPT_OF: first, tags.ATTEMPT_NUMBER: "2", tags.PARENT_RUN_ID: run_id()}
        filled(store, name="again", tags=again, start=3)
        filled(store, name="odd", tags={tags.ATTEMPT_NUMBER: "many"}, start=2)
        found = by_name(store.run_columns([DEFAULT]))
        keys = list(found["key"].data)
        assert values(found["name"], 4) == ["parent", "first", "again", "odd"]
        assert list(found["status"].data) == [4, 1, 1, 1]
        assert list(found["lifecycle"].data) == [0, 0, 0, 0]
        assert list(found["start"].data) == [5, 4, 3, 2]
        assert found["end"].data[0] == 7
        assert math.isnan(found["end"].data[1])
        assert values(found["user"], 4) == ["ada"] * 4
        assert values(found["experiment"], 4) == [DEFAULT] * 4
        assert list(found["parent"].data) == [0, keys[0], 0, 0]
        assert list(found["attempt_of"].data) == [keys[0], keys[1], keys[1], keys[3]]
        assert list(found["attempt"].data) == [0, 0, 2, 0]

    def test_only_newer_runs_can_be_asked_for(self, store: Store) -> None:
        begin(store, start=9)
        key = int(by_name(store.run_columns([DEFAULT]))["key"].data[0])
        later = begin(store, start=1)
        found = store.run_columns([DEFAULT], newer_than=key, max_results=5, order_by=["metrics.m"])
        assert (ids(found), found.total) == ([later], 1)

    def test_deleted_runs_are_shown_when_asked_for(self, store: Store) -> None:
        gone, there = begin(store), begin(store)
        store.update_run(gone, lifecycle_stage=LifecycleStage.DELETED)
        assert ids(store.run_columns([DEFAULT])) == [there]
        found = store.run_columns([DEFAULT], view=ViewType.DELETED_ONLY)
        assert ids(found) == [gone]
        assert list(by_name(found)["lifecycle"].data) == [1]
        assert store.run_columns([DEFAULT], view=ViewType.ALL).total == 2

    def test_nothing_found_is_a_table_without_rows(self, store: Store) -> None:
        found = store.run_columns([DEFAULT], columns=["metrics.m", "params.p"], max_results=5)
        assert found.total == 0
        assert {len(column) for column in found.columns} == {0}
        assert store.run_columns([]).total == 0

    @pytest.mark.parametrize("name", ["start_time", "m", "", "metrics.m DESC", "avg(metrics.m)"])
    def test_a_bad_column_is_explained(self, store: Store, name: str) -> None:
        with pytest.raises(InvalidValue, match=r"(?i)invalid"):
            store.run_columns([DEFAULT], columns=[name])

    @pytest.mark.parametrize("most", [0, -1])
    def test_a_table_has_a_sensible_size(self, store: Store, most: int) -> None:
        with pytest.raises(InvalidValue, match="max_results"):
            store.run_columns([DEFAULT], max_results=most)

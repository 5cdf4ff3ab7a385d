"""The contract for the overview of a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import LifecycleStage, Metric, RunStatus, Tag
from nbtrack.errors import NotFound
from nbtrack.store.overviews import MOST_RELATED
from nbtrack.testing.making import DEFAULT, begin, filled

if TYPE_CHECKING:
    from nbtrack.store.base import Store


def _child(store: Store, parent: str, name: str = "child") -> str:
    return filled(store, name=name, tags={"mlflow.parentRunId": parent})


def _attempt(store: Store, first: str, number: str, start: int) -> str:
    found = {"nbtrack.attempt.of": first, "nbtrack.attempt.number": number}
    return filled(store, name=f"a #{number}"[:20], tags=found, start=start)


class OverviewContract:
    """The overview of a run has its metrics summed up, and the runs it is related to."""

    def test_an_overview_holds_the_run_and_the_name_of_its_experiment(self, store: Store) -> None:
        run = filled(store, metrics={"m": 1.0}, params={"p": "x"}, tags={"t": "y"})
        found = store.run_overview(run)
        assert found.run == store.get_run(run)
        assert found.experiment_name == "Default"
        assert (found.parent, found.children, found.children_total) == (None, [], 0)
        assert found.attempts == []
        with pytest.raises(NotFound):
            store.run_overview("nope")

    def test_a_metric_is_summed_up(self, store: Store) -> None:
        run = begin(store)
        values = [3.0, math.nan, 1.0, 2.0]
        store.log_batch(
            run, metrics=[Metric("m", value, 10 + n, n) for n, value in enumerate(values)]
        )
        (found,) = store.run_overview(run).metrics
        assert (found.key, found.last, found.step, found.timestamp) == ("m", 2.0, 3, 13)
        assert (found.min, found.max, found.first, found.count) == (1.0, 3.0, 3.0, 4)

    def test_nan_and_infinities_are_what_they_are(self, store: Store) -> None:
        run = begin(store)
        points = {"only nan": [math.nan], "both": [-math.inf, math.inf]}
        for key, values in points.items():
            store.log_batch(run, metrics=[Metric(key, v, 1, n) for n, v in enumerate(values)])
        both, nan = store.run_overview(run).metrics
        assert (both.first, both.min, both.max, both.last) == (
            -math.inf, -math.inf, math.inf, math.inf,
        )  # fmt: skip
        assert all(math.isnan(value) for value in (nan.first, nan.min, nan.max, nan.last))

    def test_parent_and_children_are_named(self, store: Store) -> None:
        parent = begin(store, name="parent")
        first, second = _child(store, parent, "one"), _child(store, parent, "two")
        store.update_run(second, status=RunStatus.FINISHED, end_time=9)
        _child(store, "f" * 32)
        found = store.run_overview(parent)
        assert [child.run_id for child in found.children] == [second, first]
        assert found.children_total == 2
        newest = found.children[0]
        assert (newest.run_name, newest.status, newest.end_time) == ("two", "FINISHED", 9)
        above = store.run_overview(first).parent
        assert above is not None
        assert (above.run_id, above.run_name) == (parent, "parent")

    def test_deleted_children_are_left_out(self, store: Store) -> None:
        parent = begin(store)
        store.update_run(_child(store, parent), lifecycle_stage=LifecycleStage.DELETED)
        assert store.run_overview(parent).children_total == 0

    def test_a_parent_that_is_not_there_is_none(self, store: Store) -> None:
        assert store.run_overview(_child(store, "f" * 32)).parent is None
        assert store.run_overview(_child(store, "x'\"; -- " * 100)).parent is None

    def test_of_many_children_the_newest_are_named_and_all_counted(self, store: Store) -> None:
        parent = begin(store)
        made = [_child(store, parent) for _ in range(MOST_RELATED + 3)]
        found = store.run_overview(parent)
        assert found.children_total == MOST_RELATED + 3
        assert [one.run_id for one in found.children] == made[:2:-1]

    def test_the_attempts_of_a_cell_come_by_number(self, store: Store) -> None:
        first = begin(store, name="a", start=5)
        store.log_batch(
            first, tags=[Tag("nbtrack.attempt.of", first), Tag("nbtrack.attempt.number", "1")]
        )
        third = _attempt(store, first, "3", 1)
        second = _attempt(store, first, "2", 9)
        store.update_run(_attempt(store, first, "4", 9), lifecycle_stage=LifecycleStage.DELETED)
        attempts = store.run_overview(second).attempts
        assert [one.run_id for one in attempts] == [first, second, third]
        assert [one.number for one in attempts] == [1, 2, 3]

    @pytest.mark.parametrize("number", ["", "x", "-1", "²", "9" * 5000])
    def test_an_attempt_whose_number_is_none_has_number_0(self, store: Store, number: str) -> None:
        run = store.create_run(DEFAULT).info.run_id
        one = _attempt(store, run, number, 1)
        assert [each.number for each in store.run_overview(one).attempts] == [0]

    def test_a_deleted_run_has_an_overview(self, store: Store) -> None:
        run = begin(store)
        store.update_run(run, lifecycle_stage=LifecycleStage.DELETED)
        assert store.run_overview(run).run.info.lifecycle_stage == "deleted"

"""The contract for the keys that runs have, and for the numbers of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.entities import LifecycleStage, Metric, RunStatus, ViewType
from nbtrack.testing.making import DEFAULT, begin, filled

if TYPE_CHECKING:
    from nbtrack.store.base import Store


class KeyContract:
    """Which keys runs have, and what goes on in experiments."""

    def test_keys_are_found_with_the_share_of_runs_that_have_them(self, store: Store) -> None:
        other = store.create_experiment("other")
        elsewhere = begin(store, other)
        store.log_batch(elsewhere, metrics=[Metric("elsewhere", 1.0, 1)])
        runs = [filled(store, metrics={"m": 1.0}, params={"p": "1"}) for _ in range(3)]
        runs.append(filled(store, metrics={"m": 2.0, "rare": 1.0}, tags={"t": "1"}))
        found = store.run_keys([DEFAULT])
        assert found.runs == 4
        assert found.metrics == {"m": 1.0, "rare": 0.25}
        assert found.params == {"p": 0.75}
        assert found.tags["t"] == 0.25
        assert store.run_keys([DEFAULT], run_ids=runs[:2]).metrics == {"m": 1.0}
        assert store.run_keys([DEFAULT, other]).metrics["elsewhere"] == 0.2
        assert store.run_keys([]).runs == 0

    def test_the_experiments_of_runs_are_found(self, store: Store) -> None:
        other, third = store.create_experiment("other"), store.create_experiment("third")
        runs = [begin(store, other), begin(store), begin(store, other)]
        begin(store, third)
        assert store.experiments_of(runs) == sorted([DEFAULT, other], key=int)
        assert store.experiments_of([runs[0], "none", "f" * 32]) == [other]
        assert store.experiments_of([]) == []

    def test_more_runs_than_a_database_binds_may_be_named(self, store: Store) -> None:
        run = filled(store, metrics={"m": 1.0})
        many = [run, *(f"{number:032x}" for number in range(70_000))]
        assert store.experiments_of(many) == [DEFAULT]
        assert store.run_keys([DEFAULT], run_ids=many).metrics == {"m": 1.0}
        assert store.run_columns([DEFAULT], run_ids=many).total == 1

    def test_keys_of_deleted_runs_are_found_too(self, store: Store) -> None:
        gone = filled(store, metrics={"gone": 1.0}, params={"gone": "1"})
        store.update_run(gone, lifecycle_stage=LifecycleStage.DELETED)
        begin(store)
        found = store.run_keys([DEFAULT])
        assert (found.runs, found.metrics, found.params) == (1, {"gone": 0.0}, {"gone": 0.0})

    def test_experiments_come_with_the_numbers_of_their_runs(self, store: Store) -> None:
        older, newer = store.create_experiment("older"), store.create_experiment("newer")
        late = 2 * 10**14
        begin(store, older, start=late)
        done = begin(store, older, start=5)
        store.update_run(done, status=RunStatus.FINISHED, end_time=6)
        gone = begin(store, newer)
        store.update_run(gone, lifecycle_stage=LifecycleStage.DELETED)
        first, *others = store.experiment_activity()
        assert (first.experiment_id, first.name) == (older, "older")
        assert (first.runs, first.running, first.last_start) == (2, 1, late)
        assert {one.experiment_id for one in others} == {newer, DEFAULT}
        assert {(one.runs, one.running, one.last_start) for one in others} == {(0, 0, None)}
        store.update_experiment(newer, lifecycle_stage=LifecycleStage.DELETED)
        assert newer not in {one.experiment_id for one in store.experiment_activity()}
        (deleted,) = store.experiment_activity(view=ViewType.DELETED_ONLY)
        assert deleted.lifecycle_stage is LifecycleStage.DELETED
        assert len(store.experiment_activity(view=ViewType.ALL)) == 3

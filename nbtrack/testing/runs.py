"""The contract for runs themselves: begin, change, delete, restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import LifecycleStage, RunStatus, Tag, ViewType
from nbtrack.errors import AlreadyExists, InvalidValue, NotFound
from nbtrack.testing.making import DEFAULT, begin, run_id

if TYPE_CHECKING:
    from nbtrack.store.base import Store

DELETED, ACTIVE = LifecycleStage.DELETED, LifecycleStage.ACTIVE


class RunContract:
    """A run begins once, ends as it is told, and goes to the trash and back."""

    def test_a_new_run_is_running_and_has_a_place_for_files(self, store: Store) -> None:
        run = store.create_run(DEFAULT, name="calm", user_id="ada", start_time=17).info
        assert (run.run_name, run.user_id, run.start_time) == ("calm", "ada", 17)
        assert (run.status, run.end_time, run.lifecycle_stage) == ("RUNNING", None, "active")
        assert run.artifact_uri == f"mlflow-artifacts:/0/{run.run_id}/artifacts"
        assert store.get_run(run.run_id).info == run

    def test_the_name_is_also_a_tag(self, store: Store) -> None:
        run = store.create_run(DEFAULT, name="calm", tags=[Tag("k", "v")])
        assert run.data.tags == {"k": "v", "mlflow.runName": "calm"}

    def test_the_tag_alone_names_the_run(self, store: Store) -> None:
        run = store.create_run(DEFAULT, tags=[Tag("mlflow.runName", "calm")])
        assert run.info.run_name == "calm"

    def test_name_and_tag_must_agree(self, store: Store) -> None:
        with pytest.raises(InvalidValue):
            store.create_run(DEFAULT, name="a", tags=[Tag("mlflow.runName", "b")])

    def test_a_run_without_a_name_gets_two_words(self, store: Store) -> None:
        run = store.create_run(DEFAULT)
        one, two = run.info.run_name.split("-")
        assert one.isalpha()
        assert two.isalpha()
        assert run.data.tags == {"mlflow.runName": run.info.run_name}

    def test_a_run_without_a_start_starts_now(self, store: Store) -> None:
        assert store.create_run(DEFAULT).info.start_time > 1_600_000_000_000

    def test_creating_the_same_run_again_gives_the_first(self, store: Store) -> None:
        chosen = run_id()
        first = store.create_run(DEFAULT, run_id=chosen, name="a", user_id="ada")
        again = store.create_run(DEFAULT, run_id=chosen, name="b", user_id="ada")
        assert again.info == first.info
        assert len(store.search_runs([DEFAULT])) == 1

    def test_another_users_run_id_is_taken(self, store: Store) -> None:
        chosen = run_id()
        store.create_run(DEFAULT, run_id=chosen, user_id="ada")
        with pytest.raises(AlreadyExists):
            store.create_run(DEFAULT, run_id=chosen, user_id="bob")

    @pytest.mark.parametrize("bad", ["", "x", "A" * 32, "../" + "0" * 29, "0" * 33])
    def test_a_run_id_is_32_hexadecimal_digits(self, store: Store, bad: str) -> None:
        with pytest.raises(InvalidValue):
            store.create_run(DEFAULT, run_id=bad)

    def test_a_run_needs_an_experiment_that_exists(self, store: Store) -> None:
        with pytest.raises(NotFound, match="No Experiment with id=77 exists"):
            store.create_run("77")

    def test_a_refused_tag_leaves_no_run_behind(self, store: Store) -> None:
        with pytest.raises(InvalidValue):
            store.create_run(DEFAULT, tags=[Tag("/bad/", "x")])
        assert store.search_runs([DEFAULT]) == []

    def test_an_unknown_run_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFound, match="Run with id=nope not found"):
            store.get_run("nope")
        with pytest.raises(NotFound):
            store.update_run("nope", name="x")

    def test_ending_a_run_keeps_status_and_time(self, store: Store) -> None:
        run = begin(store)
        info = store.update_run(run, status=RunStatus.FAILED, end_time=99)
        assert (info.status, info.end_time) == ("FAILED", 99)
        assert store.get_run(run).info == info

    def test_fields_that_are_not_given_stay(self, store: Store) -> None:
        run = begin(store, name="calm")
        store.update_run(run, status=RunStatus.FINISHED, end_time=99)
        info = store.update_run(run, status=RunStatus.RUNNING, name="")
        assert (info.status, info.end_time, info.run_name) == ("RUNNING", 99, "calm")

    def test_renaming_a_run_changes_its_tag_too(self, store: Store) -> None:
        run = begin(store, name="old")
        assert store.update_run(run, name="new").run_name == "new"
        assert store.get_run(run).data.tags == {"mlflow.runName": "new"}

    def test_setting_the_tag_renames_the_run(self, store: Store) -> None:
        run = begin(store, name="old")
        store.log_batch(run, tags=[Tag("mlflow.runName", "new")])
        assert store.get_run(run).info.run_name == "new"
        store.log_batch(run, tags=[Tag("mlflow.runName", "")])
        assert store.get_run(run).data.tags == {"mlflow.runName": "new"}

    def test_deleting_the_name_tag_keeps_the_name(self, store: Store) -> None:
        run = begin(store, name="calm")
        store.delete_tag(run, "mlflow.runName")
        assert store.get_run(run).info.run_name == "calm"
        assert store.get_run(run).data.tags == {}

    def test_a_deleted_run_is_shown_but_takes_nothing(self, store: Store) -> None:
        run = begin(store)
        store.update_run(run, lifecycle_stage=DELETED)
        assert store.get_run(run).info.lifecycle_stage == DELETED
        for change in (
            lambda: store.update_run(run, name="x"),
            lambda: store.log_batch(run, tags=[Tag("a", "b")]),
            lambda: store.delete_tag(run, "mlflow.runName"),
            lambda: store.log_inputs(run, []),
        ):
            with pytest.raises(InvalidValue, match="must be in the 'active' state"):
                change()

    def test_deleting_and_restoring_a_run_twice_is_fine(self, store: Store) -> None:
        run = begin(store)
        for stage in (DELETED, DELETED, ACTIVE, ACTIVE):
            assert store.update_run(run, lifecycle_stage=stage).lifecycle_stage == stage

    def test_the_view_chooses_active_or_deleted_runs(self, store: Store) -> None:
        kept, gone = begin(store), begin(store)
        store.update_run(gone, lifecycle_stage=DELETED)
        for view, expected in (
            (ViewType.ACTIVE_ONLY, {kept}),
            (ViewType.DELETED_ONLY, {gone}),
            (ViewType.ALL, {kept, gone}),
        ):
            found = store.search_runs([DEFAULT], view=view)
            assert {run.info.run_id for run in found} == expected

    def test_runs_of_no_or_unknown_experiments_are_none(self, store: Store) -> None:
        begin(store)
        assert store.search_runs([]) == []
        assert store.search_runs(["55"]) == []
        assert len(store.search_runs([str(number) for number in range(40_000)])) == 1
        with pytest.raises(InvalidValue):
            store.search_runs(["Default"])

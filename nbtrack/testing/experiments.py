"""The contract for experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import LifecycleStage, Tag, ViewType
from nbtrack.errors import AlreadyExists, InvalidValue, NotFound
from nbtrack.testing.making import DEFAULT, begin

if TYPE_CHECKING:
    from nbtrack.store.base import Store

DELETED, ACTIVE = LifecycleStage.DELETED, LifecycleStage.ACTIVE


def _names(store: Store, filter_string: str = "", **more: object) -> list[str]:
    found = store.search_experiments(filter_string=filter_string, **more)  # type: ignore[arg-type]
    return [one.name for one in found]


class ExperimentContract:
    """Experiments are made, found, renamed, tagged, deleted and restored."""

    def test_the_default_experiment_is_there_from_the_start(self, store: Store) -> None:
        assert store.get_experiment(DEFAULT).name == "Default"

    def test_a_created_experiment_is_found_by_id_and_by_name(self, store: Store) -> None:
        made = store.create_experiment("iris", tags=[Tag("team", "red")])
        experiment = store.get_experiment(made)
        assert (experiment.name, experiment.tags) == ("iris", {"team": "red"})
        assert store.find_experiment("iris") == experiment
        assert experiment.artifact_location == f"mlflow-artifacts:/{made}"
        assert experiment.creation_time == experiment.last_update_time is not None

    def test_an_artifact_location_is_kept_as_given(self, store: Store) -> None:
        made = store.create_experiment("s3", artifact_location="s3://bucket/a?x=1")
        assert store.get_experiment(made).artifact_location == "s3://bucket/a?x=1"
        run = store.create_run(made, name="x")
        assert run.info.artifact_uri == f"s3://bucket/a/{run.info.run_id}/artifacts?x=1"

    def test_a_question_mark_in_a_local_path_is_a_letter(self, store: Store) -> None:
        made = store.create_experiment("why", artifact_location="/data/why?/files/")
        run = store.create_run(made).info
        assert run.artifact_uri == f"/data/why?/files/{run.run_id}/artifacts"

    def test_a_relative_artifact_location_becomes_absolute(self, store: Store) -> None:
        made = store.create_experiment("here", artifact_location="files")
        assert store.get_experiment(made).artifact_location.endswith("files")
        assert len(store.get_experiment(made).artifact_location) > len("files")

    @pytest.mark.parametrize("location", ["runs:/abc/x", "s3://b/a#part", "s3://b/a;x", "a" * 2049])
    def test_a_location_that_cannot_hold_files_is_refused(
        self, store: Store, location: str
    ) -> None:
        with pytest.raises(InvalidValue):
            store.create_experiment("odd", artifact_location=location)

    def test_a_name_that_is_taken_is_refused(self, store: Store) -> None:
        made = store.create_experiment("iris")
        with pytest.raises(AlreadyExists, match=r"name=iris.*already exists"):
            store.create_experiment("iris")
        store.update_experiment(made, lifecycle_stage=DELETED)
        with pytest.raises(AlreadyExists):
            store.create_experiment("iris")

    @pytest.mark.parametrize("name", ["", "x" * 501])
    def test_a_name_that_is_empty_or_too_long_is_refused(self, store: Store, name: str) -> None:
        with pytest.raises(InvalidValue):
            store.create_experiment(name)

    def test_an_unknown_experiment_is_not_found(self, store: Store) -> None:
        assert store.find_experiment("nowhere") is None
        with pytest.raises(NotFound, match="No Experiment with id=999 exists"):
            store.get_experiment("999")

    @pytest.mark.parametrize("bad", ["iris", "", "-1", "1.0", "9" * 40, "\u0663"])
    def test_an_id_that_is_no_number_is_refused(self, store: Store, bad: str) -> None:
        with pytest.raises(InvalidValue):
            store.get_experiment(bad)

    def test_renaming_changes_the_name_and_the_time(self, store: Store) -> None:
        made = store.create_experiment("old")
        store.update_experiment(made, name="new")
        assert store.get_experiment(made).name == "new"
        assert store.find_experiment("old") is None

    def test_renaming_to_a_taken_name_is_refused(self, store: Store) -> None:
        made = store.create_experiment("a")
        with pytest.raises(AlreadyExists):
            store.update_experiment(made, name="Default")

    def test_tags_are_replaced_and_taken_away(self, store: Store) -> None:
        made = store.create_experiment("a", tags=[Tag("k", "1"), Tag("gone", "x")])
        store.update_experiment(made, tags=[Tag("k", "2")], deleted_tags=["gone"])
        assert store.get_experiment(made).tags == {"k": "2"}
        with pytest.raises(NotFound, match="No tag with name: gone in experiment"):
            store.update_experiment(made, deleted_tags=["gone"])

    def test_a_deleted_experiment_takes_its_runs_along_and_back(self, store: Store) -> None:
        made = store.create_experiment("a")
        run = begin(store, made)
        store.update_experiment(made, lifecycle_stage=DELETED)
        assert store.get_run(run).info.lifecycle_stage == DELETED
        assert store.search_runs([made]) == []
        store.update_experiment(made, lifecycle_stage=ACTIVE)
        assert store.get_run(run).info.lifecycle_stage == ACTIVE

    def test_deleting_twice_or_restoring_an_active_one_is_not_found(self, store: Store) -> None:
        made = store.create_experiment("a")
        with pytest.raises(NotFound):
            store.update_experiment(made, lifecycle_stage=ACTIVE)
        store.update_experiment(made, lifecycle_stage=DELETED)
        with pytest.raises(NotFound):
            store.update_experiment(made, lifecycle_stage=DELETED)

    def test_a_deleted_experiment_takes_no_runs_names_or_tags(self, store: Store) -> None:
        made = store.create_experiment("a")
        store.update_experiment(made, lifecycle_stage=DELETED)
        with pytest.raises(InvalidValue, match="must be in the 'active' state"):
            store.create_run(made)
        with pytest.raises(InvalidValue, match="must be in the 'active' state"):
            store.update_experiment(made, tags=[Tag("a", "b")])
        with pytest.raises(InvalidValue):
            store.update_experiment(made, name="b")

    def test_the_view_chooses_active_or_deleted_experiments(self, store: Store) -> None:
        gone = store.create_experiment("gone")
        store.update_experiment(gone, lifecycle_stage=DELETED)
        assert _names(store) == ["Default"]
        assert _names(store, view=ViewType.DELETED_ONLY) == ["gone"]
        assert sorted(_names(store, view=ViewType.ALL)) == ["Default", "gone"]

    @pytest.mark.parametrize(
        ("filter_string", "expected"),
        [
            ("name = 'iris-1'", ["iris-1"]),
            ("name LIKE 'iris%'", ["iris-1", "iris-2"]),
            ("name LIKE 'IRIS%'", []),
            ("attribute.name ILIKE 'IRIS%'", ["iris-1", "iris-2"]),
            ("name IN ('iris-1', 'x')", ["iris-1"]),
            ("tags.team = 'red'", ["iris-1"]),
            ("tag.team != 'red'", ["iris-2"]),
            ("tags.team IS NULL", ["Default"]),
            ("tags.team IS NOT NULL AND NOT tags.team = 'red'", ["iris-2"]),
            ("tags.nowhere = 'x'", []),
            ("experiment_id = '0'", ["Default"]),
            ("experiment_id NOT IN ('0')", ["iris-1", "iris-2"]),
            ("creation_time > 0", ["Default", "iris-1", "iris-2"]),
            ("last_update_time <= 0 OR name = 'Default'", ["Default"]),
        ],
    )
    def test_filters_find_experiments(
        self, store: Store, filter_string: str, expected: list[str]
    ) -> None:
        store.create_experiment("iris-1", tags=[Tag("team", "red")])
        store.create_experiment("iris-2", tags=[Tag("team", "blue")])
        assert sorted(_names(store, filter_string)) == expected

    def test_experiments_come_in_the_order_asked_for_page_by_page(self, store: Store) -> None:
        for name in "cab":
            store.create_experiment(name)
        token, names = None, []
        while True:
            page = store.search_experiments(order_by=["name DESC"], max_results=3, page_token=token)
            names += [one.name for one in page]
            token = page.token
            if token is None:
                break
        assert names == ["c", "b", "a", "Default"]

    @pytest.mark.parametrize("number", [0, -1, 50_001])
    def test_a_page_has_a_sensible_size(self, store: Store, number: int) -> None:
        with pytest.raises(InvalidValue, match="max_results"):
            store.search_experiments(max_results=number)

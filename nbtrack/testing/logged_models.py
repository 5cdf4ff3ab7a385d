"""The contract for logged models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import (
    LifecycleStage,
    LoggedModelStatus,
    Metric,
    ModelDataset,
    ModelMetric,
    ModelOrder,
    Param,
    Tag,
)
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.testing.making import DEFAULT, begin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import LoggedModel
    from nbtrack.store.base import Store

READY = LoggedModelStatus.LOGGED_MODEL_READY
DELETED = LifecycleStage.DELETED
ODD = "k€y @/'\"%"  # MLflow's server takes any sign in keys of models


def model(store: Store, name: str = "m", **more: object) -> str:
    """Make a model and return its id."""
    return store.create_logged_model(DEFAULT, name=name, **more).info.model_id  # type: ignore[arg-type]


def point(of: str, run: str, value: float, step: int = 0, data: str | None = None) -> ModelMetric:
    """Return a point of the metric ``acc`` that tells of a model."""
    return ModelMetric(
        key="acc",
        value=value,
        timestamp=1,
        step=step,
        model_id=of,
        run_id=run,
        dataset_name=data,
        dataset_digest=data and "d1",
    )


def log(store: Store, run: str, points: Sequence[ModelMetric]) -> None:
    """Log points of a run that tell of models."""
    plain = [Metric(one.key, one.value, one.timestamp, one.step) for one in points]
    store.log_batch(run, metrics=plain, model_metrics=points)


def found(store: Store, filter_string: str = "", **more: object) -> list[str]:
    """Return the names of the models that match a filter, in the order of the search."""
    models = store.search_logged_models([DEFAULT], filter_string=filter_string, **more)  # type: ignore[arg-type]
    return [one.info.name for one in models]


class LoggedModelContract:
    """Logged models are made, finished, described, searched and deleted."""

    def test_a_logged_model_is_read_as_it_was_made(self, store: Store) -> None:
        long = "x" * 9000
        made = store.create_logged_model(
            DEFAULT,
            name="tree",
            model_type="sklearn",
            source_run_id="r" * 32,
            params=[Param("depth", "3"), Param(ODD, long)],
            tags=[Tag("stage", "a"), Tag("stage", long), Tag(ODD, "")],
        )
        info = made.info
        assert store.get_logged_model(info.model_id) == made
        assert (info.name, info.model_type, info.source_run_id) == ("tree", "sklearn", "r" * 32)
        assert info.status is LoggedModelStatus.LOGGED_MODEL_PENDING
        assert info.artifact_uri == f"mlflow-artifacts:/0/models/{info.model_id}/artifacts"
        assert info.model_id.startswith("m-")
        assert len(info.model_id) == 34
        assert made.data.params == {"depth": "3", ODD: long}
        assert info.tags == {"stage": long, ODD: ""}

    def test_a_logged_model_without_a_name_is_given_one(self, store: Store) -> None:
        assert store.create_logged_model(DEFAULT).info.name
        assert model(store, "same") != model(store, "same")

    @pytest.mark.parametrize("name", [*"/:.%\"'", "a/b", "x" * 501])
    def test_a_logged_model_with_a_wrong_name_is_refused(self, store: Store, name: str) -> None:
        with pytest.raises(InvalidValue):
            model(store, name)

    def test_a_logged_model_needs_an_active_experiment(self, store: Store) -> None:
        with pytest.raises(NotFound):
            store.create_logged_model("99")
        gone = store.create_experiment("gone")
        kept = store.create_logged_model(gone, name="kept")
        store.update_experiment(gone, lifecycle_stage=DELETED)
        with pytest.raises(InvalidValue, match="must be in the 'active' state"):
            store.create_logged_model(gone)
        assert store.search_logged_models([gone]) == [kept]

    def test_a_logged_model_is_finished_and_tagged(self, store: Store) -> None:
        made = model(store, tags=[Tag("a", "1"), Tag("b", "1")])
        changed = store.update_logged_model(
            made, status=READY, status_message="ok", tags=[Tag("a", "2")], deleted_tags=["b"]
        )
        assert changed == store.get_logged_model(made)
        assert (changed.info.status, changed.info.status_message) == (READY, "ok")
        assert changed.info.tags == {"a": "2"}
        assert changed.info.last_updated_timestamp_ms >= changed.info.creation_timestamp_ms
        with pytest.raises(NotFound, match="No tag with key 'b' found for model"):
            store.update_logged_model(made, deleted_tags=["b"])

    def test_params_of_a_logged_model_are_added_and_never_changed(self, store: Store) -> None:
        made = model(store, params=[Param("a", "1")])
        store.log_logged_model_params(made, [Param("a", "1"), Param("b", "2"), Param("b", "2")])
        with pytest.raises(InvalidValue, match="Changing param values is not allowed"):
            store.log_logged_model_params(made, [Param("c", "3"), Param("a", "2")])
        assert store.get_logged_model(made).data.params == {"a": "1", "b": "2"}

    def test_a_deleted_logged_model_is_shown_only_if_asked_for(self, store: Store) -> None:
        made = model(store)
        for _ in range(2):
            store.update_logged_model(made, lifecycle_stage=DELETED)
        assert found(store) == []
        with pytest.raises(NotFound, match=f"Logged model with ID '{made}' not found"):
            store.get_logged_model(made)
        shown = store.get_logged_model(made, include_deleted=True)
        assert shown.info.lifecycle_stage is DELETED
        store.update_logged_model(made, lifecycle_stage=LifecycleStage.ACTIVE)
        assert found(store) == ["m"]

    def test_an_unknown_logged_model_is_not_found(self, store: Store) -> None:
        for call in (
            lambda: store.get_logged_model("m-0"),
            lambda: store.update_logged_model("m-0", status=READY),
            lambda: store.log_logged_model_params("m-0", [Param("a", "1")]),
        ):
            with pytest.raises(NotFound, match="Logged model with ID 'm-0' not found"):
                call()

    def test_a_logged_model_shows_every_point_that_tells_of_it(self, store: Store) -> None:
        made, run = model(store), begin(store)
        points = [
            point(made, run, 0.5, data="iris"),
            point(made, run, 0.7, 1),
            point(made, run, 0.7, 2),
        ]
        for _ in range(2):  # a client may send a request twice
            log(store, run, points)
        assert store.get_logged_model(made).data.metric_list == points
        assert store.get_run(run).data.metrics == {"acc": 0.7}
        log(store, run, [point(made, run, math.nan, 3), point(made, run, math.inf, 4)])
        last = store.get_logged_model(made).data.metric_list[-2:]
        assert math.isnan(last[0].value)
        assert last[1].value == math.inf

    def test_a_point_of_an_unknown_logged_model_is_not_kept(self, store: Store) -> None:
        run = begin(store)
        with pytest.raises(NotFound, match="Logged model with ID"):
            log(store, run, [point("m-0", run, 0.5)])
        assert store.get_run(run).data.metrics == {}

    @pytest.mark.parametrize(
        ("filter_string", "names"),
        [
            ("", ["b", "a"]),
            ("name = 'a'", ["a"]),
            ("attributes.name LIKE 'A%' OR name ILIKE 'B%'", ["b"]),
            ("model_id = 'm-0'", []),
            ("model_type != 'sklearn'", ["a"]),
            ("source_run_id = 'r1' AND experiment_id = '0'", ["b"]),
            ("status = 2", ["b"]),
            ("status = 'READY' OR status IN ('LOGGED_MODEL_UPLOAD_FAILED')", ["b"]),
            ("creation_timestamp_ms > 0 AND last_updated_timestamp > 0.5", ["b", "a"]),
            ("lifecycle_stage = 'active' AND artifact_location LIKE '%models%'", ["b", "a"]),
            ("params.depth = '3'", ["b"]),
            ("params.depth != '4' AND NOT params.depth = '3'", []),
            ("tags.stage IN ('x', 'y')", ["a"]),
            ("tags.stage IS NULL", ["b"]),
            ("metrics.acc > 0.6", ["b"]),
            ("metrics.acc < 0.6", ["b", "a"]),
            ("metrics.nobody != 1", []),
        ],
    )
    def test_filters_find_logged_models(
        self, store: Store, filter_string: str, names: list[str]
    ) -> None:
        self._two(store)
        order = [ModelOrder("name", ascending=False)]
        assert found(store, filter_string, order_by=order) == names

    @pytest.mark.parametrize(
        "wrong",
        ["metric.acc > 1", "nope = 1", "status = 'done'", "name > 'a'", "name IS NULL", "name = a"],
    )
    def test_wrong_filters_of_logged_models_are_refused(self, store: Store, wrong: str) -> None:
        with pytest.raises(InvalidValue):
            found(store, wrong)

    def test_datasets_choose_the_points_that_count(self, store: Store) -> None:
        self._two(store)
        iris, wine = ModelDataset("iris"), ModelDataset("wine", "d1")
        assert found(store, datasets=[iris]) == ["b"]
        assert found(store, "metrics.acc > 0.6", datasets=[iris]) == []
        assert sorted(found(store, datasets=[iris, wine])) == ["a", "b"]
        assert found(store, datasets=[ModelDataset("wine", "d2")]) == []

    def test_logged_models_are_ordered_by_their_newest_point(self, store: Store) -> None:
        self._two(store)
        model(store, "none")
        run, nan = begin(store), model(store, "nan")
        log(store, run, [point(nan, run, math.nan)])
        asked = [
            (ModelOrder("metrics.acc"), ["a", "b", "nan", "none"]),
            (ModelOrder("metrics.acc", ascending=False), ["b", "a", "nan", "none"]),
            (ModelOrder("metrics.acc", dataset_name="iris"), ["b", "a", "nan", "none"]),
            (ModelOrder("attributes.name"), ["a", "b", "nan", "none"]),
        ]
        for order, names in asked:
            keys = [order, ModelOrder("name")]
            assert found(store, order_by=keys) == names
            assert self._by_page(store, keys) == names
        for wrong in ("params.depth", "nope", "name DESC", "metric.acc", ""):
            with pytest.raises(InvalidValue):
                found(store, order_by=[ModelOrder(wrong)])

    def test_a_token_belongs_to_its_search_of_logged_models(self, store: Store) -> None:
        self._two(store)
        token = store.search_logged_models([DEFAULT], max_results=1).token
        assert len(found(store, page_token=token)) == 1
        with pytest.raises(InvalidValue, match="Invalid page token"):
            found(store, "name = 'a'", page_token=token)
        assert store.search_logged_models([]) == []

    def _two(self, store: Store) -> None:
        """Make the models a and b with a point below 0.6 each; the newest one of b is above."""
        run = begin(store)
        a = model(store, "a", tags=[Tag("stage", "x")])
        b = model(
            store, "b", model_type="sklearn", source_run_id="r1", params=[Param("depth", "3")]
        )
        store.update_logged_model(b, status=READY)
        log(store, run, [point(a, run, 0.5, data="wine")])
        log(store, run, [point(b, run, 0.4, data="iris"), point(b, run, 0.9, step=1)])

    def _by_page(self, store: Store, order_by: list[ModelOrder]) -> list[str]:
        models: list[LoggedModel] = []
        token = None
        while True:
            page = store.search_logged_models(
                [DEFAULT], order_by=order_by, max_results=1, page_token=token
            )
            models += page
            token = page.token
            if token is None:
                return [one.info.name for one in models]

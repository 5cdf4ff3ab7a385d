"""The contract for several calls in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.entities import Metric, Param, Tag
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.testing.making import begin, filled, run_id

if TYPE_CHECKING:
    from nbtrack.store.base import Store


class TogetherContract:
    """Each call counts alone, whatever becomes of the others."""

    def test_each_call_gets_its_own_result(self, store: Store) -> None:
        answers = store.together(
            [lambda: store.create_experiment("a"), lambda: store.create_experiment("b")]
        )
        assert [store.get_experiment(str(one)).name for one in answers] == ["a", "b"]

    def test_no_calls_have_no_results(self, store: Store) -> None:
        assert store.together([]) == []

    def test_a_call_that_fails_changes_nothing_and_hinders_no_other(self, store: Store) -> None:
        run = filled(store, params={"p": "1"})
        answers = store.together(
            [
                lambda: store.log_batch(run, tags=[Tag("before", "x")]),
                lambda: store.log_batch(
                    run,
                    metrics=[Metric("lost", 1.0, 1)],
                    params=[Param("lost", "1"), Param("p", "2")],
                    tags=[Tag("lost", "x")],
                ),
                lambda: store.get_run(run_id()).info.run_id,
                lambda: store.log_batch(run, params=[Param("new", "1")], tags=[Tag("after", "x")]),
            ]
        )
        assert [type(one) for one in answers] == [type(None), InvalidValue, NotFound, type(None)]
        data = store.get_run(run).data
        assert data.params == {"p": "1", "new": "1"}
        assert {"before", "after"} <= data.tags.keys()
        assert "lost" not in data.tags
        assert data.metrics == {}

    def test_what_a_failed_call_introduced_is_introduced_again(self, store: Store) -> None:
        run = filled(store, params={"p": "1"})
        new = Param("new", "1")

        def log(*params: Param) -> None:
            store.log_batch(run, metrics=[Metric("m", 1.0, 1)], params=params)

        answers = store.together(
            [lambda: log(new, Param("p", "2")), lambda: log(new), lambda: log(Param("more", "1"))]
        )
        assert [type(one) for one in answers] == [InvalidValue, type(None), type(None)]
        data = store.get_run(run).data
        assert (data.metrics, data.params) == ({"m": 1.0}, {"p": "1", "new": "1", "more": "1"})

    def test_a_call_sees_what_the_ones_before_it_did(self, store: Store) -> None:
        run = begin(store)
        answers = store.together(
            [
                lambda: store.log_batch(run, metrics=[Metric("m", 1.0, 1)]),
                lambda: store.log_batch(run, metrics=[Metric("m", 2.0, 2)]),
                lambda: store.metric_history(run, "m"),
                lambda: store.search_runs(["0"], filter_string="metrics.m = 2"),
            ]
        )
        assert answers[2] == [Metric("m", 1.0, 1), Metric("m", 2.0, 2)]
        assert len(answers[3] or ()) == 1  # type: ignore[arg-type]

    def test_an_error_that_is_not_the_stores_is_the_answer_of_its_call(self, store: Store) -> None:
        answers = store.together([lambda: 1 // 0, lambda: 1])
        assert isinstance(answers[0], ZeroDivisionError)
        assert answers[1] == 1

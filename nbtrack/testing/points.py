"""The contract for metrics and their points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import Metric
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import DEFAULT, LARGEST, begin, filled, found

if TYPE_CHECKING:
    from nbtrack.store.base import Store

NAN, INF = math.nan, math.inf
SMALLEST, SMALLEST_NORMAL = 5e-324, 2.2250738585072014e-308
FINITE = [
    -LARGEST, -0.5, -SMALLEST, 0.0, SMALLEST, SMALLEST_NORMAL, 1e-17, 0.1 + 0.2, 1 / 3, 1.1,
    123456789.12345679, float(2**53), float(2**53 + 2), 1e22, 1.2345678901234567e300, LARGEST,
]  # fmt: skip
VALUES = [*FINITE, INF, -INF]


def _same(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


class PointContract:
    """Every point is kept once and exactly; the latest is the run's value."""

    def test_a_number_comes_back_exactly(self, store: Store) -> None:
        run = begin(store)
        sent = {f"m{number}": value for number, value in enumerate([*VALUES, NAN])}
        store.log_batch(run, metrics=[Metric(key, value, 1) for key, value in sent.items()])
        latest = store.get_run(run).data.metrics
        assert {key: repr(latest[key]) for key in sent} == {k: repr(v) for k, v in sent.items()}
        for key, value in sent.items():
            assert _same(store.metric_history(run, key)[0].value, value)

    def test_a_number_is_found_and_ordered_exactly(self, store: Store) -> None:
        for value in FINITE:
            filled(store, name=repr(value), metrics={"m": value})
        for value in FINITE:
            assert found(store, f"metrics.m = {value!r}") == [repr(value)]
            below = sorted(repr(other) for other in FINITE if other < value)
            assert found(store, f"metrics.m < {value!r}") == below
        token: str | None = None
        names: list[str] = []
        while token is not None or not names:
            page = store.search_runs(
                [DEFAULT], order_by=["metrics.m"], max_results=3, page_token=token
            )
            names += [run.info.run_name for run in page]
            token = page.token
        assert names == list(map(repr, FINITE))

    def test_zero_has_no_sign(self, store: Store) -> None:
        run = begin(store)
        for value in (0.0, -0.0):
            store.log_batch(run, metrics=[Metric("m", value, 1)])
        assert len(store.metric_history(run, "m")) == 1
        assert found(store, "metrics.m = 0 AND metrics.m = -0.0 AND count(metrics.m) = 1") == [
            "a run"
        ]

    def test_thousands_of_new_metrics_are_taken_at_once(self, store: Store) -> None:
        run = begin(store)
        points = [Metric(f"layer/{number}", number / 7, number, step)
                  for number in range(1500) for step in (1, 2)]  # fmt: skip
        store.log_batch(run, metrics=points)
        assert store.get_run(run).data.metrics == {point.key: point.value for point in points}

    @pytest.mark.parametrize("edge", [-(2**63), -1, 0, 2**63 - 1])
    def test_steps_and_times_use_all_64_bits(self, store: Store, edge: int) -> None:
        run = begin(store)
        point = Metric("m", 1.0, max(edge, 0), edge)
        store.log_batch(run, metrics=[point])
        assert store.metric_history(run, "m") == [point]

    @pytest.mark.parametrize(
        ("timestamp", "step"), [(-1, 0), (2**63, 0), (0, 2**63), (0, -(2**63) - 1)]
    )
    def test_times_and_steps_outside_are_refused(
        self, store: Store, timestamp: int, step: int
    ) -> None:
        run = begin(store)
        with pytest.raises(InvalidValue):
            store.log_batch(run, metrics=[Metric("m", 1.0, timestamp, step)])

    def test_the_same_point_twice_is_one_point(self, store: Store) -> None:
        run = begin(store)
        for _ in range(2):
            store.log_batch(run, metrics=[Metric("m", NAN, 1, 1), Metric("m", NAN, 1, 1)])
        assert len(store.metric_history(run, "m")) == 1
        assert found(store, "count(metrics.m) = 1") == ["a run"]

    def test_one_step_may_have_many_values(self, store: Store) -> None:
        run = begin(store)
        points = [Metric("m", 1.0, 1, 0), Metric("m", 2.0, 1, 0), Metric("m", 1.0, 2, 0)]
        store.log_batch(run, metrics=points)
        assert store.metric_history(run, "m") == points

    @pytest.mark.parametrize(
        ("points", "latest"),
        [
            ([(0, 1, 1.0), (1, 1, 2.0), (0, 9, 3.0)], 2.0),  # the step decides
            ([(0, 5, 1.0), (0, 4, 2.0)], 1.0),  # then the time
            ([(0, 1, 1.0), (0, 1, 3.0), (0, 1, 2.0)], 3.0),  # then the value
            ([(0, 1, NAN), (0, 1, 0.5)], 0.5),  # NaN counts as 0
            ([(0, 1, -0.5), (0, 1, NAN)], NAN),
            ([(-5, 9, 1.0), (-6, 10, 2.0)], 1.0),
        ],
    )
    def test_the_latest_point_is_the_greatest_step_time_and_value(
        self, store: Store, points: list[tuple[int, int, float]], latest: float
    ) -> None:
        for order in (points, points[::-1]):
            run = begin(store)
            for step, timestamp, value in order:
                store.log_batch(run, metrics=[Metric("m", value, timestamp, step)])
            assert _same(store.get_run(run).data.metrics["m"], latest)

    def test_history_is_ordered_by_time_step_and_value(self, store: Store) -> None:
        run = begin(store)
        places = [(1, 9, 0.0), (2, 1, 0.0), (2, 3, -1.0), (2, 3, 1.0)]
        points = [Metric("m", value, timestamp, step) for timestamp, step, value in places]
        store.log_batch(run, metrics=points[::-1])
        assert store.metric_history(run, "m") == points

    def test_history_comes_page_by_page(self, store: Store) -> None:
        run = begin(store)
        points = [Metric("m", float(n), n // 3, n) for n in range(10)]
        store.log_batch(run, metrics=points)
        pages: list[Metric] = []
        token = None
        for _ in range(4):
            page = store.metric_history(run, "m", max_results=3, page_token=token)
            pages += page
            token = page.token
        assert (pages, token) == (points, None)

    def test_a_token_of_another_metric_is_refused(self, store: Store) -> None:
        run = begin(store)
        for key in ("a", "b"):
            store.log_batch(run, metrics=[Metric(key, 1.0, 1), Metric(key, 1.0, 2)])
        token = store.metric_history(run, "a", max_results=1).token
        with pytest.raises(InvalidValue, match="Invalid page token"):
            store.metric_history(run, "b", max_results=1, page_token=token)

    def test_what_was_never_logged_has_no_history(self, store: Store) -> None:
        assert store.metric_history(begin(store), "m") == []
        assert store.metric_history("0" * 32, "m") == []

    def test_summaries_pass_over_nan(self, store: Store) -> None:
        run = begin(store)
        for step, value in enumerate((NAN, 3.0, -1.0, NAN, 2.0)):
            store.log_batch(run, metrics=[Metric("m", value, step, step)])
        assert found(store, "max(metrics.m) = 3 AND min(metrics.m) = -1") == ["a run"]
        assert found(store, "count(metrics.m) = 5 AND metrics.m = 2") == ["a run"]
        assert found(store, "first(metrics.m) < 9") == []
        assert found(store, "first(metrics.m) != 9") == ["a run"]

    def test_the_first_value_is_that_of_the_smallest_step(self, store: Store) -> None:
        run = begin(store)
        for step in (5, 3, 4):
            store.log_batch(run, metrics=[Metric("m", float(step), 1, step)])
        assert found(store, "first(metrics.m) = 3") == ["a run"]

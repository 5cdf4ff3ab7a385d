"""The contract for the points of several runs at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import Metric
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import begin

if TYPE_CHECKING:
    from nbtrack.store.base import Store


def _logged(store: Store, steps: range, key: str = "m") -> str:
    run = begin(store)
    store.log_batch(run, metrics=[Metric(key, float(step), step, step) for step in steps])
    return run


def _steps(store: Store, run: str, most: int, start: int | None = None) -> list[int]:
    end = None if start is None else 2 * start
    points = store.metric_history_sampled(
        [run], "m", start_step=start, end_step=end, max_results=most
    )
    return [point.step for point in points]


class HistoriesContract:
    """Points of several runs come ordered, and no more than asked for."""

    def test_points_of_several_runs_come_by_run_id_and_time(self, store: Store) -> None:
        first, second = _logged(store, range(3)), _logged(store, range(2))
        _logged(store, range(2), "other")
        points = store.metric_history_bulk([second, first, "f" * 32], "m", max_results=100)
        assert [(point.run_id, point.step) for point in points] == [
            *((first, step) for step in range(3)),
            *((second, step) for step in range(2)),
        ]
        assert (points[1].key, points[1].value, points[1].timestamp) == ("m", 1.0, 1)

    def test_the_number_of_points_is_bounded_over_all_runs(self, store: Store) -> None:
        runs = [_logged(store, range(3)), _logged(store, range(3))]
        points = store.metric_history_bulk(runs, "m", max_results=4)
        assert [point.step for point in points] == [0, 1, 2, 0]

    @pytest.mark.parametrize(
        ("most", "start", "expected"),
        [
            (1, None, [999]),
            (2, None, [0, 999]),
            (3, None, [0, 334, 999]),
            (5, None, [0, 200, 400, 600, 999]),
            (6, None, [0, 167, 334, 501, 668, 999]),
            (7, None, [0, 143, 286, 429, 572, 715, 999]),
            (5, 100, [100, 121, 141, 161, 200]),
        ],
    )
    def test_the_choice_of_points_is_that_of_mlflow(
        self, store: Store, most: int, start: int | None, expected: list[int]
    ) -> None:
        assert _steps(store, _logged(store, range(1000)), most, start) == expected

    def test_few_points_are_all_chosen(self, store: Store) -> None:
        run = _logged(store, range(10))
        assert _steps(store, run, 10) == list(range(10))
        assert _steps(store, run, 9) == [0, 2, 3, 4, 5, 6, 7, 8, 9]

    def test_each_run_has_its_own_choice_in_the_order_of_the_request(self, store: Store) -> None:
        short, long = _logged(store, range(3)), _logged(store, range(100))
        points = store.metric_history_sampled([long, short, "f" * 32], "m", max_results=2)
        assert [(point.run_id, point.step) for point in points] == [
            (long, 0),
            (long, 99),
            (short, 0),
            (short, 2),
        ]

    def test_points_of_one_step_are_told_apart_by_their_time(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, metrics=[Metric("m", math.nan, time, 0) for time in range(10)])
        points = store.metric_history_sampled([run], "m", max_results=3)
        assert [point.timestamp for point in points] == [0, 4, 9]
        assert all(math.isnan(point.value) for point in points)

    def test_no_points_at_all_cannot_be_asked_for(self, store: Store) -> None:
        with pytest.raises(InvalidValue):
            store.metric_history_sampled([], "m", max_results=0)
        with pytest.raises(InvalidValue):
            store.metric_history_bulk([], "m", max_results=0)
        with pytest.raises(InvalidValue):
            store.metric_history_sampled(
                [_logged(store, range(1))], "m", start_step=2**63, max_results=1
            )

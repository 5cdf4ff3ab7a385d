"""The contract for metrics as curves: compared with a plain reckoning of what each row says."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any, Literal

import pytest

from nbtrack.entities import LifecycleStage, Metric
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import LARGEST, begin, run_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store.base import Store
    from nbtrack.store.base_columns import Curves

NAN, INFINITY = float("nan"), float("inf")
EDGE = 2**63
COUNTED = ("count", "nan", "above", "below")
# What the points of a metric may look like, by what is odd about them.
STEPS: dict[str, Callable[[random.Random, int], int]] = {
    "one after the other": lambda _, index: index,
    "the same step often": lambda random, _: random.randrange(7),
    "negative": lambda random, _: random.randrange(-500, 500),
    "huge": lambda random, _: random.randrange(-EDGE, EDGE),
    "at both ends": lambda random, _: random.choice([-EDGE, EDGE - 1, 0]),
    "clustered": lambda random, _: random.randrange(9) + 10**12 * random.randrange(2),
}
VALUES = (NAN, INFINITY, -INFINITY, 0.0, -0.0, 1.5, -3.25, 1e-3, 7e5)
LARGE = (LARGEST, -LARGEST, 5e-324, NAN, INFINITY, 1e300)


def points_of(
    seed: int, steps: str, number: int, values: tuple[float, ...] = VALUES
) -> list[Metric]:
    """Return some points, no two alike."""
    chance = random.Random(seed)  # noqa: S311 - the same points each time
    found = {}
    for index in range(number):
        step = STEPS[steps](chance, index)
        value = chance.choice(values) if chance.random() < 0.3 else values[-1] * chance.random()
        ts = chance.randrange(10**12) if seed % 2 else 1000 + index
        found[step, ts, str(value)] = Metric("m", value, ts, step)
    return list(found.values())


def rows(found: Curves, index: int = 0) -> list[dict[str, Any]]:
    """Return the rows of a series, by the names of the columns."""
    series = found.series[index]
    part = slice(series.offset, series.offset + series.length)
    data = [list(column.data[part]) for column in found.columns]
    names = [column.name for column in found.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*data, strict=True)]


def counted(points: list[Metric]) -> dict[str, int]:
    """Return how many points there are of each kind."""
    return {
        "count": len(points),
        "nan": sum(math.isnan(one.value) for one in points),
        "above": sum(one.value == INFINITY for one in points),
        "below": sum(one.value == -INFINITY for one in points),
    }


def check(found: Curves, points: list[Metric], by: Literal["step", "timestamp"], most: int) -> None:
    """Compare the only series of an answer with its points in the range."""
    shown, (series,) = rows(found), found.series
    assert series.length == len(shown) <= most
    assert series.total == len(points)
    assert series.exact is (len(points) <= most)
    points = sorted(points, key=lambda one: getattr(one, by))
    places = [float(getattr(one, by)) for one in points]
    assert [row[by] for row in shown] == sorted(row[by] for row in shown)
    assert (shown[0][by], shown[-1][by]) == (places[0], places[-1])
    at = 0
    for row in shown:
        part = points[at : at + row["count"]]
        at += row["count"]
        if row is not shown[-1]:
            assert row[by] == float(getattr(part[0], by))
        if series.exact and len(set(places)) < len(places):
            continue  # the order of points at one place is compared elsewhere
        assert {name: row[name] for name in COUNTED} == counted(part)
        finite = [one.value for one in part if math.isfinite(one.value)]
        if finite:
            assert (row["low"], row["high"]) == (min(finite), max(finite))
            assert row["low"] <= row["value"] <= row["high"]
            mean = math.fsum(one / len(finite) for one in finite)
            size = max(map(abs, finite))
            assert abs(row["value"] - mean) <= 1e-9 * size + 1e-280
        else:
            assert all(math.isnan(row[name]) for name in ("value", "low", "high"))
    assert at == len(points)


class CurveContract:
    """A curve shows every peak, wherever the points lie."""

    @pytest.mark.parametrize("by", ["step", "timestamp"])
    @pytest.mark.parametrize("steps", STEPS)
    def test_a_curve_says_what_a_plain_reckoning_says(
        self, store: Store, steps: str, by: Literal["step", "timestamp"]
    ) -> None:
        for seed in range(2):
            run = begin(store)
            points = points_of(seed, steps, 400)
            store.log_batch(run, metrics=points)
            for most in (2, 3, 50, 399, 5000):
                check(store.metric_curves([run], ["m"], by=by, points=most), points, by, most)
            places = sorted(getattr(one, by) for one in points)
            start, end = places[20], places[-20]
            part = [one for one in points if start <= getattr(one, by) <= end]
            for most in (2, 70, 5000):
                found = store.metric_curves([run], ["m"], by=by, start=start, end=end, points=most)
                check(found, part, by, most)
                (series,) = found.series
                sides = [one.step for one in points], [one.timestamp for one in points]
                assert series.step == (min(sides[0]), max(sides[0]))
                assert series.timestamp == (min(sides[1]), max(sides[1]))

    @pytest.mark.parametrize("by", ["step", "timestamp"])
    def test_very_large_and_very_small_values_are_no_trouble(
        self, store: Store, by: Literal["step", "timestamp"]
    ) -> None:
        run = begin(store)
        points = points_of(0, "one after the other", 200, LARGE)
        store.log_batch(run, metrics=points)
        for most in (2, 20):
            check(store.metric_curves([run], ["m"], by=by, points=most), points, by, most)

    def test_points_at_one_place_are_ordered_by_the_other(self, store: Store) -> None:
        run = begin(store)
        given = [(1, 9, 1.0), (2, 5, NAN), (1, 7, 3.0), (2, 5, 4.0), (2, 3, 5.0)]
        store.log_batch(run, metrics=[Metric("m", value, ts, step) for step, ts, value in given])
        by_step = rows(store.metric_curves([run], ["m"]))
        assert [(row["step"], row["timestamp"]) for row in by_step] == [
            (1, 7), (1, 9), (2, 3), (2, 5), (2, 5),
        ]  # fmt: skip
        by_time = rows(store.metric_curves([run], ["m"], by="timestamp"))
        assert [row["timestamp"] for row in by_time] == [3, 5, 5, 7, 9]
        assert [row["nan"] for row in by_time] in ([0, 1, 0, 0, 0], [0, 0, 1, 0, 0])

    def test_a_peak_of_one_point_stays_visible(self, store: Store) -> None:
        run = begin(store)
        flat = [Metric("m", 0.5, step, step) for step in range(3000) if step != 1234]
        store.log_batch(run, metrics=[*flat, Metric("m", 99.0, 1234, 1234)])
        shown = rows(store.metric_curves([run], ["m"], points=10))
        assert max(row["high"] for row in shown) == 99.0
        assert {row["low"] for row in shown} == {0.5}

    def test_series_come_in_the_order_in_which_they_are_asked_for(self, store: Store) -> None:
        first, second = begin(store), begin(store)
        for number, run in enumerate((first, second)):
            points = [Metric(key, number, 1, step) for key in ("a", "b") for step in range(5)]
            store.log_batch(run, metrics=points)
        store.update_run(second, lifecycle_stage=LifecycleStage.DELETED)
        found = store.metric_curves([second, run_id(), first, second], ["b", "none", "a"], points=3)
        assert [(one.run_id, one.key) for one in found.series] == [
            (second, "b"), (second, "a"), (first, "b"), (first, "a"),
        ]  # fmt: skip
        assert [one.offset for one in found.series] == [0, 3, 6, 9]
        assert {row["value"] for row in rows(found, 0)} == {1.0}

    def test_nothing_asked_for_is_nothing(self, store: Store) -> None:
        found = store.metric_curves([], [])
        assert found.series == []
        assert {len(column) for column in found.columns} == {0}
        run = begin(store)
        store.log_batch(run, metrics=[Metric("m", 1.0, 1, step) for step in range(9)])
        for points in (5, 50):
            found = store.metric_curves([run], ["m"], start=100, end=200, points=points)
            (series,) = found.series
            assert (series.total, series.length, series.step) == (0, 0, (0, 8))

    @pytest.mark.parametrize("points", [-1, 0, 1, 5001])
    def test_a_curve_has_a_sensible_number_of_rows(self, store: Store, points: int) -> None:
        with pytest.raises(InvalidValue, match="points"):
            store.metric_curves([], [], points=points)

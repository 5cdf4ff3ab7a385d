"""The contract for the order of runs, and for pages."""

from __future__ import annotations

import base64
import itertools
import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from nbtrack.entities import LifecycleStage, RunStatus
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import DEFAULT, begin, filled, ordered

if TYPE_CHECKING:
    from nbtrack.store.base import Store


def _pages(store: Store, order_by: tuple[str, ...], size: int) -> list[str]:
    token, names = None, []
    for _ in range(20):
        page = store.search_runs([DEFAULT], order_by=order_by, max_results=size, page_token=token)
        assert len(page) <= size
        names += [run.info.run_name for run in page]
        token = page.token
        if token is None:
            return names
    raise AssertionError("The pages have no end.")


def _forged(token: str) -> list[str]:
    """Return tokens of the same search, each with another value in one place."""
    query, *values = json.loads(base64.urlsafe_b64decode(token))
    numbers = [1, 2**31, 2**63 - 1, 2**63, -(2**63), 1.5, 1e308, math.nan, -math.inf]
    others: list[Any] = ["x", "\ud800", "\x00", *numbers, True, None, []]
    forged = [
        [query, *values[:place], other, *values[place + 1 :]]
        for place in range(len(values))
        for other in others
    ]
    return [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in forged]


ORDERS = [
    ((), ["none", "nan", "inf", "one", "two"]),
    (("start_time",), ["two", "one", "inf", "nan", "none"]),
    (("created ASC",), ["two", "one", "inf", "nan", "none"]),
    (("metrics.m",), ["two", "one", "inf", "nan", "none"]),
    (("metric.m DESC",), ["inf", "one", "two", "nan", "none"]),
    (("max(metrics.m) desc",), ["inf", "one", "two", "nan", "none"]),
    (("count(metrics.m)", "start_time"), ["two", "one", "inf", "nan", "none"]),
    (("params.p ASC",), ["one", "two", "inf", "nan", "none"]),
    (("params.p DESC",), ["nan", "inf", "two", "one", "none"]),
    (("tags.`t` DESC",), ["nan", "inf", "two", "one", "none"]),
    (("run_name",), ["inf", "nan", "none", "one", "two"]),
    (("metrics.nowhere DESC",), ["none", "nan", "inf", "one", "two"]),
    (("user_id", "run_name DESC"), ["two", "one", "none", "nan", "inf"]),
]


class OrderContract:
    """Runs come in the order asked for, and in no other on later pages."""

    @pytest.fixture
    def sortable(self, store: Store) -> Store:
        """Make runs with a number, an infinite, a NaN and no metric ``m``, and texts in ``p``."""
        for start, (name, value, text) in enumerate(
            [
                ("two", -2.0, "0.1"),
                ("one", 1.0, "0.01"),
                ("inf", math.inf, "Z"),
                ("nan", math.nan, "a"),
                ("none", None, None),
            ]
        ):
            filled(
                store,
                name=name,
                start=start,
                metrics={} if value is None else {"m": value},
                params={} if text is None else {"p": text},
                tags={} if text is None else {"t": text},
            )
        return store

    def test_runs_come_in_every_order(self, sortable: Store) -> None:
        assert {order: ordered(sortable, *order) for order, _ in ORDERS} == dict(ORDERS)

    @pytest.mark.parametrize("size", [1, 2, 5])
    def test_pages_put_together_are_the_whole(self, sortable: Store, size: int) -> None:
        assert {order: _pages(sortable, order, size) for order, _ in ORDERS} == dict(ORDERS)

    def test_statuses_are_ordered_by_their_names(self, store: Store) -> None:
        for status in RunStatus:
            store.update_run(begin(store, name=status), status=status)
        assert ordered(store, "status") == sorted(RunStatus)

    def test_runs_without_an_end_come_last(self, store: Store) -> None:
        for name, end in (("going", None), ("late", 9), ("early", 5)):
            store.update_run(begin(store, name=name), end_time=end)
        assert ordered(store, "end_time") == ["early", "late", "going"]
        assert ordered(store, "end_time DESC") == ["late", "early", "going"]
        assert _pages(store, ("end_time",), 1) == ["early", "late", "going"]

    def test_equal_runs_are_ordered_by_start_then_id(self, store: Store) -> None:
        ids = [begin(store, start=start) for start in (1, 2, 2)]
        found = [run.info.run_id for run in store.search_runs([DEFAULT], order_by=["user_id"])]
        assert found == [*sorted(ids[1:]), ids[0]]

    def test_a_run_that_appears_between_pages_repeats_nothing(self, sortable: Store) -> None:
        first = sortable.search_runs([DEFAULT], max_results=2)
        begin(sortable, name="new", start=99)
        second = sortable.search_runs([DEFAULT], max_results=9, page_token=first.token)
        names = [run.info.run_name for run in itertools.chain(first, second)]
        assert names == ["none", "nan", "inf", "one", "two"]

    def test_a_run_that_goes_between_pages_hides_nothing(self, sortable: Store) -> None:
        first = sortable.search_runs([DEFAULT], max_results=2)
        sortable.update_run(first[1].info.run_id, lifecycle_stage=LifecycleStage.DELETED)
        second = sortable.search_runs([DEFAULT], max_results=9, page_token=first.token)
        assert [run.info.run_name for run in second] == ["inf", "one", "two"]

    @pytest.mark.parametrize(
        "order_by",
        ["metrics.m SIDEWAYS", "nowhere", "dataset.name", "`Run Name`", "a, b", "", "m m m", "1"],
    )
    def test_a_bad_order_is_explained(self, store: Store, order_by: str) -> None:
        with pytest.raises(InvalidValue, match=r"(?i)invalid order"):
            ordered(store, order_by)

    def test_an_order_names_a_key_once(self, store: Store) -> None:
        with pytest.raises(InvalidValue, match="duplicate"):
            ordered(store, "metrics.m", "metric.m DESC")

    def test_a_token_is_bound_to_its_search(self, sortable: Store) -> None:
        token = sortable.search_runs([DEFAULT], max_results=1).token
        with pytest.raises(InvalidValue, match="Invalid page token"):
            sortable.search_runs([DEFAULT], filter_string="metrics.m > 0", page_token=token)

    @pytest.mark.parametrize("token", ["", "x", "eyJvZmZzZXQiOjF9", "W10=", "\u00e9", "[" * 5000])
    def test_a_made_up_token_is_refused(self, sortable: Store, token: str) -> None:
        with pytest.raises(InvalidValue, match="Invalid page token"):
            sortable.search_runs([DEFAULT], page_token=token)

    @pytest.mark.parametrize("order_by", [(), ("metrics.m",), ("end_time",), ("params.p",)])
    def test_a_token_with_other_values_is_refused_or_a_page(
        self, sortable: Store, order_by: tuple[str, ...]
    ) -> None:
        token = sortable.search_runs([DEFAULT], order_by=order_by, max_results=1).token
        assert token is not None
        for forged in _forged(token):
            with suppress(InvalidValue):
                sortable.search_runs([DEFAULT], order_by=order_by, page_token=forged)

    @pytest.mark.parametrize("number", [0, -1, 50_001])
    def test_a_page_of_runs_has_a_sensible_size(self, store: Store, number: int) -> None:
        with pytest.raises(InvalidValue, match="max_results"):
            store.search_runs([DEFAULT], max_results=number)

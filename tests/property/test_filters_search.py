"""What SQL finds is what a filter says, by a model of it in a few lines of Python."""

import math
import operator
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.entities import Metric
from nbtrack.filters import BoolOp, Comparison, Field
from nbtrack.testing.making import filled, found
from tests.databases import new_store

NAN, INF = math.nan, math.inf
RUNS = {
    "a": {"metrics": {"m": 1.0, "n": NAN}, "params": {"p": "x", "q": "Ab"}, "tags": {"t": ""}},
    "b": {"metrics": {"m": INF}, "params": {"p": "y"}, "tags": {"t": "x%"}},
    "c": {"metrics": {"m": NAN, "n": -2.0}, "params": {}, "tags": {"u": "[x]*"}},
    "d": {"metrics": {}, "params": {"q": "x" * 250}, "tags": {}},
    "e": {"metrics": {"m": 0.0, "n": 0.0}, "params": {"p": "X"}, "tags": {"t": "x", "u": "y"}},
}
COMPARE = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
    "IN": lambda value, many: value in many,
    "NOT IN": lambda value, many: value not in many,
    "LIKE": lambda value, pattern: like(value, pattern, 0),
    "ILIKE": lambda value, pattern: like(value, pattern, re.IGNORECASE),
}  # fmt: skip


def like(value, pattern, flags):
    parts = [{"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern]
    return bool(re.fullmatch("".join(parts), value, flags | re.DOTALL))


def holds(tree, run):
    if isinstance(tree, BoolOp):
        results = [holds(part, run) for part in tree.parts]
        return (
            not results[0]
            if tree.operator == "NOT"
            else (all(results) if tree.operator == "AND" else any(results))
        )
    there = tree.field.key in run[tree.field.entity]
    if tree.value is None:
        return there == (tree.operator == "IS NOT NULL")
    return there and COMPARE[tree.operator](run[tree.field.entity][tree.field.key], tree.value)


def clauses(entity, keys, operators, values):
    def of(word):
        many = st.lists(values, min_size=1, max_size=3).map(tuple)
        field = st.builds(Field, st.just(entity), st.sampled_from(keys))
        return st.builds(Comparison, field, st.just(word), many if "IN" in word.split() else values)

    return st.sampled_from(operators).flatmap(of)


texts = st.sampled_from(["x", "X", "", "x%", "%", "_", "x_", "[x]*", "*", "?", "ab", "x" * 250])
like_words = ["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"]
order_words = ["=", "!=", "<", "<=", ">", ">=", "IN", "NOT IN"]
leaves = st.one_of(
    clauses("metrics", ["m", "n", "z"], order_words, st.sampled_from([0, 1, -2, 0.5, 1e300])),
    clauses("params", ["p", "q", "z"], like_words, texts),
    clauses("tags", ["t", "u"], like_words, texts),
    st.builds(
        Comparison,
        st.builds(Field, st.sampled_from(["metrics", "params", "tags"]), st.sampled_from("mpt")),
        st.sampled_from(["IS NULL", "IS NOT NULL"]),
    ),
)
trees = st.recursive(
    leaves,
    lambda parts: (
        st.builds(lambda part: BoolOp("NOT", (part,)), parts)
        | st.builds(
            BoolOp,
            st.sampled_from(["AND", "OR"]),
            st.lists(parts, min_size=2, max_size=3).map(tuple),
        )
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def store(request, tmp_path_factory):
    with new_store(request, tmp_path_factory.mktemp("store")) as store:
        for name, values in RUNS.items():
            filled(store, name=name, **values)
        yield store


@settings(max_examples=100, deadline=None)
@given(trees)
def test_sql_finds_what_the_filter_says(store, tree):
    assert found(store, str(tree)) == [name for name, run in RUNS.items() if holds(tree, run)]


points = st.tuples(
    st.integers(-3, 3), st.integers(0, 3), st.sampled_from([NAN, INF, -INF, -1.0, 0.0, 2.5])
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def empty_store(request, tmp_path_factory):
    with new_store(request, tmp_path_factory.mktemp("store")) as store:
        yield store


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(points, min_size=1, max_size=5), min_size=1, max_size=4))
def test_the_sums_of_a_series_are_those_of_its_points(empty_store, batches):
    store = empty_store
    run = filled(store, name="sums")
    for batch in batches:
        store.log_batch(run, metrics=[Metric("s", value, ts, step) for step, ts, value in batch])
    logged = {(step, ts, repr(value)): value for batch in batches for step, ts, value in batch}
    history = store.metric_history(run, "s")
    assert {(one.step, one.timestamp, repr(one.value)) for one in history} == set(logged)
    assert len(history) == len(logged)
    latest = max((s, t, 0.0 if value == "nan" else float(value)) for s, t, value in logged)
    shown = store.get_run(run).data.metric_list[0]
    assert (shown.step, shown.timestamp) == latest[:2]
    assert shown.value == latest[2] or math.isnan(shown.value)
    numbers = [value for value in logged.values() if not math.isnan(value)]
    of_run = f"run_id = '{run}' AND count(metrics.s) = {len(logged)}"
    if numbers:
        bound = {INF: 1.7976931348623157e308, -INF: -1.7976931348623157e308}
        low, high = (bound.get(edge, edge) for edge in (min(numbers), max(numbers)))
        of_run += f" AND min(metrics.s) = {low!r} AND max(metrics.s) = {high!r}"
    assert found(store, of_run) == ["sums"]

"""A printed filter is read back as the tree it came from; no text crashes the parser."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from nbtrack.errors import InvalidValue
from nbtrack.filters import (
    EXPERIMENTS,
    RUNS,
    BoolOp,
    Comparison,
    Field,
    parse_filter,
    parse_order_by,
)
from nbtrack.filters.fields import FUNCTIONS, NUMBER_OPERATORS, TEXT_OPERATORS

letters = st.characters(exclude_categories=["Cs"])
keys = st.text(letters, min_size=1, max_size=20).filter(lambda key: "`" not in key)
texts = st.text(letters, max_size=20).filter(lambda text: "'" not in text or '"' not in text)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


def clauses(fields, operators, values):
    def with_value(operator):
        many = st.lists(values, min_size=1, max_size=4).map(tuple)
        return st.builds(
            Comparison, fields, st.just(operator), many if operator.endswith("IN") else values
        )

    return st.sampled_from(operators).flatmap(with_value)


text_fields = st.builds(Field, st.sampled_from(["params", "tags"]), keys) | st.sampled_from(
    [Field("attributes", "status"), Field("datasets", "name")]
)
number_fields = st.builds(
    Field, st.just("metrics"), keys, st.none() | st.sampled_from(FUNCTIONS)
) | st.just(Field("attributes", "end_time"))
missing = st.builds(
    Comparison,
    text_fields.filter(lambda f: f.key != "status"),
    st.sampled_from(["IS NULL", "IS NOT NULL"]),
)
leaves = (
    clauses(text_fields, TEXT_OPERATORS, texts)
    | clauses(number_fields, NUMBER_OPERATORS, numbers)
    | missing
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
    max_leaves=8,
)


@given(trees)
def test_a_printed_filter_means_the_same(tree):
    assert parse_filter(str(tree), RUNS) == tree


words = st.sampled_from(
    ["AND", "OR", "NOT", "(", ")", "IN", "IS", "NULL", "LIKE", "=", "!=", ">", ",", "metrics.a",
     "params.`x y`", "status", "'v'", '"w"', "1", "-.5e3", "max(", "`", "'", "nope", "tags.", ";"]
)  # fmt: skip


@given(st.lists(words, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused_and_what_is_read_prints(text):
    for fields in (RUNS, EXPERIMENTS):
        with suppress(InvalidValue):
            tree = parse_filter(text, fields)
            assert tree is None or parse_filter(str(tree), fields) == tree


@given(st.lists(st.lists(words, max_size=4).map(" ".join), max_size=3))
def test_any_order_is_read_or_refused(clauses):
    try:
        orderings = parse_order_by(clauses, RUNS)
    except InvalidValue:
        return
    assert parse_order_by([str(one) for one in orderings], RUNS) == orderings

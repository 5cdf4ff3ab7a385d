"""Filters and orders are read into trees that print as what they mean."""

import pytest

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


def clause(entity, key, operator, value=None, function=None):
    return Comparison(Field(entity, key, function), operator, value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("metrics.acc > 0.9", clause("metrics", "acc", ">", 0.9)),
        ("metric.acc>-1", clause("metrics", "acc", ">", -1)),
        ("metrics.a.b.2nd = .5", clause("metrics", "a.b.2nd", "=", 0.5)),
        ("metrics.in = 1", clause("metrics", "in", "=", 1)),
        ("params.`a-b` = 'x'", clause("params", "a-b", "=", "x")),
        ("`params`.\"a b\" = 'x'", clause("params", "a b", "=", "x")),
        ("tags.'or' LIKE '%x'", clause("tags", "or", "LIKE", "%x")),
        ('tags.x = "it\'s"', clause("tags", "x", "=", "it's")),
        ("tags.x = 'it''s'", clause("tags", "x", "=", "it''s")),
        ("`Run Name` = 'a'", clause("attributes", "run_name", "=", "a")),
        ("attr.created < 1e3", clause("attributes", "start_time", "<", 1000.0)),
        ("run_id NOT\n IN ('a','b')", clause("attributes", "run_id", "NOT IN", ("a", "b"))),
        ("tags.x is not null", clause("tags", "x", "IS NOT NULL")),
        ("max(metrics.`a b`) >= 1", clause("metrics", "a b", ">=", 1, "max")),
        ("metrics.m > 1e999", clause("metrics", "m", ">", 1.7976931348623157e308)),
        ("start_time = 9223372036854775807", clause("attributes", "start_time", "=", 2**63 - 1)),
        ("start_time = 9223372036854775808", clause("attributes", "start_time", "=", 2.0**63)),
    ],
)
def test_a_clause_is_read(text, tree):
    assert parse_filter(text, RUNS) == tree


A, B, C = (clause("metrics", key, "=", 1) for key in "abc")
TEXT = {"a": "metrics.a = 1", "b": "metrics.b = 1", "c": "metrics.c = 1"}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("{a} and {b} AND {c}", BoolOp("AND", (A, B, C))),
        ("{a} {b}", BoolOp("AND", (A, B))),
        ("AND {a} AND", A),
        ("{a} OR {b} AND {c}", BoolOp("OR", (A, BoolOp("AND", (B, C))))),
        ("({a} OR {b}) AND {c}", BoolOp("AND", (BoolOp("OR", (A, B)), C))),
        ("NOT {a} AND {b}", BoolOp("AND", (BoolOp("NOT", (A,)), B))),
        ("NOT ({a} OR {b})", BoolOp("NOT", (BoolOp("OR", (A, B)),))),
        ("(({a}))", A),
    ],
)
def test_clauses_are_joined_by_precedence(text, tree):
    assert parse_filter(text.format(**TEXT), RUNS) == tree


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_no_filter_matches_everything(text):
    assert parse_filter(text, RUNS) is None


@pytest.mark.parametrize(
    "text",
    [
        "{a} OR",
        "OR {a}",
        "{a} OR OR {b}",
        "{a} AND OR {b}",
        "({a} AND)",
        "()",
        "NOT",
        "{a})",
        "AND",
    ],
)
def test_words_in_the_wrong_place_are_refused(text):
    with pytest.raises(InvalidValue, match=r"Invalid clause\(s\) in filter string"):
        parse_filter(text.format(**TEXT), RUNS)


def complaint(text, fields=RUNS):
    with pytest.raises(InvalidValue) as error:
        parse_filter(text, fields)
    return error.value.message


def test_an_error_shows_the_filter_with_a_caret_under_the_mistake():
    assert complaint("metrics.acc > 0.5 AND statu = 'x'").splitlines()[1:] == [
        "  metrics.acc > 0.5 AND statu = 'x'",
        "                        ^",
    ]


def test_the_caret_stands_right_in_a_long_filter_of_many_lines():
    text = "metrics.accuracy > 0.5\n\tAND " * 8 + "foo.bar = 1" + " AND metrics.x > 1" * 3
    message = complaint(text)
    _, line, caret = message.splitlines()
    assert line[caret.index("^") :].startswith("foo.bar")
    assert f"(column {text.index('foo') + 1})" in message
    assert len(line) < 80


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("acc > 0.9", "write metrics.acc or params.acc or tags.acc"),
        ("params.a NOT LIKE 'x'", "NOT params.a LIKE"),
        ("params.a == 'x'", "Write '='"),
        ("params.a <> 'x'", "Write '!='"),
        ("parms.a = 'x'", "Did you mean 'params'?"),
        ("Status = 'x'", "Did you mean 'status'?"),
        ("metrics.val-loss < 1", "metrics.`val-loss`"),
    ],
)
def test_an_error_says_what_to_write_instead(text, hint):
    assert hint in complaint(text)


def test_experiments_have_fields_of_their_own():
    tree = parse_filter("attribute.name = 'x' AND experiment_id IN ('1')", EXPERIMENTS)
    assert str(tree) == "name = 'x' AND experiment_id IN ('1')"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("attributes.name = 'x'", "Invalid entity type 'attributes'"),
        ("metrics.m > 1", "Invalid entity type 'metrics'"),
        ("creation_time > 1.5", "whole number"),
        ("experiment_id = 'abc'", "whole number"),
        ("experiment_id LIKE '1%'", "Invalid comparator 'LIKE'"),
        ("status = 'x'", "Invalid attribute key 'status' specified"),
        ("max(tags.x) > 1", "takes a metric"),
    ],
)
def test_what_experiments_do_not_have_is_refused(text, message):
    assert message in complaint(text, EXPERIMENTS)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("metrics.acc", "metrics.acc ASC"),
        ("metric.`a b` desc", "metrics.`a b` DESC"),
        ("attributes.created Asc", "start_time ASC"),
        ("max(metrics.acc) DESC", "max(metrics.acc) DESC"),
    ],
)
def test_an_order_is_read(text, printed):
    (ordering,) = parse_order_by([text], RUNS)
    assert str(ordering) == printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Invalid order_by clause"),
        ("metrics.a DESC metrics.b", "Invalid order_by clause"),
        ("metrics.a DECS", "Did you mean 'DESC'"),
        ("dataset.name", "Invalid ordering key in order_by clause"),
        ("foo.bar", "Invalid ordering key in order_by clause"),
        ("stat_time", "Invalid order by key 'stat_time'.*Did you mean 'start_time'"),
    ],
)
def test_a_bad_order_says_what_is_wrong(text, message):
    with pytest.raises(InvalidValue, match=message):
        parse_order_by([text], RUNS)


def test_an_order_has_sixteen_keys_at_most():
    keys = [f"metrics.m{n}" for n in range(17)]
    assert len(parse_order_by(keys[:16], RUNS)) == 16
    with pytest.raises(InvalidValue, match="more than 16 keys"):
        parse_order_by(keys, RUNS)
    with pytest.raises(InvalidValue, match="more than 16 keys"):
        parse_order_by(["(none is read)"] * 17, RUNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("é" * 4097, "longer than 8192 bytes"),
        ("(" * 33 + "metrics.a = 1" + ")" * 33, "nested more than 32 deep"),
        ("NOT " * 33 + "metrics.a = 1", "nested more than 32 deep"),
        (" AND ".join(["metrics.a = 1"] * 101), "more than 100 clauses"),
    ],
)
def test_a_filter_has_bounds(text, message):
    assert message in complaint(text)


def test_a_number_of_thousands_of_digits_is_only_large():
    assert parse_filter("metrics.m < " + "9" * 8000, RUNS).value == 1.7976931348623157e308


def test_a_filter_is_text():
    with pytest.raises(InvalidValue, match="A filter is text, not int: 5"):
        parse_filter(5, RUNS)

"""Whatever bytes arrive, they are a request or `InvalidValue`, and no depth of them does harm."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.errors import InvalidValue
from nbtrack.rest.batches import LogBatch
from nbtrack.rest.codec import MOST_NESTED, decode_body, decode_query
from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.rest.metrics import GetHistories
from nbtrack.rest.nesting import is_nested_deeper
from nbtrack.rest.runs import OfRun

KINDS = sorted({row.request for row in ENDPOINTS}, key=lambda kind: kind.__name__)


def refused(body):
    with pytest.raises(InvalidValue) as caught:
        decode_body(body, OfRun)
    return caught.value.message


def nested(levels, inner=b"1"):
    """Return an object in which that many levels lie, its own included."""
    return b'{"run_id": "r", "x": ' + b"[" * (levels - 1) + inner + b"]" * (levels - 1) + b"}"


def test_as_many_levels_as_allowed_are_passed_over():
    assert decode_body(nested(MOST_NESTED), OfRun).run_id == "r"


@pytest.mark.parametrize("levels", [MOST_NESTED + 1, 1000, 1_000_000])
def test_more_levels_are_refused(levels):
    assert "nested deeper than 64" in refused(nested(levels))


def test_more_levels_are_refused_inside_a_json_string():
    assert "nested deeper" in refused(json.dumps(nested(100).decode()).encode())


def test_brackets_in_texts_are_no_levels():
    text = json.dumps({"run_id": "r", "x": '\\"[' * 100}).encode()
    assert decode_body(text, OfRun).run_id == "r"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def depth(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(json_values, st.integers(0, 5), st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_depth_that_is_found_without_reading_is_the_depth(value, levels, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert is_nested_deeper(text, levels) == (depth(value) > levels)


# Whatever arrives


def requests(kind):
    """Return bodies that look like requests of a kind, with any values in them."""
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    camel = [name.replace("_i", "I") for name in names]
    items = st.dictionaries(st.sampled_from(["key", "value", "timestamp", "step"]), json_values)
    field = json_values | st.lists(items, max_size=3)
    return st.dictionaries(st.sampled_from([*names, *camel, "run_uuid"]), field, max_size=6)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_any_json_is_a_request_or_an_invalid_value(kind, data):
    body = json.dumps(data.draw(requests(kind) | json_values))
    try:
        decode_body(body.encode("utf-8", "surrogatepass"), kind)
    except InvalidValue as error:
        error.message.encode()


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_request_or_an_invalid_value(body):
    try:
        decode_body(body, LogBatch)
    except InvalidValue as error:
        error.message.encode()


@given(
    st.dictionaries(
        st.sampled_from(["run_id", "max_results", "maxResults", "x"]), st.lists(st.text())
    )
)
@settings(max_examples=100, deadline=None)
def test_any_query_is_a_request_or_an_invalid_value(query):
    try:
        decode_query(query, GetHistories)
    except InvalidValue as error:
        error.message.encode()

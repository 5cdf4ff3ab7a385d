"""Every form of a request that MLflow's server takes, and `InvalidValue` for everything else."""

import json
import math

import msgspec
import pytest

from nbtrack.entities import RunStatus, ViewType
from nbtrack.errors import InvalidValue
from nbtrack.rest.batches import LogBatch
from nbtrack.rest.codec import MOST_ITEMS, decode_body, decode_query, encode
from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.rest.experiments import CreateExperiment, SearchExperiments
from nbtrack.rest.metrics import GetHistories, LogMetric
from nbtrack.rest.runs import CreateRun, OfRun, SearchRuns, UpdateRun
from nbtrack.rest.values import LogParam

RUN = "a" * 32
KINDS = sorted({row.request for row in ENDPOINTS}, key=lambda kind: kind.__name__)


def metric(value=b"1", more=b""):
    text = b'{"run_id": "r", "key": "k", "timestamp": 5, "value": ' + value + more + b"}"
    return decode_body(text, LogMetric)


def refused(body, kind):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(InvalidValue) as caught:
        decode_body(text, kind)
    return caught.value.message


# Forms that are accepted


def test_lower_camel_case_names_are_accepted():
    asked = decode_body(b'{"name": "n", "artifactLocation": "s3://b"}', CreateExperiment)
    assert asked.artifact_location == "s3://b"


def test_lower_camel_case_names_are_accepted_in_a_query():
    asked = decode_query({"maxResults": ["3"], "orderBy": ["a", "b"]}, SearchExperiments)
    assert (asked.max_results, asked.order_by) == (3, ["a", "b"])


def test_both_spellings_of_a_name_are_refused():
    body = {"name": "n", "artifact_location": "a", "artifactLocation": "b"}
    assert "given twice" in refused(body, CreateExperiment)


@pytest.mark.parametrize("order", [("run_id", "run_uuid"), ("run_uuid", "run_id")])
def test_run_id_wins_over_run_uuid(order):
    body = dict.fromkeys(order, "other") | {"run_id": "mine"}
    assert decode_body(json.dumps(body).encode(), OfRun).run_id == "mine"


@pytest.mark.parametrize(
    "body", [{"run_uuid": "r"}, {"runUuid": "r"}, {"run_id": "", "run_uuid": "r"}]
)
def test_run_uuid_stands_in_for_run_id(body):
    assert decode_body(json.dumps(body).encode(), OfRun).run_id == "r"


def test_unknown_fields_are_ignored_at_every_depth():
    body = {"run_id": "r", "new": {"a": [1]}, "tags": [{"key": "k", "value": "v", "new": 1}]}
    assert decode_body(json.dumps(body).encode(), LogBatch).tags[0].value == "v"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_null_is_the_same_as_absent(kind, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda size: "0" * 2 * size)  # new runs get an id
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    assert outcome(dict.fromkeys(names), kind) == outcome({}, kind)


def outcome(body, kind):
    try:
        return decode_body(json.dumps(body).encode(), kind)
    except InvalidValue as error:
        return error.message


@pytest.mark.parametrize("number", ["17", "17.0", '"17"', "1.7e1"])
def test_a_whole_number_has_many_spellings(number):
    assert metric(more=f', "step": {number}'.encode()).step == 17


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
@pytest.mark.parametrize("spelling", ["{}", '"{}"'])
def test_the_edges_of_int64_arrive_exactly(number, spelling):
    assert metric(more=f', "step": {spelling.format(number)}'.encode()).step == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"1.25"', 1.25),
        (b"true", 1.0),
        (b"false", 0.0),
        (b"5e-324", 5e-324),
        (b"-0.0", 0.0),
        (b"1.7976931348623157e308", 1.7976931348623157e308),
        (b'"Infinity"', math.inf),
        (b'"inf"', math.inf),
        (b'"-Infinity"', -math.inf),
        (b"Infinity", math.inf),
        (b"-Infinity", -math.inf),
        (b"1e400", math.inf),
        (b"-1e400", -math.inf),
    ],
)
def test_a_value_has_many_spellings(text, value):
    assert metric(text).value == value


@pytest.mark.parametrize("text", [b"NaN", b'"NaN"', b'"nan"'])
def test_nan_has_many_spellings_and_changes_no_other_field(text):
    asked = metric(text, b', "step": 3')
    assert math.isnan(asked.value)
    assert (asked.timestamp, asked.step) == (5, 3)


@pytest.mark.parametrize("status", ["FINISHED", 3, "3"])
def test_a_member_of_an_enum_has_a_name_and_a_number(status):
    body = json.dumps({"run_id": "r", "status": status}).encode()
    assert decode_body(body, UpdateRun).status is RunStatus.FINISHED


def test_a_member_of_an_enum_in_a_query_may_be_its_number():
    assert decode_query({"view_type": ["2"]}, SearchExperiments).view_type is ViewType.DELETED_ONLY


@pytest.mark.parametrize("wraps", [1, 2])
def test_a_json_string_that_holds_json_is_decoded_again(wraps):
    text = '{"run_id": "r"}'
    for _ in range(wraps):
        text = json.dumps(text)
    assert decode_body(text.encode(), OfRun).run_id == "r"


def test_a_repeated_parameter_of_a_query_is_a_list():
    asked = decode_query({"run_id": ["a", "b"], "metric_key": ["k", "x"]}, GetHistories)
    assert (asked.run_id, asked.metric_key) == (["a", "b"], "k")


def test_of_a_key_given_twice_the_last_value_counts():
    assert decode_body(b'{"run_id": "a", "run_id": "b"}', OfRun).run_id == "b"


def test_names_in_the_path_count_more_than_those_in_the_body():
    assert decode_body(b'{"run_id": "body"}', OfRun, {"run_id": "path"}).run_id == "path"


def test_a_body_of_16_mib_is_decoded():
    value = "é" * (8 * 2**20 - 100)
    body = json.dumps({"run_id": "r", "key": "k", "value": value}, ensure_ascii=False).encode()
    assert len(body) > 16 * 2**20 - 300
    assert decode_body(body, LogParam).value == value


# Mistakes


@pytest.mark.parametrize("body", [b"", b"  ", b"null", b"{}", b'{"run_id": ""}', b'""'])
def test_what_is_missing_is_named(body):
    assert refused(body, OfRun).startswith("Missing value for required parameter 'run_id'.")


def test_what_is_missing_inside_a_list_is_named_with_its_place():
    body = {"run_id": "r", "metrics": [{"key": "a", "value": 1, "timestamp": 1}, {"key": "b"}]}
    assert "required parameter 'metrics[1].value'" in refused(body, LogBatch)


def test_a_text_that_is_no_json_fails_with_the_reason_and_the_first_missing_field():
    message = refused(b'{"run_id": "r"', OfRun)
    assert "required parameter 'run_id'" in message
    assert "not JSON" in message


def test_a_text_that_is_no_json_is_refused_where_nothing_is_required():
    assert "not JSON" in refused(b"experiment_id=0", CreateRun)


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ([1], OfRun, "not a list: [1]"),
        (5, OfRun, "not a single value: 5"),
        ({"run_id": 31}, OfRun, "Invalid value 31 for parameter 'run_id' supplied"),
        ({"run_id": "../x"}, OfRun, "Invalid value \"../x\" for parameter 'run_id' supplied"),
        ({"run_id": "r\n"}, OfRun, "for parameter 'run_id' supplied"),
        ({"run_id": "r" * 257}, OfRun, "for parameter 'run_id' supplied"),
        (
            {"run_id": "r", "key": "k", "value": 1},
            LogParam,
            "value 1 for parameter 'value'",
        ),
        (
            {"run_id": "r", "metrics": "foo"},
            LogBatch,
            "value \"foo\" for parameter 'metrics'",
        ),
        (
            {"run_id": "r", "metrics": ["x"]},
            LogBatch,
            "value \"x\" for parameter 'metrics[0]'",
        ),
        ({"run_id": "r", "tags": {"a": "b"}}, LogBatch, "for parameter 'tags' supplied"),
        ({"experiment_ids": [0]}, SearchRuns, "Invalid value 0 for parameter 'experiment_ids[0]'"),
        ({"run_id": "r", "status": "finished"}, UpdateRun, "for parameter 'status' supplied"),
        ({"run_id": "r", "status": 0}, UpdateRun, "for parameter 'status' supplied"),
        ({"run_id": "r", "status": 6}, UpdateRun, "for parameter 'status' supplied"),
        ({"run_id": "r", "status": True}, UpdateRun, "for parameter 'status' supplied"),
        ({"run_id": "r", "end_time": 2**63}, UpdateRun, "for parameter 'end_time' supplied"),
        ({"run_id": "r", "end_time": str(2**63)}, UpdateRun, "for parameter 'end_time' supplied"),
        ({"run_id": "r", "end_time": 1.5}, UpdateRun, "for parameter 'end_time' supplied"),
        ({"run_id": "r", "end_time": 1e30}, UpdateRun, "for parameter 'end_time' supplied"),
        ({"run_id": "r", "end_time": True}, UpdateRun, "for parameter 'end_time' supplied"),
        ({"run_id": "r", "run_name": ["x"]}, UpdateRun, "for parameter 'run_name' supplied"),
    ],
)
def test_a_mistake_is_named_in_mlflows_words(body, kind, says):
    assert says in refused(body, kind)


@pytest.mark.parametrize("path", ["`$.order_by[99]`", "`$.order_by[99]", "`$.x[0]` - at `$", "`$"])
def test_a_wrong_value_that_reads_like_msgspecs_message_is_only_quoted(path):
    body = {"order_by": ["x"], "run_view_type": f"y - at {path}"}
    message = refused(body, SearchRuns)
    assert f"value \"y - at {path}\" for parameter 'run_view_type' supplied" in message


def test_too_many_items_are_refused_before_any_is_looked_at():
    body = b'{"run_id": "r", "metrics": [%s{}]}' % (b"{}," * MOST_ITEMS)
    assert "'metrics' is a list of 100001 items" in refused(body, LogBatch)


@pytest.mark.parametrize("value", [b'"abc"', b'""', b"[]", b"{}", b'"1 "', b"9" * 400, b"9" * 5000])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(InvalidValue):
        metric(value)


@pytest.mark.parametrize(
    "text", [b'"\\ud800"', b'"\\udc00x"', b'"\xed\xa0\x80"', b'"\xff"', b'"\xc0\x80"']
)
@pytest.mark.parametrize("key", [b"value", b"key", b"run_id"])
def test_what_is_no_unicode_is_refused(text, key):
    body = b'{"run_id": "r", "key": "k", "value": "v", "%s": %s}' % (key, text)
    refused(body, LogParam).encode()  # the message itself can be sent


@pytest.mark.parametrize("text", ["\ud800", ["\ud800"], {"\ud800": "\ud800"}])
@pytest.mark.parametrize("name", ["status", "end_time", "run_name"])
def test_a_message_about_half_a_character_can_be_sent(text, name):
    refused({"run_id": "r", name: text}, UpdateRun).encode()


def test_a_pair_of_surrogates_is_a_character():
    body = b'{"run_id": "r", "key": "k", "value": "\\ud83d\\ude00"}'
    assert decode_body(body, LogParam).value == "\N{GRINNING FACE}"


def test_another_encoding_than_utf_8_is_refused():
    assert "not JSON" in refused('{"experiment_id": "0"}'.encode("utf-16"), CreateRun)


def test_no_answer_is_the_empty_object():
    assert encode(None) == b"{}"

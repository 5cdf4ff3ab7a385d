"""Records survive the journal's JSON exactly, numbers that JSON cannot hold included."""

import math

import msgspec
import pytest

from nbtrack.entities import Dataset, DatasetInput, Metric, Param, RunStatus, Tag
from nbtrack.store.records import (
    CorrectParam,
    CreateRun,
    DeleteTag,
    LogBatch,
    LogInputs,
    LogMetric,
    Skip,
    UpdateRun,
    decode,
    encode,
)

RECORDS = [
    CreateRun("r", "0", "calm-otter", "ann", 1, [Tag("k", "ü\n")]),
    LogMetric("r", "acc", 0.1 + 0.2, 2**62, -(2**63)),
    LogMetric("r", "acc", 5e-324, 0, 0),
    LogMetric("r", "acc", math.inf, 0, 0),
    LogMetric("r", "acc", -math.inf, 0, 0),
    LogBatch(
        "r", [Metric("a", math.inf, 1), Metric("b", 1.0, 1)], [Param("p", "NaN")], [Tag("t", "")]
    ),
    LogInputs(
        "r", [DatasetInput(Dataset("iris", "abc"), [Tag("mlflow.data.context", "training")])]
    ),
    UpdateRun("r", RunStatus.FAILED, 5, None),
    UpdateRun("r"),
    DeleteTag("r", "k"),
    CorrectParam("r", "lr", "0.2"),
    Skip(),
]


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_a_record_survives_json(record):
    line = encode(7, record)
    assert b"\n" not in line
    assert decode(line) == (7, record)


def test_nan_survives_alone_and_in_a_batch():
    assert math.isnan(decode(encode(1, LogMetric("r", "a", math.nan, 0, 0)))[1].value)
    batch = decode(encode(1, LogBatch("r", [Metric("a", math.nan, 0)])))[1]
    assert math.isnan(batch.metrics[0].value)


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b'[1,["unknown"]]', b'["x",["skip"]]'])
def test_what_is_not_a_record_is_refused(line):
    with pytest.raises(msgspec.DecodeError):
        decode(line)

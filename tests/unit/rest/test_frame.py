"""Columns in one block of bytes, and back."""

import base64
import math
import random
import struct
from pathlib import Path

import pytest

from nbtrack.errors import InvalidValue
from nbtrack.rest.frame import read_frame, write_frame
from nbtrack.store import columns
from tests.unit.rest import frame_for_javascript

ROOT = Path(__file__).parents[3]

TEXTS = ["", "\0", "😀", "e\u0301", "x" * 10_000, '"quoted"', "<img onerror=x>", "\u2028"]


def test_what_is_written_is_read():
    ids = [f"{number:032x}" for number in (0, 1, 2**128 - 1)]
    given = [
        columns.numbers("a", "f64", [0.5, -0.0, 5e-324]),
        columns.ids("id", ids),
        columns.numbers("state", "u8", [0, 5, 255]),
        columns.numbers("many", "u32", [0, 2**32 - 1, 7], rows=[5, 0, 3]),
        columns.texts("text", [*TEXTS, "x" * 10_000], rows=range(len(TEXTS) + 1)),
    ]
    header, found = read_frame(write_frame({"total": 3, "series": [{"key": "😀"}]}, given))
    assert header["total"] == 3
    assert header["series"] == [{"key": "😀"}]
    assert found == {column.name: column for column in given}
    assert [len(column) for column in found.values()] == [3, 3, 3, 3, len(TEXTS) + 1]
    assert found["text"].texts == TEXTS


def test_nan_and_infinities_are_themselves():
    frame = write_frame({}, [columns.numbers("a", "f64", [math.nan, math.inf, -math.inf])])
    assert [str(one) for one in read_frame(frame)[1]["a"].data] == ["nan", "inf", "-inf"]


def test_columns_without_rows_are_columns():
    given = [columns.numbers("a", "f64", []), columns.texts("t", [], []), columns.ids("i", [])]
    header, found = read_frame(write_frame({}, given))
    assert list(found.values()) == given
    assert [spec["length"] for spec in header["columns"]] == [0, 0, 0]
    assert read_frame(write_frame({}, [])) == ({"columns": []}, {})


def test_every_column_lies_where_a_typed_array_may_begin():
    chance = random.Random(1)
    for size in range(20):
        given = [
            columns.numbers(f"{kind}{size}", kind, [chance.randrange(200)] * size, rows=range(size))
            for kind in ("u8", "f64", "u32", "u8")
        ]
        frame = write_frame({"pad": "x" * size}, given)
        length = struct.unpack_from("<I", frame, 4)[0]
        assert (len(frame) - (8 + length + 7) // 8 * 8) % 8 == 0
        for spec in read_frame(frame)[0]["columns"]:
            assert (spec["offset"] % 8, spec["rows"] % 8) == (0, 0)


@pytest.mark.parametrize("cut", [0, 3, 7, 20, -1])
def test_what_is_no_whole_frame_is_refused(cut):
    frame = write_frame({}, [columns.numbers("a", "f64", [1.0])])
    with pytest.raises(InvalidValue, match="frame"):
        read_frame(frame[:cut])
    with pytest.raises(InvalidValue, match="frame"):
        read_frame(b'{"error_code": "INTERNAL_ERROR"}')


def test_the_frame_that_the_front_end_is_tested_with_is_ours():
    kept = ROOT / "jupyter_extension" / "ui" / "test" / "frame.base64.txt"
    assert kept.read_text().strip() == base64.b64encode(frame_for_javascript.frame()).decode()

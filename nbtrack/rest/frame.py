"""Columns of numbers and texts in one block of bytes; the other side is ``src/frame.js``.

.. code-block:: text

    "NBT1" | u32 length of the header | header as JSON | columns, each at a multiple of 8

All numbers are little-endian. The header is an object whose ``columns`` say what lies where: name,
type, length, offset (in bytes, from where the columns begin) and, for a column that not every row
has, in ``rows`` the offset of as many u32 that say which rows these are. A ``text`` column has u32
places in its list ``texts``; a ``hex16`` column has 16 bytes a row.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, Any

import msgspec

from nbtrack.errors import InvalidValue
from nbtrack.store.columns import CODES, HEX_BYTES, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAGIC = b"NBT1"
_ALIGNED = 8
_HEAD = struct.Struct("<4sI")


def write_frame(header: Mapping[str, Any], columns: Sequence[Column]) -> bytes:
    """Return a frame.

    Parameters
    ----------
    header : mapping
        What is said beside the columns; its numbers are finite.
    columns : sequence of Column
        Any number of them, of any lengths.
    """
    specs: list[dict[str, Any]] = []
    blocks: list[bytes] = []
    place = 0

    def put(values: array[Any]) -> int:
        nonlocal place
        block = _little(values).tobytes()
        start = place
        padding = -len(block) % _ALIGNED
        blocks.extend((block, bytes(padding)))
        place += len(block) + padding
        return start

    for column in columns:
        spec = {"name": column.name, "type": column.kind, "length": len(column)}
        spec["offset"] = put(column.data)
        if column.rows is not None:
            spec["rows"] = put(column.rows)
        if column.kind == "text":
            spec["texts"] = column.texts
        specs.append(spec)
    head = msgspec.json.encode({**header, "columns": specs})
    padding = bytes(-(_HEAD.size + len(head)) % _ALIGNED)
    return b"".join([_HEAD.pack(MAGIC, len(head)), head, padding, *blocks])


def read_frame(frame: bytes) -> tuple[dict[str, Any], dict[str, Column]]:
    """Return the header and the columns, by their names, of what `write_frame` wrote.

    Raises
    ------
    InvalidValue
        If the bytes are no frame.
    """
    if not frame.startswith(MAGIC):
        raise InvalidValue("The answer is no frame.")
    try:
        _, length = _HEAD.unpack_from(frame)
        header: dict[str, Any] = msgspec.json.decode(frame[_HEAD.size : _HEAD.size + length])
        start = _HEAD.size + length + -(_HEAD.size + length) % _ALIGNED
        columns = {spec["name"]: _column(frame, start, spec) for spec in header["columns"]}
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise InvalidValue("The frame is not whole.") from error
    return header, columns


def _column(frame: bytes, start: int, spec: Mapping[str, Any]) -> Column:
    length = spec["length"]

    def values(code: str, offset: int, number: int) -> array[Any]:
        found = array(code)
        begin = start + offset
        piece = frame[begin : begin + number * found.itemsize]
        found.frombytes(piece)
        if len(found) != number:
            raise ValueError(spec["name"])
        return _little(found)

    each = HEX_BYTES if spec["type"] == "hex16" else 1
    data = values(CODES[spec["type"]], spec["offset"], length * each)
    rows = values("I", spec["rows"], length) if "rows" in spec else None
    return Column(spec["name"], spec["type"], data, rows, spec.get("texts", []))


def _little(values: array[Any]) -> array[Any]:
    if sys.byteorder == "little":
        return values
    swapped = values[:]
    swapped.byteswap()
    return swapped

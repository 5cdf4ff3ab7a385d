r"""The lines of a journal: ``crc32 JSON\n``, each of which can be read without the others.

The first two lines say who writes the journal (twice, so that damage to one does not matter); each
further line is a numbered record. A line whose checksum is wrong is passed over. If the newline
between two lines is what was damaged, both are still found in what then looks like one line.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from nbtrack.store.records import Owner, Record, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEX_DIGITS = 8
_BEGINNING = re.compile(rb"[0-9a-f]{8} [\[{]")
_MOST_BEGINNINGS = 32  # in one damaged line; more are not there by accident
_owner_decoder = msgspec.json.Decoder(Owner)


def pack(body: bytes) -> bytes:
    """Return the line that holds a body."""
    return b"%08x %b\n" % (crc32(body), body)


def unpack(line: bytes) -> bytes | None:
    """Return the body of a line without its newline, or None if the line is damaged."""
    body = line[_HEX_DIGITS + 1 :]
    try:
        sound = int(line[:_HEX_DIGITS], 16) == crc32(body) and line[_HEX_DIGITS] == ord(" ")
    except (ValueError, IndexError):
        return None
    return body if sound and body else None


def salvage(line: bytes) -> Iterator[bytes]:
    """Give the whole bodies inside a damaged line, as when the newline between two was lost."""
    beginnings = islice(_BEGINNING.finditer(line), _MOST_BEGINNINGS)
    starts = [found.start() for found in beginnings]
    position = 0
    for index, start in enumerate(starts):
        if start < position:
            continue
        # Up to the next beginning there is one byte that was the newline.
        for end in (*(after - 1 for after in starts[index + 1 :]), len(line), len(line) - 1):
            body = unpack(line[start:end])
            if body is not None:
                yield body
                position = end
                break


def head(owner: Owner) -> bytes:
    """Return the lines with which a journal begins."""
    return 2 * pack(msgspec.json.encode(owner))


def read(body: bytes) -> Owner | tuple[int, Record] | None:
    """Return what a sound body says; None if it is not one of ours, as from a later version."""
    try:
        return _owner_decoder.decode(body) if body.startswith(b"{") else decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None

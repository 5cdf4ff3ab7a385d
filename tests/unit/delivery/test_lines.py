"""Lines of a journal."""

from zlib import crc32

import pytest

from nbtrack.delivery import lines


def test_a_line_gives_back_what_was_packed():
    assert lines.unpack(lines.pack(b"[1,2]")[:-1]) == b"[1,2]"


def test_a_line_is_text_that_any_tool_can_read():
    assert lines.pack(b"[1]") == b"%08x [1]\n" % crc32(b"[1]")


@pytest.mark.parametrize("line", [b"", b" ", b"12", b"zzzzzzzz [1]", b"00000000 [1]", b"\xff" * 20])
def test_anything_else_is_damaged(line):
    assert lines.unpack(line) is None


def test_two_lines_whose_newline_was_lost_are_both_found():
    merged = lines.pack(b"[1]")[:-1] + b"?" + lines.pack(b"[2]")[:-1]
    assert list(lines.salvage(merged)) == [b"[1]", b"[2]"]


def test_a_line_behind_a_torn_one_is_found():
    merged = lines.pack(b"[1,2,3]")[:12] + lines.pack(b"[2]")[:-1]
    assert list(lines.salvage(merged)) == [b"[2]"]


def test_a_long_line_of_beginnings_takes_no_long_time_to_search():
    assert list(lines.salvage(b"00000000 [" * 50_000)) == []


def test_a_body_of_a_later_version_is_not_understood():
    assert lines.read(b'[1,["hologram","x"]]') is None
    assert lines.read(b"{}") is None

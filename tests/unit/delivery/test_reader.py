"""Reading journals, whole and damaged."""

import pytest

from nbtrack.delivery import lines
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.reader import JournalReader
from nbtrack.store.records import LogMetric, encode

OWNER = this_process("1" * 32, "5" * 32)


def packed(*numbers):
    return [lines.pack(encode(n, LogMetric("a" * 32, "loss", n, 0, n))) for n in numbers]


@pytest.fixture
def journal(tmp_path):
    def write(*parts):
        path = tmp_path / "a.journal"
        path.write_bytes(lines.head(OWNER) + b"".join(parts))
        return path

    return write


def numbers(path, acknowledged=0, limit=1000):
    with JournalReader(path, acknowledged) as reader:
        found = [number for number, _ in reader.read(limit, ended=True)]
        reader.finish()
        return found, reader.lost


def test_slices_follow_each_other(journal):
    with JournalReader(journal(*packed(1, 2, 3, 4, 5))) as reader:
        slices = [[number for number, _ in reader.read(2)] for _ in range(4)]
    assert slices == [[1, 2], [3, 4], [5], []]


def test_acknowledged_records_are_passed_over(journal):
    assert numbers(journal(*packed(1, 2, 3)), acknowledged=2) == ([3], 0)


def test_a_live_journal_is_read_on_when_it_grows(journal):
    path = journal(*packed(1))
    with JournalReader(path) as reader:
        assert len(reader.read(10)) == 1
        assert reader.read(10) == []
        with path.open("ab") as file:
            file.write(packed(2)[0])
        assert [number for number, _ in reader.read(10)] == [2]


def test_half_a_line_of_a_live_journal_is_waited_for(journal):
    [line] = packed(2)
    path = journal(*packed(1), line[:20])
    with JournalReader(path) as reader:
        assert len(reader.read(10)) == 1
        with path.open("ab") as file:
            file.write(line[20:])
        assert [number for number, _ in reader.read(10)] == [2]
        assert reader.lost == 0


def test_a_last_line_without_its_newline_is_read_when_the_owner_is_gone(journal):
    assert numbers(journal(*packed(1), packed(2)[0][:-1])) == ([1, 2], 0)


def test_a_torn_last_line_counts_as_lost(journal):
    assert numbers(journal(*packed(1), packed(2)[0][:30])) == ([1], 1)


def test_a_torn_last_line_that_the_store_has_is_not_lost(journal):
    assert numbers(journal(*packed(1), packed(2)[0][:30]), acknowledged=2) == ([], 0)


def test_a_write_cut_short_and_repeated_is_not_lost(journal):
    [second] = packed(2)
    assert numbers(journal(*packed(1), second[:30], b"\n", second, *packed(3))) == ([1, 2, 3], 0)


def test_a_number_that_an_interrupt_took_is_not_lost(journal):
    assert numbers(journal(*packed(1, 3))) == ([1, 3], 0)


def test_a_damaged_line_loses_that_record_only(journal):
    first, second, third = packed(1, 2, 3)
    second = second.replace(b"loss", b"l0ss")
    assert numbers(journal(first, second, third)) == ([1, 3], 1)


def test_damage_to_the_first_line_loses_nothing(journal):
    path = journal(*packed(1, 2))
    path.write_bytes(b"?" + path.read_bytes()[1:])
    with JournalReader(path) as reader:
        assert len(reader.read(10)) == 2
        assert reader.owner == OWNER
        assert reader.lost == 0


def test_a_line_longer_than_a_chunk_is_read(journal):
    record = LogMetric("a" * 32, "k" * 500_000, 1.0, 0, 0)
    path = journal(lines.pack(encode(1, record)), *packed(2))
    with JournalReader(path) as reader:
        assert [number for number, _ in reader.read(10)] == [1, 2]


def test_a_file_of_zeros_has_no_records(journal):
    assert numbers(journal(b"\0" * 300_000)) == ([], 1)

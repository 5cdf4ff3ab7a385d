"""Bytes of a journal that are cut off or changed cost at most the record they belong to."""

import itertools
import shutil

import msgspec
import pytest

from nbtrack.delivery import lines
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.reader import JournalReader
from nbtrack.delivery.recovery import recover
from nbtrack.entities import Param, Tag
from nbtrack.store.records import CreateRun, LogBatch, LogMetric, encode

RECORDS = 8


def written(store_id="5" * 32, mark="a"):
    """Return a dead process's journal: its id, its lines, the length of its head."""
    journal_id = mark * 32
    owner = msgspec.structs.replace(this_process(journal_id, store_id), process_start="long ago")
    run_id = mark * 32
    records = [
        CreateRun(run_id, "0", "damaged", "me", 1, []),
        LogBatch(run_id, [], [Param("a", "1")]),
    ]
    records += [LogMetric(run_id, "loss", step / 3, step, step) for step in range(RECORDS - 3)]
    records.append(LogBatch(run_id, [], [], [Tag("text", "00000000 [1] {\n}")]))
    parts = [lines.pack(encode(number, record)) for number, record in enumerate(records, start=1)]
    return journal_id, lines.head(owner), parts


def survivors(path):
    with JournalReader(path) as reader:
        found = [number for number, _ in reader.read(100, ended=True)]
        reader.finish()
        return found, reader.lost, reader.damaged


def test_cut_at_every_byte_all_whole_records_are_read_and_a_torn_one_is_reported(tmp_path):
    _, head, parts = written()
    whole = head + b"".join(parts)
    ends = [len(head) + end for end in itertools.accumulate(map(len, parts))]
    path = tmp_path / "cut"
    for length in range(len(head), len(whole) + 1):
        path.write_bytes(whole[:length])
        complete = sum(end <= length + 1 for end in ends)  # without its newline it is whole as well
        torn = length not in {len(head), *ends, *(end - 1 for end in ends)}
        assert survivors(path)[:2] == (list(range(1, complete + 1)), int(torn)), length


@pytest.mark.parametrize(
    "change", [lambda b: b ^ 0xFF, lambda b: b ^ 1, lambda b: b ^ 32, lambda _: 10]
)
def test_with_any_byte_changed_at_most_its_record_is_lost_and_reported(tmp_path, change):
    _, head, parts = written()
    whole = head + b"".join(parts)
    path = tmp_path / "flipped"
    for position, byte in enumerate(whole):
        path.write_bytes(whole[:position] + bytes([change(byte)]) + whole[position + 1 :])
        found, lost, damaged = survivors(path)
        missing = set(range(1, RECORDS + 1)) - set(found)
        assert len(missing) <= 1, position
        assert len(found) == len(set(found))
        assert lost == len(missing), position
        assert damaged or not missing


def test_a_hole_in_the_middle_is_counted(tmp_path):
    _, head, parts = written()
    path = tmp_path / "hole"
    path.write_bytes(head + parts[0] + parts[1][:5] + parts[5][9:] + b"".join(parts[6:]))
    assert survivors(path)[:2] == ([1, 7, 8], 5)


def test_a_damaged_journal_is_shipped_reported_and_kept(store, folder):
    journal = folder / "journal"
    journal.mkdir()
    for count, mark in enumerate("abcdef", start=1):
        journal_id, head, parts = written(store.store_id, mark)
        parts[count] = parts[count][:-9] + b"?" + parts[count][-8:]
        (journal / f"{journal_id}.journal").write_bytes(head + b"".join(parts))
        recovery = recover(store, journal)
        assert (recovery.lost, recovery.shipped) == (1, RECORDS - 1)
        assert [path.name for path in recovery.damaged] == [f"{journal_id}.damaged"]
        run = store.get_run(mark * 32)
        assert (len(run.data.params) == 1) is (count != 1)
        assert len(store.metric_history(mark * 32, "loss")) == RECORDS - 3 - (count > 1)
        assert run.info.status == "KILLED"


def test_a_journal_without_a_readable_owner_is_reported_and_left(store, folder):
    journal = folder / "journal"
    journal.mkdir()
    path = journal / ("a" * 32 + ".journal")
    path.write_bytes(b"nothing of ours")
    assert recover(store, journal).damaged == (path,)
    assert path.exists()


def test_the_same_journal_twice_is_applied_once(store, folder):
    journal = folder / "journal"
    journal.mkdir()
    journal_id, head, parts = written(store.store_id)
    path = journal / f"{journal_id}.journal"
    path.write_bytes(head + b"".join(parts))
    shutil.copy(path, folder / "copy")
    assert recover(store, journal).shipped == RECORDS
    shutil.move(folder / "copy", path)
    assert recover(store, journal).shipped == 0
    assert not path.exists()

"""A disk that is full, or read-only: one sentence, no exception, and all of it arrives later."""

import time

import pytest

from nbtrack import platforms
from nbtrack.delivery import journal as journal_module
from nbtrack.delivery.journal import Journal
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.outbox import Outbox
from nbtrack.delivery.reader import JournalReader, read_owner
from nbtrack.store.open import open_store
from nbtrack.store.records import CreateRun, LogMetric
from tests.faults.conftest import SmallDisk
from tests.needs import needs

RUN = "a" * 32


def point(step):
    return LogMetric(RUN, "loss", step / 2, step, step)


class LimitedDisk:
    """A folder whose files cannot grow beyond a size, which stands for a disk that fills up.

    RLIMIT_FSIZE works without being root: a write beyond it is cut short, the next one fails.
    """

    def __init__(self, folder):
        self.folder = folder
        self.fill(None)

    def fill(self, size):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


@pytest.fixture
def limited(tmp_path):
    needs(not platforms.WINDOWS, "File size limits exist on POSIX systems only.")
    disk = LimitedDisk(tmp_path / "limited")
    disk.folder.mkdir()
    yield disk
    disk.fill(None)


@pytest.fixture(params=["limited", "small"])
def disk(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def journal(disk):
    made = Journal(disk.folder / "journal", this_process("0" * 32, "5" * 32))
    yield made
    made.abandon()


def numbers(journal):
    with JournalReader(journal.path) as reader:
        found = [number for number, _ in reader.read(1_000_000)]
        return found, reader.lost


def test_records_wait_in_memory_and_are_written_when_there_is_space(disk, journal, capsys):
    for step in range(20):
        journal.append(point(step))
    disk.fill(4096)
    for step in range(20, 500):
        journal.append(point(step))
    assert len(numbers(journal)[0]) < 500
    disk.fill(None)
    assert journal.drain()
    assert numbers(journal) == (list(range(1, 501)), 0)
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_space_that_comes_and_goes_leaves_every_record_once_and_in_order(disk, journal):
    for round_number in range(20):
        disk.fill(4096 + 700 * round_number)
        for step in range(60):
            journal.append(point(step))
        journal._retry_at = 0
    disk.fill(None)
    journal.drain()
    assert numbers(journal) == (list(range(1, 1201)), 0)


def test_a_disk_that_is_full_from_the_start(limited, journal):
    limited.fill(10)
    journal.append(point(0))
    assert journal.append(point(1)) == 2
    limited.fill(None)
    journal.append(point(2))
    journal.drain()
    assert numbers(journal) == ([1, 2, 3], 0)
    assert read_owner(journal.path) == journal.owner


def test_memory_is_bounded_and_what_is_lost_is_said(limited, journal, capsys, monkeypatch):
    monkeypatch.setattr(journal_module, "MOST_WAITING_BYTES", 10_000)
    limited.fill(1000)
    for step in range(1000):
        journal.append(point(step))
    assert journal._waiting_bytes <= 10_000
    assert journal.dropped > 500
    said = capsys.readouterr().err
    assert said.count("records are lost until") == 1


def test_the_store_gets_records_from_memory_while_the_journals_disk_is_full(disk, store):
    outbox = Outbox(store, disk.folder / "journal")
    outbox.append(CreateRun(RUN, "0", "full", "me", int(time.time() * 1000), []))
    outbox.flush(5)
    disk.fill(4096 if isinstance(disk, SmallDisk) else 1 << 20)
    for step in range(15_000):
        outbox.append(point(step))
    assert outbox.flush(30) == 0
    assert len(store.metric_history(RUN, "loss")) == 15_000
    disk.fill(None)
    assert outbox.close(5) == 0


def test_a_full_disk_under_journal_and_store_delays_and_loses_nothing(small, capsys):
    with open_store(f"sqlite:///{small.folder}/nbtrack.db") as store:
        outbox = Outbox(store, small.folder / "journal")
        outbox.append(CreateRun(RUN, "0", "full", "me", int(time.time() * 1000), []))
        assert outbox.flush(5) == 0
        small.fill(8192)
        for step in range(2000):
            outbox.append(point(step))
        outbox.flush(0.5)
        small.fill(None)
        assert outbox.flush(20) == 0
        assert [metric.step for metric in store.metric_history(RUN, "loss")] == list(range(2000))
        assert outbox.close(5) == 0
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_a_folder_that_cannot_be_written_to_does_not_stop_delivery(store, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    outbox = Outbox(store, tmp_path / "file" / "journal")
    outbox.append(CreateRun(RUN, "0", "no journal", "me", int(time.time() * 1000), []))
    outbox.append(point(0))
    assert outbox.flush(5) == 0
    assert outbox.close(1) == 0
    assert len(store.metric_history(RUN, "loss")) == 1
    assert "Records are kept in memory" in capsys.readouterr().err


def test_what_a_full_disk_takes_from_the_end_of_a_process_is_said(small, capsys):
    with open_store(f"sqlite:///{small.folder}/nbtrack.db") as store:
        outbox = Outbox(store, small.folder / "journal")
        outbox.append(CreateRun(RUN, "0", "full", "me", int(time.time() * 1000), []))
        assert outbox.flush(5) == 0
        small.fill(8192)
        for step in range(2000):
            outbox.append(point(step))
        kept = outbox.close(0.1)
        (path,) = (small.folder / "journal").iterdir()
        with JournalReader(path, 1) as reader:
            assert len(reader.read(10_000)) == kept
    said = capsys.readouterr().err
    assert f"{2000 - kept:,} records are lost: neither the store" in said
    assert f"{kept:,} records kept in {path}" in said

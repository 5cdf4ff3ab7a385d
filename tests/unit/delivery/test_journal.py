"""The journal's file."""

import os
import signal
import stat
import threading

import pytest

from nbtrack import platforms
from nbtrack.delivery.journal import Journal, Retired
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.reader import JournalReader, read_owner
from nbtrack.store.records import DeleteTag, LogMetric

posix_only = pytest.mark.skipif(platforms.WINDOWS, reason="Windows has no such permissions.")


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal", this_process("0" * 32, "5" * 32))
    yield made
    made.abandon()


def point(step):
    return LogMetric("a" * 32, "loss", step / 2, 1_700_000_000_000, step)


def read(journal, limit=100_000):
    with JournalReader(journal.path) as reader:
        return reader.read(limit)


def test_nothing_is_made_before_the_first_record(journal):
    assert not journal.path.parent.exists()


@posix_only
def test_the_file_and_its_folder_are_private(journal):
    journal.append(point(0))
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_journal_begins_with_its_owner(journal):
    journal.append(point(0))
    assert read_owner(journal.path) == journal.owner
    assert journal.owner.pid == os.getpid()


def test_records_are_numbered_from_one_and_read_back(journal):
    assert [journal.append(point(step)) for step in range(3)] == [1, 2, 3]
    assert read(journal) == [(1, point(0)), (2, point(1)), (3, point(2))]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 5e-324, 0.1 + 0.2])
def test_every_number_is_read_back_as_it_was(journal, value):
    journal.append(LogMetric("a" * 32, "loss", value, 0, 0))
    assert repr(read(journal)[0][1].value) == repr(value)


def test_a_newline_in_a_text_stays_inside_its_line(journal):
    record = DeleteTag("a" * 32, "two\nlines\r\n\u2028")
    journal.append(record)
    assert read(journal) == [(1, record)]


def test_a_record_of_a_wrong_type_raises_and_takes_no_number(journal):
    with pytest.raises(TypeError):
        journal.append(LogMetric("a" * 32, "loss", object(), 0, 0))
    assert journal.append(point(0)) == 1


def test_threads_get_numbers_of_their_own_in_the_order_of_the_file(journal):
    threads = [
        threading.Thread(target=lambda: [journal.append(point(n)) for n in range(2000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [number for number, _ in read(journal)] == list(range(1, 8001))


@pytest.mark.skipif(platforms.WINDOWS, reason="Windows has no such signals.")
def test_a_signal_handler_may_log_while_a_record_is_written(journal):
    previous = signal.signal(signal.SIGALRM, lambda *_: journal.append(point(-1)))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for step in range(30_000):
            journal.append(point(step))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    numbers = [number for number, _ in read(journal)]
    assert len(numbers) > 30_000
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_link_in_place_of_the_journal_is_not_written_through(journal, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    journal.path.parent.mkdir()
    journal.path.symlink_to(victim)
    journal.append(point(0))
    assert victim.read_text() == "mine"
    assert not journal.path.is_symlink()


def test_a_retired_journal_takes_no_more(journal):
    journal.append(point(0))
    assert journal.retire(acknowledged=1)
    assert not journal.path.exists()
    with pytest.raises(Retired):
        journal.append(point(1))


def test_a_journal_with_records_left_is_kept(journal):
    journal.append(point(0))
    assert not journal.retire(acknowledged=0)
    assert read(journal) == [(1, point(0))]


def test_compacting_keeps_what_was_not_read(journal):
    for step in range(10):
        journal.append(point(step))
    reader = JournalReader(journal.path)
    reader.read(7)
    before = journal.path.stat().st_size
    assert journal.compact(reader, most=10_000)
    assert journal.path.stat().st_size < before
    journal.append(point(10))
    assert [number for number, _ in read(journal)] == [8, 9, 10, 11]
    assert read_owner(journal.path) == journal.owner


def test_compacting_waits_until_little_is_left(journal):
    for step in range(10):
        journal.append(point(step))
    with JournalReader(journal.path) as reader:
        reader.read(2)
        assert not journal.compact(reader, most=100)
        assert len(reader.read(100)) == 8

"""From a call to the store, in one process."""

import shutil
import sqlite3
import threading
import time
from contextlib import contextmanager

import pytest

from nbtrack.delivery import shipper as shipping_thread
from nbtrack.delivery.outbox import Outbox, close_all
from nbtrack.delivery.reader import JournalReader
from nbtrack.entities import Metric, Param, RunStatus, Tag
from nbtrack.errors import NotFound, WrongStore
from nbtrack.store.open import open_store
from nbtrack.store.records import (
    CreateRun,
    DeleteTag,
    LogBatch,
    LogMetric,
    UpdateRun,
)


def point(run_id, step, value=None):
    return LogMetric(run_id, "loss", step / 2 if value is None else value, 1000 + step, step)


def until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def locked(store):
    """Hold the database's write lock, as another program may."""
    store._database.patience = 0.05
    store._database.close()
    with sqlite3.connect(store.uri.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    other.close()


def test_a_flushed_record_is_in_the_store(outbox, store, run_id):
    outbox.append(point(run_id, 0))
    assert outbox.flush(5) == 0
    assert store.metric_history(run_id, "loss") == [Metric("loss", 0.0, 1000, 0)]


def test_a_record_reaches_the_store_by_itself(outbox, store, run_id):
    outbox.append(point(run_id, 0))
    until(lambda: outbox._shipper.acknowledged == 2)
    assert len(store.metric_history(run_id, "loss")) == 1


def test_a_record_after_a_pause_reaches_the_store_by_itself(outbox, store, run_id):
    outbox.flush(5)
    until(lambda: outbox._shipper.idle)
    outbox.append(point(run_id, 0))
    until(lambda: outbox._shipper.acknowledged == 2)


def test_every_kind_of_record_arrives_in_order(outbox, store, run_id):
    outbox.append(LogBatch(run_id, [], [Param("lr", "0.1")], [Tag("a", "1"), Tag("b", "1")]))
    outbox.append(DeleteTag(run_id, "a"))
    outbox.append(LogBatch(run_id, [], [], [Tag("b", "2")]))
    outbox.append(UpdateRun(run_id, RunStatus.FINISHED, 9_999_999_999_999))
    outbox.flush(5)
    run = store.get_run(run_id)
    assert (run.data.params, run.data.tags["b"], run.info.status) == (
        {"lr": "0.1"},
        "2",
        "FINISHED",
    )
    assert "a" not in run.data.tags


def test_many_threads_lose_and_double_nothing(outbox, store, run_id):
    def log(first):
        for step in range(first, first + 3000):
            outbox.append(point(run_id, step))

    threads = [threading.Thread(target=log, args=(n * 3000,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outbox.flush(30) == 0
    steps = [metric.step for metric in store.metric_history(run_id, "loss")]
    assert sorted(steps) == list(range(12_000))


def test_a_clean_close_leaves_no_journal(outbox, folder, run_id):
    assert list(folder.iterdir())
    assert outbox.close() == 0
    assert list(folder.iterdir()) == []


def test_a_closed_outbox_begins_anew(outbox, store, run_id):
    outbox.close()
    outbox.append(point(run_id, 0))
    assert outbox.close() == 0
    assert len(store.metric_history(run_id, "loss")) == 1


def test_a_locked_store_stops_nothing_and_gets_all_of_it_later(outbox, store, run_id, capsys):
    outbox.flush(5)
    with locked(store):
        outbox.append(point(run_id, 0))
        began = time.monotonic()
        assert outbox.flush(0.3) == 1
        assert time.monotonic() - began < 2
    assert outbox.flush(10) == 0
    assert len(store.metric_history(run_id, "loss")) == 1


def test_what_is_left_at_the_end_is_said_with_the_command_that_sends_it(
    outbox, store, folder, run_id, capsys
):
    outbox.flush(5)
    with locked(store):
        outbox.append(point(run_id, 0))
        outbox.append(point(run_id, 1))
        assert outbox.close(0.2) == 2
    said = capsys.readouterr().err
    assert "2 records kept in" in said
    assert "nbtrack sync" in said
    assert len(list(folder.glob("*.journal"))) == 1


def test_a_long_outage_is_said_once(outbox, store, run_id, capsys, monkeypatch):
    monkeypatch.setattr(shipping_thread, "_SAY_AFTER_SECONDS", 0.0)
    outbox.flush(5)
    with locked(store):
        outbox.append(point(run_id, 0))
        outbox.flush(0.8)
        outbox.flush(0.3)
    assert capsys.readouterr().err.count("do not reach") == 1
    outbox.flush(10)


def test_a_refused_record_is_a_problem_of_its_run_and_kept(outbox, folder, run_id):
    outbox.append(LogBatch(run_id, [], [Param("lr", "0.1")]))
    outbox.append(LogBatch(run_id, [], [Param("lr", "0.2")]))
    outbox.append(point("b" * 32, 7))
    outbox.flush(5)
    [conflict] = outbox.problems(run_id)
    [unknown] = outbox.problems("b" * 32)
    assert "lr" in conflict.message
    assert unknown.number == 4
    assert outbox.problems(run_id) == []
    [rejected] = folder.glob("*.rejected")
    assert '"lr"' in rejected.read_text()
    assert '"metric","' + "b" * 32 in rejected.read_text()


def test_the_same_reason_many_times_is_one_problem_with_its_count(outbox, folder, run_id):
    for step in range(1200):
        outbox.append(point("b" * 32, step))
    outbox.append(LogBatch("b" * 32, [], [Param("lr", "1")]))
    outbox.flush(10)
    [problem] = outbox.problems("b" * 32)
    assert (problem.number, problem.count) == (2, 1201)
    [rejected] = folder.glob("*.rejected")
    assert len(rejected.read_text().splitlines()) == 1201


def test_a_run_of_an_unknown_experiment_does_not_hold_up_the_others(outbox, store, run_id):
    outbox.append(CreateRun("c" * 32, "777", "no", "me", 1, []))
    outbox.append(point("c" * 32, 0))
    outbox.append(point(run_id, 0))
    outbox.flush(5)
    assert len(outbox.problems("c" * 32)) == 2
    assert len(store.metric_history(run_id, "loss")) == 1
    with pytest.raises(NotFound):
        store.get_run("c" * 32)


def test_an_open_run_gets_a_heartbeat(outbox, store, run_id, monkeypatch):
    outbox.flush(5)
    [lease] = store.leases()
    until(lambda: outbox._shipper.idle)
    outbox._shipper._next_beat = 0
    outbox._shipper.wake()
    until(lambda: store.leases()[0].heartbeat > lease.heartbeat)


def test_an_ended_run_gets_no_heartbeat(outbox, run_id):
    outbox.append(UpdateRun(run_id, RunStatus.FINISHED, 1))
    assert not outbox._shipper.leased


def test_a_big_journal_begins_anew_when_the_store_has_it(outbox, store, run_id, monkeypatch):
    monkeypatch.setattr(shipping_thread, "_BIG_JOURNAL_BYTES", 200_000)
    for step in range(10_000):
        outbox.append(point(run_id, step))
    outbox.flush(30)
    until(lambda: outbox._journal.path.stat().st_size < 100_000)
    outbox.append(point(run_id, 10_000))
    assert outbox.flush(5) == 0
    assert len(store.metric_history(run_id, "loss")) == 10_001


def test_an_interrupt_between_number_and_write_leaves_nothing_to_wait_for(outbox, run_id):
    outbox.flush(5)
    outbox._journal.number += 1
    assert outbox.flush(5) == 0


def test_a_journal_that_was_deleted_under_its_owner_still_arrives(outbox, store, folder, run_id):
    outbox.flush(5)
    for file in folder.iterdir():
        file.unlink()
    outbox.append(point(run_id, 0))
    assert outbox.flush(5) == 0
    assert len(store.metric_history(run_id, "loss")) == 1


def test_a_store_that_was_deleted_is_said_and_its_records_are_kept(
    outbox, store, folder, run_id, capsys
):
    outbox.flush(5)
    shutil.rmtree(folder.parent)
    outbox.append(point(run_id, 0))
    assert outbox.flush(0.5) == 1
    with pytest.raises(WrongStore, match="was deleted or replaced"):
        store.get_run(run_id)
    assert outbox.close(0.1) == 1
    said = capsys.readouterr().err
    assert "was deleted or replaced while this process used it. Put it back" in said
    assert "1 record kept in" in said
    (journal,) = folder.iterdir()
    with JournalReader(journal) as reader:
        assert [number for number, _ in reader.read(10)] == [1, 2]


def test_a_failed_heartbeat_does_not_hold_up_the_next_record(outbox, store, run_id, monkeypatch):
    outbox.flush(5)
    monkeypatch.setattr(outbox._shipper, "_next_beat", 0.0)
    monkeypatch.setattr(shipping_thread, "_FIRST_BACKOFF", 0.5)
    with monkeypatch.context() as away:
        away.setattr(store, "heartbeat", lambda _: 1 / 0)
        outbox._shipper.wake()
        until(lambda: outbox._shipper._failures)
    until(lambda: not outbox._shipper._failures)
    outbox.append(point(run_id, 0))
    until(lambda: store.metric_history(run_id, "loss"), 2)


def test_closing_all_ships_every_store_of_the_process(tmp_path):
    stores = [open_store(f"sqlite:///{tmp_path}/{name}/nbtrack.db") for name in "ab"]
    outboxes = [Outbox(store, tmp_path / "journal") for store in stores]
    for outbox in outboxes:
        outbox.append(CreateRun("d" * 32, "0", "n", "me", 1, []))
    close_all()
    assert [store.get_run("d" * 32).info.run_name for store in stores] == ["n", "n"]
    assert list((tmp_path / "journal").iterdir()) == []
    for store in stores:
        store.close()

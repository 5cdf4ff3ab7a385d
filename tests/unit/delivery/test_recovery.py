"""What processes leave behind is shipped, then their runs are closed."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from nbtrack import platforms
from nbtrack.delivery.journal import Journal
from nbtrack.delivery.lease import Life, life, reason_to_close, this_process
from nbtrack.delivery.recovery import journals, recover
from nbtrack.entities import Param, RunStatus
from nbtrack.store.open import open_store
from nbtrack.store.records import CreateRun, Lease, LogBatch, LogMetric, UpdateRun

RUN = "a" * 32
HOUR = 3600
DEAD = {"process_start": "long ago"}
ELSEWHERE = {"boot_id": "another machine"}


def owner(store, journal_id="1" * 32, **differences):
    return msgspec.structs.replace(this_process(journal_id, store.store_id), **differences)


@pytest.fixture
def left(store, folder):
    """Leave a journal with a run in it; return its path."""

    def leave(journal_id="1" * 32, records=(), started=None, **differences):
        journal = Journal(folder, owner(store, journal_id, **differences))
        started = int(time.time() * 1000) if started is None else started
        for record in records or [CreateRun(RUN, "0", "left", "me", started, [])]:
            journal.append(record)
        journal.append(LogMetric(RUN, "loss", 1.0, started, journal.number))
        journal.retire(acknowledged=0)
        return journal.path

    return leave


def aged(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_a_dead_process_is_told_from_one_that_runs_or_is_elsewhere(store):
    assert life(owner(store)) is Life.HERE
    assert life(owner(store, **DEAD)) is Life.GONE
    assert life(owner(store, pid=os.getpid() + 4_000_000)) is Life.GONE
    assert life(owner(store, **ELSEWHERE)) is Life.ELSEWHERE
    assert life(owner(store, pid_namespace="pid:[1]")) is Life.ELSEWHERE
    assert life(owner(store, boot_id="")) is Life.ELSEWHERE


def test_a_dead_processs_records_arrive_and_its_run_is_closed_with_the_reason(store, folder, left):
    path = left(**DEAD)
    found = recover(store, folder)
    assert (found.shipped, found.closed, found.lost) == (2, (RUN,), 0)
    run = store.get_run(RUN)
    assert run.data.metrics == {"loss": 1.0}
    assert run.info.status == "KILLED"
    assert f"pid {os.getpid()}" in run.data.tags["nbtrack.end_reason"]
    assert not path.exists()


def test_a_run_that_its_process_ended_stays_as_it_ended(store, folder, left):
    records = [
        CreateRun(RUN, "0", "left", "me", 1, []),
        UpdateRun(RUN, RunStatus.FINISHED, 5),
    ]
    left(records=records, **DEAD)
    assert recover(store, folder).closed == ()
    assert store.get_run(RUN).info.status == "FINISHED"


def test_a_living_process_is_left_alone(store, folder, left):
    path = left()
    assert recover(store, folder) == recover(store, folder)
    assert path.exists()
    assert store.acknowledged("1" * 32) == 0


def test_when_nobody_is_gone_nothing_is_written(store, folder):
    assert recover(store, folder).shipped == 0
    assert not folder.exists()


def test_a_quiet_process_elsewhere_is_shipped_but_neither_closed_nor_deleted(store, folder, left):
    path = aged(left(**ELSEWHERE), 300)
    found = recover(store, folder)
    assert (found.shipped, found.closed) == (2, ())
    assert path.exists()
    assert store.get_run(RUN).info.status == "RUNNING"


def test_a_process_elsewhere_that_was_heard_lately_is_left_alone(store, folder, left):
    left(**ELSEWHERE)
    assert recover(store, folder).shipped == 0


def test_after_a_day_without_a_sign_a_process_elsewhere_counts_as_gone(store, folder, left):
    path = aged(left(started=1000, **ELSEWHERE), 25 * HOUR)
    found = recover(store, folder)
    assert found.closed == (RUN,)
    assert "no sign of life for 24 hours" in store.get_run(RUN).data.tags["nbtrack.end_reason"]
    assert not path.exists()


def test_the_hours_without_a_sign_are_a_setting(store, monkeypatch):
    hour_ago = int((time.time() - HOUR) * 1000)
    lease = Lease(run_id=RUN, owner=owner(store, **ELSEWHERE), heartbeat=hour_ago)
    assert reason_to_close(lease) is None
    monkeypatch.setenv("NBTRACK_LEASE_HOURS", "0.5")
    assert "for 0.5 hours" in reason_to_close(lease)


def test_a_clock_that_was_set_back_closes_nothing(store):
    tomorrow = int((time.time() + 24 * HOUR) * 1000)
    assert (
        reason_to_close(Lease(run_id=RUN, owner=owner(store, **ELSEWHERE), heartbeat=tomorrow))
        is None
    )


def test_a_reused_process_id_is_not_taken_for_the_owner(store, folder, left):
    left(pid=os.getpid(), **DEAD)
    assert recover(store, folder).closed == (RUN,)


def test_journals_of_another_store_are_left_alone(store, folder, left, tmp_path):
    path = left(**DEAD)
    with open_store(f"sqlite:///{tmp_path}/other/nbtrack.db") as other:
        assert recover(other, folder).shipped == 0
    assert path.exists()


@pytest.mark.skipif(platforms.WINDOWS or os.geteuid() != 0, reason="Only root gives files away.")
def test_journals_of_another_user_are_left_alone(store, folder, left):
    path = left(**DEAD)
    os.chown(path, 12345, 12345)
    assert recover(store, folder).shipped == 0
    assert path.exists()


def test_what_the_store_refuses_is_kept_with_the_reason(store, folder, left):
    store.create_run("0", run_id=RUN, user_id="me")
    store.log_batch(RUN, params=[Param("lr", "1")])
    path = left(records=[LogBatch(RUN, [], [Param("lr", "2")])], **DEAD)
    [problem] = recover(store, folder).problems
    assert problem.run_id == RUN
    assert '"lr"' in path.with_suffix(".rejected").read_text()
    assert not path.exists()


def test_a_living_parents_records_go_before_those_of_its_dead_child(store, folder, left):
    left("1" * 32)
    left("2" * 32, records=[LogBatch(RUN, [], [Param("from", "child")])], **DEAD)
    found = recover(store, folder)
    assert found.problems == ()
    assert store.get_run(RUN).data.params == {"from": "child"}
    assert store.get_run(RUN).info.status == "RUNNING"


def test_a_journal_that_grows_after_its_run_was_closed_reopens_it(store, folder, left):
    journal = Journal(folder, owner(store, **DEAD))
    journal.append(CreateRun(RUN, "0", "left", "me", 1, []))
    assert recover(store, folder).closed == (RUN,)
    again = owner(store, **DEAD)
    store.apply(again, [(2, LogMetric(RUN, "loss", 2.0, 5, 5))])
    assert store.get_run(RUN).info.status == "RUNNING"
    journal.abandon()


def test_journals_are_listed_for_the_doctor(store, folder, left):
    left("2" * 32, **DEAD)
    left("1" * 32)
    states = journals(folder)
    assert [(state.path.name[0], state.life) for state in states] == [
        ("1", Life.HERE),
        ("2", Life.GONE),
    ]
    assert all(state.size and state.owner for state in states)


def test_a_folder_that_is_not_there_has_no_journals():
    assert journals(Path("nowhere")) == []


def test_a_journal_that_another_process_finished_meanwhile_is_not_left(store, left, monkeypatch):
    path = left(**DEAD)
    position = store.acknowledged

    def finished_meanwhile(journal_id):
        path.unlink()
        return position(journal_id)

    monkeypatch.setattr(store, "acknowledged", finished_meanwhile)
    assert recover(store, path.parent).left == ()

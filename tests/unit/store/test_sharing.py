"""One SQLite file under many threads, processes and forks; locks and full disks are explained."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from nbtrack.entities import Metric, Param, Tag
from nbtrack.errors import InvalidValue, Refused, StorageFull, Unavailable, WrongStore
from nbtrack.store import database
from nbtrack.store.open import open_store
from nbtrack.store.sqlite_file import SqliteFile
from tests.needs import needs

WRITER = """
import sys
from nbtrack.entities import Metric
from nbtrack.store.open import open_store
from nbtrack.store.sqlite_file import SqliteFile
with open_store(sys.argv[1]) as store:
    run = store.create_run("0", name=sys.argv[2]).info.run_id
    for step in range(40):
        store.log_batch(run, metrics=[Metric("m", step, step, step)])
"""


P = Param("p", "1")


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store:
        yield store


def test_eight_processes_write_at_once_and_nobody_is_locked_out(store):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, store.uri, f"writer-{number}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    assert [writer.communicate(timeout=50)[1] for writer in writers] == [""] * 8
    runs = store.search_runs(["0"])
    assert [len(store.metric_history(run.info.run_id, "m")) for run in runs] == [40] * 8


def test_thirty_two_threads_write_and_read_at_once(store):
    run = store.create_run("0").info.run_id

    def work(number):
        store.log_batch(
            run,
            metrics=[Metric(f"m{number % 5}", 1.0, number, number)],
            params=[Param(f"p{number}", "x")],
            tags=[Tag("last", str(number))],
        )
        return store.get_run(run).data.params[f"p{number}"]

    with ThreadPoolExecutor(32) as threads:
        assert list(threads.map(work, range(200))) == ["x"] * 200
    assert sum(len(store.metric_history(run, f"m{n}")) for n in range(5)) == 200


def test_creating_the_same_run_from_many_threads_makes_one(store):
    chosen = "a" * 32
    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(lambda _: store.create_run("0", run_id=chosen), range(16)))
    assert len({run.info.run_name for run in runs}) == 1
    assert len(store.search_runs(["0"])) == 1


def fork(child):
    """Run a function in a forked child and return its exit status."""
    needs(hasattr(os, "fork"), "Forking is tested on Linux and macOS.")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            child()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_writes_with_connections_of_its_own(store):
    run = store.create_run("0").info.run_id

    def child():
        store.log_batch(run, tags=[Tag("child", "1")])
        store.close()

    assert fork(child) == 0
    store.log_batch(run, tags=[Tag("parent", "1")])
    assert store.get_run(run).data.tags.keys() >= {"child", "parent"}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_while_another_thread_writes_does_not_hang(store):
    run = store.create_run("0").info.run_id
    stop = threading.Event()

    def write():
        step = 0
        while not stop.is_set():
            step += 1
            store.log_batch(run, metrics=[Metric("m", 1.0, step, step)])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(10):
            tag = Tag(f"child-{number}", "1")
            assert fork(lambda tag=tag: store.log_batch(run, tags=[tag])) == 0
    finally:
        stop.set()
        thread.join()
    assert len(store.get_run(run).data.tags) == 11


def path_of(store):
    return store.uri.removeprefix("sqlite:///")


def pragma(store, text):
    def ask(connection):
        answer = connection.exec_driver_sql(f"PRAGMA {text}")
        return answer.scalar() if answer.returns_rows else None

    return store._database.read(ask)


def test_a_lock_that_is_never_given_back_is_explained_and_reads_go_on(store, monkeypatch):
    monkeypatch.setattr(store._database, "patience", 0.2)
    run = store.create_run("0").info.run_id
    pragma(store, "busy_timeout=100")
    with closing(sqlite3.connect(path_of(store), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked by another process"):
            store.log_batch(run, tags=[Tag("a", "b")])
        assert store.get_run(run).info.run_id == run
    store.log_batch(run, tags=[Tag("a", "b")])


def test_a_full_disk_is_explained_and_nothing_half_is_kept(store):
    run = store.create_run("0").info.run_id
    pragma(store, f"max_page_count={pragma(store, 'page_count') + 2}")
    with pytest.raises(StorageFull, match=rf"disk that holds {path_of(store)} is full"):
        store.log_batch(run, tags=[Tag("small", "1"), Tag("big", "x" * 100_000)])
    assert "small" not in store.get_run(run).data.tags
    pragma(store, "max_page_count=1000000")
    store.log_batch(run, tags=[Tag("small", "1")])


def test_a_full_disk_ends_a_group_and_none_of_it_is_told_to_be_written(store):
    runs = [store.create_run("0").info.run_id for _ in range(3)]
    pragma(store, f"max_page_count={pragma(store, 'page_count') + 2}")
    logging = [
        lambda run=run, value=value: store.log_batch(run, tags=[Tag("t", value)], params=[P])
        for run, value in zip(runs, ["small", "x" * 100_000, "small"], strict=True)
    ]
    assert [type(answer) for answer in store.together(logging)] == [StorageFull] * 3
    assert [store.get_run(run).data.params for run in runs] == [{}] * 3
    pragma(store, "max_page_count=1000000")
    assert store.together(logging) == [None] * 3
    assert [store.get_run(run).data.params for run in runs] == [{"p": "1"}] * 3


def test_a_group_that_cannot_be_committed_is_not_written_and_ids_are_forgotten(store, monkeypatch):
    run = store.create_run("0").info.run_id
    log = lambda key: store.log_batch(run, metrics=[Metric(key, 1.0, 1)])

    def full(connection):
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        engine = store._database._connect()
        patch.setattr(engine.dialect, "do_commit", full)
        answers = store.together([lambda: log("a"), lambda: 1 // 0, lambda: log("b")])
    assert len(answers) == 3
    assert all(isinstance(answer, Exception) for answer in answers)
    assert store.get_run(run).data.metrics == {}
    with open_store(store.uri) as other:  # takes the ids that were rolled back
        other.log_batch(run, metrics=[Metric("theirs", 2.0, 1)])
    assert store.together([lambda: log("b"), lambda: log("a")]) == [None] * 2
    assert store.get_run(run).data.metrics == {"theirs": 2.0, "a": 1.0, "b": 1.0}


def test_a_group_waits_no_longer_than_its_patience_for_a_lock(store):
    run = store.create_run("0").info.run_id
    with (
        open_store(store.uri, patience=0.2) as patient,
        closing(sqlite3.connect(path_of(store), isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        log = lambda: patient.log_batch(run, tags=[Tag("a", "b")])
        began = time.monotonic()
        answers = patient.together([log] * 50)
        assert time.monotonic() - began < 5
        assert [type(answer) for answer in answers] == [Unavailable] * 50
        assert path_of(store) in str(answers[0])
        other.execute("ROLLBACK")
        assert patient.together([log] * 2) == [None] * 2


def test_two_writes_of_one_call_are_written_together_or_not(store):
    run = store.create_run("0").info.run_id

    def call(*tags):
        for tag in tags:
            store.log_batch(run, tags=[tag])

    good, bad = Tag("good", "1"), Tag("", "no key")
    answers = store.together([lambda: call(good, bad), lambda: call(Tag("later", "1"))])
    assert [type(answer) for answer in answers] == [InvalidValue, type(None)]
    assert store.get_run(run).data.tags.keys() & {"good", "later"} == {"later"}


def test_a_call_may_go_on_after_a_write_that_was_refused(store):
    run = store.create_run("0").info.run_id
    store.log_batch(run, params=[P])

    def call():
        with suppress(InvalidValue):
            store.log_batch(run, tags=[Tag("half", "1")], params=[Param("n", "1"), Param("p", "2")])
        store.log_batch(run, tags=[Tag("whole", "1")])
        with suppress(InvalidValue):
            store.log_batch(run, tags=[Tag("half", "1")], params=[Param("n", "1"), Param("p", "2")])
        store.log_batch(run, params=[Param("n", "3")])

    assert store.together([call]) == [None]
    data = store.get_run(run).data
    assert data.tags.keys() & {"half", "whole"} == {"whole"}
    assert data.params == {"p": "1", "n": "3"}


def test_ids_of_a_transaction_that_failed_are_forgotten(store):
    run = store.create_run("0").info.run_id
    store.log_batch(run, params=[Param("p", "1")])
    with pytest.raises(InvalidValue):
        store.log_batch(
            run, params=[Param("new", "1"), Param("p", "2")], metrics=[Metric("m2", 1.0, 1)]
        )
    with open_store(store.uri) as other:  # takes the ids that were rolled back
        other.log_batch(run, params=[Param("theirs", "1")])
    store.log_batch(run, params=[Param("new", "2")])
    assert store.get_run(run).data.params == {"p": "1", "theirs": "1", "new": "2"}


def test_a_damaged_database_is_explained(tmp_path):
    path = tmp_path / "nbtrack.db"
    with open_store(f"sqlite:///{path}") as store:
        run = store.create_run("0").info.run_id
        store.log_batch(run, tags=[Tag(f"t{n}", "x" * 1000) for n in range(200)])
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
    path.write_bytes(content)
    with (
        pytest.raises(WrongStore, match=r"damaged.*\.recover"),
        open_store(f"sqlite:///{path}") as store,
    ):
        store.get_run(run)


def test_a_read_only_database_is_read_and_refuses_writes(store, tmp_path):
    run = store.create_run("0").info.run_id
    pragma(store, "query_only=1")
    with pytest.raises(Refused, match="read-only"):
        store.log_batch(run, tags=[Tag("a", "b")])
    assert store.get_run(run)


def test_a_closed_database_can_be_closed_again(tmp_path):
    database = SqliteFile(tmp_path / "x.db")
    database.close()
    database.close()


def test_a_fork_gives_back_only_what_its_own_thread_holds(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store, ThreadPoolExecutor(1) as other:
        other.submit(database._before_fork).result()
        database._after_fork_in_parent()  # of a fork in this thread, at the same time
        other.submit(database._after_fork_in_parent).result()
        assert store.create_experiment("usable")

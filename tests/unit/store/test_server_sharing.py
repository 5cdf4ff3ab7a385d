"""Several processes write to one database of a server."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from nbtrack.entities import LifecycleStage, Param, Tag
from nbtrack.errors import AlreadyExists, InvalidValue, Unavailable
from nbtrack.store.open import open_store
from nbtrack.store.records import LogMetric
from nbtrack.testing.making import creation, owner, run_id
from tests.needs import needs

WRITER = """
import sys
from nbtrack.entities import Metric, Param, Tag
from nbtrack.store.open import open_store
uri, run, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open_store(uri) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for step in range(25):
        # Each point comes from two of the writers, each key in another order.
        keys = ["a", "b", f"m{step}"][:: 1 if number % 2 else -1]
        store.log_batch(
            run,
            metrics=[Metric(key, float(step + number // 2), step, step) for key in keys],
            params=[Param(f"p{step}", "same")],
            tags=[Tag(f"t{number}", str(step))],
        )
"""


@pytest.fixture(params=["postgresql", "mariadb"])
def uri(request):
    return request.getfixturevalue(f"{request.param}_uri")


@pytest.fixture
def store(uri):
    with open_store(uri, artifact_root="s3://bucket/a") as store:
        yield store


def test_writers_in_several_processes_agree_about_one_run(store, uri):
    run = store.create_run("0").info.run_id
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, uri, run, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=50)[1] for writer in writers] == [""] * 4
    data = store.get_run(run).data
    assert data.params == {f"p{step}": "same" for step in range(25)}
    assert data.metrics["a"] == data.metrics["b"] == 25.0
    assert {data.tags[f"t{number}"] for number in range(4)} == {"24"}
    for key in ("a", "b"):
        assert len(store.metric_history(run, key)) == 50
        counted = store.search_runs(["0"], filter_string=f"count(metrics.{key}) = 50")
        assert len(counted) == 1


def test_one_of_two_values_of_a_param_wins_and_the_other_is_refused(store, uri):
    run = store.create_run("0").info.run_id
    with open_store(uri) as other:
        for number in range(10):
            barrier = threading.Barrier(2)

            def log(one, value, key=f"p{number}", barrier=barrier):
                barrier.wait()
                try:
                    one.log_batch(run, params=[Param(key, value)])
                except InvalidValue:
                    return None
                return value

            with ThreadPoolExecutor(2) as threads:
                won = {*threads.map(log, [store, other], "xy")} - {None}
            assert {store.get_run(run).data.params[f"p{number}"]} == won


def test_an_experiment_is_made_once_and_told_to_exist_to_the_others(store, uri):
    def make(one):
        try:
            return one.create_experiment("same")
        except AlreadyExists:
            return "taken"

    with open_store(uri) as other, ThreadPoolExecutor(8) as threads:
        made = list(threads.map(make, [store, other] * 8))
    assert sorted(made)[1:] == ["taken"] * 15


def test_a_call_of_a_group_that_was_not_the_first_is_told_so(store, uri):
    with open_store(uri) as other, ThreadPoolExecutor(1) as threads:

        def make():
            return other.together([lambda: other.create_experiment("same"), lambda: "next"])

        def first():
            made = store.create_experiment("same")
            answers = threads.submit(make)  # which waits for the end of this transaction
            time.sleep(0.3)
            return made, answers

        [(made, answers)] = store.together([first])
        assert [type(answer) for answer in answers.result(10)] == [AlreadyExists, str]
    assert store.find_experiment("same").experiment_id == made


def test_a_run_is_made_once_by_whoever_sends_it(store, uri):
    chosen = run_id()
    with open_store(uri) as other, ThreadPoolExecutor(4) as threads:
        runs = threads.map(lambda one: one.create_run("0", run_id=chosen), [store, other] * 4)
        assert len({run.info.run_name for run in runs}) == 1


def test_a_journal_that_two_processes_ship_is_applied_once(store, uri):
    run = run_id()
    records = [(1, creation(run)), *((n, LogMetric(run, "m", n, n, n)) for n in range(2, 30))]
    with open_store(uri) as other, ThreadPoolExecutor(4) as threads:
        receipts = list(threads.map(lambda one: one.apply(owner(), records), [store, other] * 4))
    assert {receipt.acknowledged for receipt in receipts} == {29}
    assert [receipt.problems for receipt in receipts] == [[]] * 8
    assert len(store.metric_history(run, "m")) == 28


def test_a_group_that_lost_a_deadlock_is_written_again(store, uri):
    first, second = (store.create_run("0").info.run_id for _ in range(2))
    with open_store(uri) as other:
        barrier = threading.Barrier(2, timeout=10)

        def meet():
            with suppress(threading.BrokenBarrierError):  # in the second attempt nobody waits
                barrier.wait()
                barrier.abort()

        def both(one, runs):
            tag = Tag(f"by-{runs[0]}", "1")
            calls = [lambda run=run: one.log_batch(run, tags=[tag]) for run in runs]
            return one.together([calls[0], meet, calls[1]])

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(both, [store, other], [(first, second), (second, first)]))
    assert answers == [[None] * 3] * 2
    for run in (first, second):
        assert {f"by-{first}", f"by-{second}"} <= store.get_run(run).data.tags.keys()


def test_the_calls_of_a_group_that_lost_a_deadlock_hold_one_run_each(store, uri):
    # Groups that meet again and again would else lose again and again, a second each time.
    first, second = (store.create_run("0").info.run_id for _ in range(2))
    in_the_group, alone = [], []
    with open_store(uri) as other, open_store(uri) as watcher:
        barrier = threading.Barrier(2, timeout=10)

        def both(one, runs):
            key = f"by-{runs[0]}"
            calls = [lambda run=run: one.log_batch(run, tags=[Tag(key, "1")]) for run in runs]

            def look():
                again = barrier.broken
                with suppress(threading.BrokenBarrierError):
                    barrier.wait()
                    barrier.abort()
                seen = key in watcher.get_run(runs[0]).data.tags
                (alone if again else in_the_group).append(seen)

            return one.together([calls[0], look, calls[1]])

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(both, [store, other], [(first, second), (second, first)]))
    assert in_the_group == [False, False]
    assert alone == [True]


def test_no_run_slips_into_an_experiment_that_is_being_deleted(store, uri):
    with open_store(uri) as other:
        for number in range(5):
            experiment = store.create_experiment(f"e{number}")
            start = threading.Barrier(2)

            def make(experiment=experiment, start=start):
                start.wait()
                with suppress(InvalidValue):
                    other.create_run(experiment)

            with ThreadPoolExecutor(1) as threads:
                threads.submit(make)
                start.wait()
                store.update_experiment(experiment, lifecycle_stage=LifecycleStage.DELETED)
            assert store.search_runs([experiment]) == []


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_writes_with_connections_of_its_own(store):
    needs(hasattr(os, "fork"), "Forking is tested on Linux and macOS.")
    run = store.create_run("0").info.run_id
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            store.log_batch(run, tags=[Tag("child", "1")])
            store.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    store.log_batch(run, tags=[Tag("parent", "1")])
    assert store.get_run(run).data.tags.keys() >= {"child", "parent"}


def test_a_row_that_stays_locked_is_told_as_that_and_reads_go_on(store, uri):
    run = store.create_run("0").info.run_id
    with open_store(uri, patience=1) as other:

        def hold(connection):
            connection.exec_driver_sql("SELECT id FROM nb_run FOR UPDATE").fetchall()
            with pytest.raises(Unavailable, match="stayed locked"):
                other.log_batch(run, tags=[Tag("a", "b")])
            assert other.get_run(run).info.run_id == run

        store._database.write(hold)
        other.log_batch(run, tags=[Tag("a", "b")])


def test_more_readers_than_connections_are_told_so(store, uri):
    done = threading.Event()
    with open_store(uri, patience=0.3) as busy, ThreadPoolExecutor(25) as threads:
        reading = threading.Barrier(26, timeout=20)

        def read(_):
            reading.wait()
            done.wait(20)

        for _ in range(25):
            threads.submit(busy._database.read, read)
        reading.wait()
        with pytest.raises(Unavailable, match="stayed in use"):
            busy.get_experiment("0")
        done.set()

"""A forked child logs into its parent's run: all of it arrives, nothing twice."""

import multiprocessing
import os
import time

import pytest

from nbtrack import platforms
from nbtrack.delivery.outbox import Outbox, close_all
from nbtrack.delivery.recovery import journals
from nbtrack.entities import RunStatus
from nbtrack.store.records import CreateRun, LogMetric, UpdateRun

pytestmark = pytest.mark.skipif(platforms.WINDOWS, reason="Windows has no fork.")
RUN = "a" * 32


@pytest.fixture
def outbox(store, folder):
    made = Outbox(store, folder / "journal")
    yield made
    made.close(5)


def log(outbox, key, count):
    for step in range(count):
        outbox.append(LogMetric(RUN, key, step / 2, step, step))


def begin(outbox):
    outbox.append(CreateRun(RUN, "0", "forked", "me", int(time.time() * 1000), []))


def in_child(work):
    """Run a function in a forked child that ends at once, without a farewell."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def steps(store, key):
    return [metric.step for metric in store.metric_history(RUN, key)]


def test_a_child_that_dies_at_once_leaves_its_records_to_the_parent(outbox, store):
    begin(outbox)
    log(outbox, "parent", 100)
    os.waitpid(in_child(lambda: log(outbox, "child", 100)), 0)
    log(outbox, "after", 10)
    assert outbox.flush(10) == 0
    assert steps(store, "parent") == steps(store, "child") == list(range(100))
    assert steps(store, "after") == list(range(10))
    assert outbox.problems(RUN) == []


def test_a_child_ships_what_its_parent_had_not_shipped_at_the_fork(outbox, store, folder):
    begin(outbox)
    outbox._shipper.stop()  # a parent that is slow
    child = in_child(lambda: (log(outbox, "child", 50), close_all()))
    os.waitpid(child, 0)
    assert steps(store, "child") == list(range(50))
    assert outbox.flush(5) == 0
    assert [state.life.name for state in journals(folder / "journal")] == ["HERE"]


def test_a_child_that_ends_properly_leaves_no_journal(outbox, store, folder):
    begin(outbox)
    outbox.flush(5)
    os.waitpid(in_child(lambda: (log(outbox, "child", 50), close_all())), 0)
    assert len(journals(folder / "journal")) == 1
    assert steps(store, "child") == list(range(50))


def test_a_child_that_logs_nothing_touches_nothing(outbox, store, folder):
    begin(outbox)
    os.waitpid(in_child(close_all), 0)
    assert len(journals(folder / "journal")) == 1
    assert outbox.flush(5) == 0


def test_children_fork_while_the_parent_logs_at_full_speed(outbox, store):
    begin(outbox)
    children = []
    for number in range(6):
        log(outbox, f"parent{number}", 500)
        children.append(in_child(lambda number=number: log(outbox, f"child{number}", 500)))
    for child in children:
        os.waitpid(child, 0)
    assert outbox.flush(20) == 0
    for number in range(6):
        assert steps(store, f"parent{number}") == steps(store, f"child{number}") == list(range(500))


def test_a_grandchild_logs_too(outbox, store):
    def child():
        log(outbox, "child", 5)
        os.waitpid(in_child(lambda: log(outbox, "grandchild", 5)), 0)

    begin(outbox)
    os.waitpid(in_child(child), 0)
    outbox.flush(10)
    assert steps(store, "child") == steps(store, "grandchild") == list(range(5))


@pytest.mark.parametrize("method", ["fork"])
def test_a_worker_of_multiprocessing_ships_before_it_ends(outbox, store, folder, method):
    begin(outbox)
    context = multiprocessing.get_context(method)
    workers = [context.Process(target=log, args=(outbox, f"w{n}", 20)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(journals(folder / "journal")) == 1
    assert steps(store, "w0") == steps(store, "w1") == list(range(20))


def test_the_parents_run_is_not_closed_by_a_child_that_died(outbox, store):
    begin(outbox)
    os.waitpid(in_child(lambda: log(outbox, "child", 5)), 0)
    outbox.flush(5)
    assert store.get_run(RUN).info.status == "RUNNING"
    outbox.append(UpdateRun(RUN, RunStatus.FINISHED, int(time.time() * 1000)))
    outbox.flush(5)
    assert store.get_run(RUN).info.status == "FINISHED"

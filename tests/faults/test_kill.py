"""A `log_*` call that returned survives kill -9, and is applied once."""

import os
import random
import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nbtrack import platforms
from nbtrack.delivery.recovery import journals, recover
from nbtrack.errors import NotFound

ROUNDS = int(os.environ.get("NBTRACK_TEST_KILL_ROUNDS", "20"))
AT_ONCE = 4

pytestmark = pytest.mark.skipif(platforms.WINDOWS, reason="Windows has no SIGKILL and no fork.")


def wait_gone(pid):
    while not platforms.process_is_gone(pid, platforms.process_start(pid) or "gone"):
        time.sleep(0.002)


def kill_some(writers, ledger, kill, count):
    """Start writers, kill each at a random moment; return run id -> promised step.

    A promise of -1 means that not even the beginning of the run had been promised.
    """
    runs = {}
    for slot in range(count):
        run_id = secrets.token_hex(16)
        ledger.clear(slot)
        pid = writers.start(run_id=run_id, slot=slot, ledger=str(ledger.path))
        runs[run_id] = slot, pid
    for slot, pid in runs.values():
        while slot % AT_ONCE and ledger[slot] < 0:  # every fourth may die while it opens the store
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.02))
        kill(pid)
    for _, pid in runs.values():
        wait_gone(pid)
    return {run_id: ledger[slot] for run_id, (slot, _) in runs.items()}


def check(store, run_id, promised):
    """Compare a killed run with what was promised; return how many points it has."""
    try:
        run = store.get_run(run_id)
    except NotFound:
        assert promised == -1
        return 0
    steps = [metric.step for metric in store.metric_history(run_id, "loss")]
    assert len(steps) >= promised, f"{promised - len(steps)} promised points are lost"
    assert steps == list(range(1, len(steps) + 1))
    tags = run.data.tags
    last = max((int(key[1:]) for key in run.data.params), default=0)
    assert last >= promised // 100 * 100 - 100
    assert int(tags.get("last", 0)) == last  # otherwise an older tag was applied a second time
    assert run.info.status == "KILLED"
    assert "ended without ending the run" in tags["nbtrack.end_reason"]
    return len(steps)


def check_torn(recovery):
    """A kill can cut a write between two pages of the file: a call that had not returned."""
    assert recovery.lost == len(recovery.damaged)
    assert all(path.read_bytes()[-1:] != b"\n" for path in recovery.damaged)


@pytest.mark.timeout(60 + 3 * ROUNDS)
def test_killed_at_random_moments_nothing_promised_is_lost(store, folder, writers, ledger, kill):
    logged = 0
    for begun in range(0, ROUNDS, AT_ONCE):
        runs = kill_some(writers, ledger, kill, min(AT_ONCE, ROUNDS - begun))
        recovery = recover(store, folder / "journal")
        assert {run_id for run_id, promised in runs.items() if promised >= 0} <= set(
            recovery.closed
        )
        assert recovery.problems == ()
        check_torn(recovery)
        logged += sum(check(store, run_id, promised) for run_id, promised in runs.items())
        assert journals(folder / "journal") == []
    assert logged > 10 * ROUNDS


def test_two_processes_that_recover_at_once_apply_each_record_once(
    store, folder, writers, ledger, kill
):
    for _ in range(3):
        runs = kill_some(writers, ledger, kill, 2)
        with ThreadPoolExecutor(3) as pool:
            done = [pool.submit(recover, store, folder / "journal") for _ in range(3)]
        closed = [run_id for recovery in done for run_id in recovery.result().closed]
        assert len(closed) == len(set(closed))
        for run_id, promised in runs.items():
            check(store, run_id, promised)


def test_a_recovery_that_is_killed_is_finished_by_the_next(store, folder, writers, ledger, kill):
    runs = kill_some(writers, ledger, kill, 2)
    for _ in range(4):
        helper = os.fork()
        if helper == 0:
            try:
                recover(store, folder / "journal")
            finally:
                os._exit(0)
        time.sleep(random.uniform(0, 0.02))
        kill(helper)
        os.waitpid(helper, 0)
    recover(store, folder / "journal")
    for run_id, promised in runs.items():
        check(store, run_id, promised)


def test_many_processes_on_one_store_lose_nothing(store, folder, writers, ledger):
    runs = {secrets.token_hex(16): slot for slot in range(6)}
    pids = [
        writers.start(run_id=run_id, slot=slot, ledger=str(ledger.path), count=2000)
        for run_id, slot in runs.items()
    ]
    for pid in pids:
        wait_gone(pid)
    for run_id in runs:
        assert len(store.metric_history(run_id, "loss")) == 2000
        assert store.get_run(run_id).info.status == "FINISHED"
    assert journals(folder / "journal") == []

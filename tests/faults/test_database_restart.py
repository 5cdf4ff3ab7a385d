"""Many writers on one database, and servers that go away: nothing that was promised is lost."""

import gc
import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nbtrack.entities import Metric
from nbtrack.errors import NotFound, Unavailable
from nbtrack.store.open import open_store
from tests.faults.database_writer import NAMES, RUN, STEPS, endure

WRITER = Path(__file__).with_name("database_writer.py")


# PyMySQL forgets to close the Unix socket of a connection that was refused.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _sockets_are_gone():
    yield
    gc.collect()


def opened(uri):
    return open_store(uri, artifact_root="s3://bucket/artifacts")


class Writers:
    """Processes that begin at the same moment."""

    def __init__(self, uri, what, numbers):
        self.processes = [
            subprocess.Popen(
                [sys.executable, str(WRITER), uri, str(number), what],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for number in numbers
        ]  # fmt: skip
        for process in self.processes:
            assert process.stdout.readline() == "ready\n", process.communicate()[1]

    def go(self):
        for process in self.processes:
            process.stdin.write("go\n")
            process.stdin.flush()

    def results(self):
        said = [process.communicate(timeout=50) for process in self.processes]
        assert [error for _, error in said] == [""] * len(said)
        return [json.loads(output) for output, _ in said]


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def uri(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/nbtrack.db"
    return request.getfixturevalue(f"{request.param}_uri")


def test_processes_that_write_the_same_new_things_at_once_lose_nothing(uri):
    opened(uri).close()
    writers = Writers(uri, "race", range(4))
    writers.go()
    results = writers.results()
    with opened(uri) as store:
        run = store.get_run(RUN)
        history = store.metric_history(RUN, "m")
        sums = f"count(metrics.m) = {STEPS} AND max(metrics.m) = {STEPS - 1}"
        counted = store.search_runs(["0"], filter_string=sums)
    assert [point.step for point in history] == list(range(STEPS))
    assert run.data.metrics["m"] == STEPS - 1
    assert len(counted) == 1
    assert sum(result["experiment"] is not None for result in results) == 1
    assert len(run.inputs.dataset_inputs) == 1
    assert run.info.run_name == run.data.tags["mlflow.runName"]
    shared = {key: value for key, value in run.data.params.items() if key.startswith("key-")}
    assert shared == {f"key-{number}": "the same" for number in range(NAMES)}
    winners = [(f"mine-{name}", str(number)) for number, result in enumerate(results)
               for name in result["won"]]  # fmt: skip
    assert len(winners) == len(dict(winners)) == NAMES
    assert dict(winners).items() <= run.data.params.items()


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server_that_is_killed_and_comes_back_costs_no_writer_anything(kind, request):
    server = request.getfixturevalue(kind)
    uri = request.getfixturevalue(f"{kind}_uri")
    with opened(uri) as store, ThreadPoolExecutor(4) as threads:
        processes = Writers(uri, "endure", (1, 2))
        processes.go()
        ended = threading.Event()
        ours = [threads.submit(endure, store, number, ended) for number in (3, 4, 5)]
        try:
            for how in (signal.SIGKILL, server.end, signal.SIGKILL):
                time.sleep(0.3)
                server.restart(how, pause=0.1)
                wait_until_all_went_on(store)
        finally:
            ended.set()
            processes.go()
        results = [*processes.results(), *(one.result() for one in ours)]
        for result in results:
            assert result["refused"] <= 1
            check(store, result)


def wait_until_all_went_on(store):
    runs = [f"{number:032x}" for number in range(1, 6)]
    before = [steps(store, run) for run in runs]
    end = time.monotonic() + 15
    while not all(steps(store, run) > begun for run, begun in zip(runs, before, strict=True)):
        assert time.monotonic() < end, "a writer did not go on"
        time.sleep(0.05)


def steps(store, run):
    try:
        return len(store.metric_history(run, "m"))
    except NotFound:  # it has not begun yet
        return 0


def check(store, result):
    steps = range(1, result["steps"] + 1)
    history = store.metric_history(result["run"], "m")
    # A call may have been carried out although its answer was lost.
    assert [point.step for point in history][: len(steps)] == list(steps)
    assert len(history) - len(steps) <= 1
    data = store.get_run(result["run"]).data
    assert set(data.params) >= {f"p{step}" for step in steps}
    assert set(data.metrics) >= {f"m{step}" for step in steps}
    assert data.metrics["m"] == len(history)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server_that_stays_away_is_told_and_used_again_when_it_is_back(kind, request):
    server = request.getfixturevalue(kind)
    uri = request.getfixturevalue(f"{kind}_uri")
    with open_store(uri, artifact_root="s3://bucket/artifacts", patience=0.5) as store:
        run = store.create_run("0").info.run_id
        server.stop(signal.SIGKILL)
        try:
            with pytest.raises(Unavailable, match="cannot be reached"):
                store.log_batch(run, metrics=[Metric("m", 1.0, 1)])
            with pytest.raises(Unavailable, match="cannot be reached"):
                store.get_run(run)
        finally:
            server.start()
        store.log_batch(run, metrics=[Metric("m", 2.0, 2)])
        assert store.get_run(run).data.metrics == {"m": 2.0}

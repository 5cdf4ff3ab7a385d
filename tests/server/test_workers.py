"""Several workers behind one port, on a database server."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from tests.needs import needs
from tests.servers import running_server

API = "/api/2.0/mlflow"


def workers_of(server):
    with suppress(psutil.NoSuchProcess):
        return {child.pid for child in psutil.Process(server.process.pid).children()}
    return set()


def wait_for(server, condition):
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition(), server.log


@pytest.fixture
def served(tmp_path, postgresql_uri):
    needs(hasattr(os, "fork"), "Windows has no workers.")
    flags = ["--backend-store-uri", postgresql_uri, "--default-artifact-root", "files"]
    with running_server(tmp_path, *flags, "--workers", "3") as server:
        wait_for(server, lambda: len(workers_of(server)) == 3)
        yield server


def make(server, name):
    return server.ask("POST", f"{API}/experiments/create", {"name": name})


def test_workers_share_the_work_and_a_dead_one_is_replaced(served):
    with ThreadPoolExecutor(8) as threads:
        names = [f"experiment {number}" for number in range(24)]
        replies = list(threads.map(lambda name: make(served, name), names))
    assert [reply.status for reply in replies] == [200] * 24
    before = workers_of(served)
    os.kill(min(before), signal.SIGKILL)
    wait_for(served, lambda: len(workers_of(served) - before) == 1)
    assert make(served, "after a death").status == 200
    found = served.ask("GET", f"{API}/experiments/search?max_results=100").json["experiments"]
    assert len(found) == 26
    before = workers_of(served)
    assert served.stop() == 0
    assert not [pid for pid in before if psutil.pid_exists(pid)]
    assert "A worker ended (-9) and is replaced." in served.log
    assert "Traceback" not in served.log


def test_workers_do_not_outlive_their_parent(served):
    before = workers_of(served)
    served.stop(signal.SIGKILL)
    wait_for(served, lambda: not [pid for pid in before if psutil.pid_exists(pid)])


def test_ctrl_c_reaches_the_workers_through_their_parent(served):
    before = workers_of(served)
    os.killpg(served.process.pid, signal.SIGINT)
    assert served.process.wait(20) == 0
    assert not [pid for pid in before if psutil.pid_exists(pid)]

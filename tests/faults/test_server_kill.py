"""A request that was answered 200 survives kill -9 of the server."""

import http.client
import json
import os
import random
import signal
import sqlite3
import threading
import time

import pytest

from tests.servers import running_server

ROUNDS = int(os.environ.get("NBTRACK_TEST_SERVER_KILL_ROUNDS", "10"))
WRITERS = 8
PREFIX = "/api/2.0/mlflow/"


class Writer(threading.Thread):
    """Logs to one run until the server is gone, and remembers what was answered 200."""

    def __init__(self, port, run_id, first):
        super().__init__()
        self._port = port
        self._run_id = run_id
        self._first = first
        self.promised = []
        self.refused = []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        step = self._first
        try:
            while True:
                self._log(connection, step)
                step += 1
        except (OSError, http.client.HTTPException):
            connection.close()

    def _log(self, connection, step):
        body = {
            "run_id": self._run_id,
            "metrics": [{"key": "loss", "value": step / 2, "timestamp": step, "step": step}],
            "params": [{"key": f"p{step}", "value": str(step)}],
        }
        connection.request(
            "POST",
            PREFIX + "runs/log-batch",
            json.dumps(body),
            {"Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200:
            self.promised.append(step)
        else:
            self.refused.append((answer.status, text))


def begin_runs(server):
    created = [
        server.ask("POST", PREFIX + "runs/create", {"experiment_id": "0", "start_time": 1})
        for _ in range(WRITERS)
    ]
    return [one.json["run"]["info"]["run_id"] for one in created]


def kill_under_writers(folder, run_ids, first):
    """Kill a server at a random moment; return its run ids and what each writer was promised."""
    with running_server(folder) as server:
        run_ids = run_ids or begin_runs(server)
        writers = [Writer(server.port, run_id, first) for run_id in run_ids]
        for writer in writers:
            writer.start()
        while not all(writer.promised for writer in writers):
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.1))
        server.stop(signal.SIGKILL)
        for writer in writers:
            writer.join(30)
    assert [writer.refused for writer in writers] == [[]] * WRITERS
    return run_ids, [writer.promised for writer in writers]


def stored(database):
    """Return the steps of every run, after a look at the whole file."""
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        metrics, params = {}, {}
        for run_id, step in connection.execute("SELECT run_uuid, step FROM metrics"):
            metrics.setdefault(run_id, set()).add(step)
        for run_id, value in connection.execute("SELECT run_uuid, value FROM params"):
            params.setdefault(run_id, set()).add(int(value))
    connection.close()
    return metrics, params


@pytest.mark.timeout(60 + 5 * ROUNDS)
def test_killed_under_eight_writers_nothing_that_was_answered_is_lost(tmp_path):
    run_ids, ledger = None, [set() for _ in range(WRITERS)]
    for number in range(ROUNDS):
        run_ids, promised = kill_under_writers(tmp_path, run_ids, number * 100_000)
        for book, steps in zip(ledger, promised, strict=True):
            book.update(steps)
    metrics, params = stored(tmp_path / "runs.db")
    for run_id, book in zip(run_ids, ledger, strict=True):
        assert book <= metrics[run_id]
        assert metrics[run_id] == params[run_id]  # a batch is written whole or not at all
        assert len(metrics[run_id]) <= len(book) + ROUNDS  # at most the one that was under way


def test_an_upload_that_is_killed_leaves_no_file(tmp_path):
    with running_server(tmp_path) as server:
        (run_id,) = begin_runs(server)[:1]
        path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/big.bin"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.putrequest("PUT", path)
        connection.putheader("Content-Length", str(50_000_000))
        connection.endheaders()
        connection.send(bytes(20_000_000))
        server.stop(signal.SIGKILL)
        connection.close()
    with running_server(tmp_path) as server:
        assert server.ask("GET", path).status == 404
    left = [
        file for file in tmp_path.rglob("*") if file.is_file() and file.stat().st_size > 10_000_000
    ]
    assert left == []


def test_clients_of_a_server_whose_database_is_gone_are_told_to_come_again(tmp_path):
    with running_server(tmp_path) as server:
        (run_id,) = begin_runs(server)[:1]
        (tmp_path / "runs.db").rename(tmp_path / "moved.db")
        tag = {"run_id": run_id, "key": "k", "value": "v"}
        answer = server.ask("POST", PREFIX + "runs/set-tag", tag)
        assert answer.status == 503
        assert "deleted or replaced" in answer.json["message"]
        (tmp_path / "moved.db").rename(tmp_path / "runs.db")
        assert server.ask("POST", PREFIX + "runs/set-tag", tag).status == 200

"""Many writers at once: parallel requests, kernels beside the server, a lock that others hold."""

import secrets
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers import running_server

PREFIX = "/api/2.0/mlflow/"
POINTS = 500
DONE = "attributes.status = 'FINISHED'"


@pytest.fixture
def server(tmp_path, folder, store):
    uri = f"sqlite:///{folder}/nbtrack.db"
    with running_server(tmp_path / "server", "--backend-store-uri", uri) as running:
        yield running


def begin(server):
    answer = server.ask("POST", PREFIX + "runs/create", {"experiment_id": "0", "start_time": 1})
    return answer.json["run"]["info"]["run_id"]


def log(server, run_id, step, **more):
    point = {"key": "loss", "value": step, "timestamp": step, "step": step}
    batch = {"run_id": run_id, "metrics": [point], **more}
    return server.ask("POST", PREFIX + "runs/log-batch", batch)


def steps(server, run_id):
    answer = server.ask("GET", f"{PREFIX}metrics/get-history?run_id={run_id}&metric_key=loss")
    return [point["step"] for point in answer.json.get("metrics", [])]


def test_of_forty_parallel_batches_none_is_refused(server):
    run_id = begin(server)
    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(lambda step: log(server, run_id, step), range(40)))
    assert [answer.status for answer in answers] == [200] * 40
    assert sorted(steps(server, run_id)) == list(range(40))


def test_racing_writes_of_equal_values_all_succeed(server):
    run_id = begin(server)
    equal = {"params": [{"key": "lr", "value": "0.1"}], "tags": [{"key": "t", "value": "v"}]}
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: log(server, run_id, 1, **equal), range(20)))
    assert {answer.status for answer in answers} == {200}


@pytest.mark.parametrize("kernels", [8, 32])
def test_kernels_and_the_server_share_a_file(server, store, writers, ledger, kernels):
    run_ids = [secrets.token_hex(16) for _ in range(kernels)]
    for slot, run_id in enumerate(run_ids):
        ledger.clear(slot)
        writers.start(run_id=run_id, slot=slot, ledger=str(ledger.path), count=POINTS)
    over_http, answers = begin(server), []
    while len(store.search_runs(["0"], filter_string=DONE)) < kernels:
        answers.append(log(server, over_http, len(answers)).status)
    assert set(answers) == {200}
    assert steps(server, over_http) == list(range(len(answers)))
    assert [len(steps(server, run_id)) for run_id in run_ids] == [POINTS] * kernels


def test_while_another_program_holds_the_lock_reads_go_on_and_writes_are_told_to_wait(
    server, folder
):
    run_id = begin(server)
    other = sqlite3.connect(folder / "nbtrack.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(log(server, run_id, 1)))
        waiting.start()
        time.sleep(0.3)
        begun = time.monotonic()
        assert steps(server, run_id) == []
        assert time.monotonic() - begun < 1  # reads do not queue behind the writer
        waiting.join(30)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert answers[0].status == 503
    assert int(answers[0].headers["Retry-After"]) >= 1
    assert answers[0].json["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "locked by another process" in answers[0].json["message"]
    assert str(folder) not in answers[0].json["message"]
    assert log(server, run_id, 1).status == 200
    assert steps(server, run_id) == [1]

"""Bodies beyond the limits: refused so that the client sees why."""

import gzip
import http.client
import json
import socket
import time

import requests

from tests.server import raw

CREATE = "/api/2.0/mlflow/experiments/create"
JSON = {"Content-Type": "application/json"}
LIMIT = 16 * 2**20


def test_a_body_at_the_limit_is_read(server):
    body = json.dumps({"name": "at the limit"}).encode()
    answer = server.ask("POST", CREATE, body + b" " * (LIMIT - len(body)), JSON)
    assert answer.status == 200


def test_a_client_that_sends_too_much_reads_why(server):
    for length in (LIMIT + 1, 40 * 2**20):
        answer = requests.post(server.url + CREATE, data=b" " * length, headers=JSON, timeout=30)
        assert answer.status_code == 413
        assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
        assert "16 MiB" in answer.json()["message"]


def test_too_much_in_chunks_is_refused_as_well(server):
    pieces = (b" " * 2**20 for _ in range(20))
    answer = requests.post(server.url + CREATE, data=pieces, headers=JSON, timeout=30)
    assert answer.status_code == 413


def test_what_is_too_long_when_unpacked_is_refused(server):
    body = gzip.compress(b" " * (LIMIT + 1))
    answer = server.ask("POST", CREATE, body, JSON | {"Content-Encoding": "gzip"})
    assert (answer.status, len(body) < 20_000) == (413, True)


def test_a_body_of_very_many_gzip_streams_is_refused(server):
    body = gzip.compress(b"") * 100_000
    answer = server.ask("POST", CREATE, body, JSON | {"Content-Encoding": "gzip"})
    assert (answer.status, "too many" in answer.json["message"]) == (400, True)


def test_a_terabyte_that_is_only_announced_is_refused_at_once(server):
    began = time.monotonic()
    headers = ["Content-Type: application/json", f"Content-Length: {10**12}"]
    answer = raw.send(server, raw.head("POST", CREATE, *headers))
    assert (answer.status, time.monotonic() - began < 2) == (413, True)


def test_a_body_without_end_is_cut_off(server):
    with raw.connect(server) as connection:
        connection.sendall(
            raw.head("POST", CREATE, "Content-Type: application/json", "Transfer-Encoding: chunked")
        )
        sent, piece = 0, b"100000\r\n" + b" " * 2**20 + b"\r\n"
        try:
            while sent < 300 * 2**20:
                connection.sendall(piece)
                sent += 2**20
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert raw.read(connection).status == 413
    assert sent < 120 * 2**20


def test_headers_beyond_reason_close_the_connection(server):
    answer = raw.send(server, raw.head("GET", "/health", "X-Long: " + "x" * 200_000))
    assert answer.status in {0, 400, 431}
    assert server.ask("GET", "/health").body == b"OK"


def test_a_deeply_nested_body_is_refused(server):
    for opened in (b"[", b'{"a":'):
        answer = server.ask("POST", CREATE, opened * 100_000, JSON)
        assert answer.status == 400


def test_forty_parallel_batches_are_all_taken(server):
    created = server.ask("POST", "/api/2.0/mlflow/runs/create", {"experiment_id": "0"})
    run_id = created.json["run"]["info"]["run_id"]
    connections = [
        http.client.HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(40)
    ]
    for number, connection in enumerate(connections):
        points = [
            {"key": f"m{number}", "value": step, "timestamp": 1, "step": step}
            for step in range(100)
        ]
        body = json.dumps({"run_id": run_id, "metrics": points})
        connection.request("POST", "/api/2.0/mlflow/runs/log-batch", body, JSON)
    assert {connection.getresponse().status for connection in connections} == {200}
    for connection in connections:
        connection.close()
    found = server.ask("GET", f"/api/2.0/mlflow/runs/get?run_id={run_id}").json
    assert len(found["run"]["data"]["metrics"]) == 40


def test_a_client_that_leaves_in_the_middle_of_a_body_is_no_trouble(server):
    headers = ["Content-Type: application/json", "Content-Length: 1000"]
    for _ in range(20):
        with raw.connect(server) as connection:
            connection.sendall(raw.head("POST", CREATE, *headers) + b'{"name"')
            connection.shutdown(socket.SHUT_RDWR)
    assert server.ask("GET", "/health").body == b"OK"
    assert "Traceback" not in server.log

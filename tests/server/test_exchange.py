"""Requests and answers by HTTP's rules: methods, types, escapes, headers."""

import gzip
import json

import pytest

from tests.server import raw

API = "/api/2.0/mlflow"
CREATE = f"{API}/experiments/create"


def test_head_has_the_headers_of_get_and_no_body(server):
    asked = f"{API}/experiments/get?experiment_id=0"
    full, head = server.ask("GET", asked), server.ask("HEAD", asked)
    assert (full.status, head.status, head.body) == (200, 200, b"")
    assert head.headers["Content-Length"] == str(len(full.body))
    assert head.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_told_which_ones_there_are(server, method):
    answer = server.ask(method, CREATE)
    assert answer.status == 405
    assert answer.headers["Allow"] == "OPTIONS, POST"
    assert answer.json["error_code"] == "BAD_REQUEST"
    assert "POST" in answer.json["message"]


def test_options_tells_the_methods_and_allows_no_other_origin(server):
    answer = server.ask("OPTIONS", f"{API}/experiments/search")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/registered-models/nonsense",
        f"{API}/experiments/list",
        f"{API}/experiments/search/",
        "/api/2.0/preview/mlflow/runs/search",
        "/graphql",
        "/wp-login.php",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_no_endpoint_serves_is_said_in_json(server, method, path):
    answer = server.ask(method, path, {} if method == "POST" else None)
    assert answer.status == 404
    assert answer.json["error_code"] == "ENDPOINT_NOT_FOUND"
    assert path in answer.json["message"]


def test_an_answer_is_not_kept_shown_or_framed(server):
    for answer in (
        server.ask("GET", f"{API}/experiments/get?experiment_id=0"),
        server.ask("GET", f"{API}/experiments/get?experiment_id=999"),
        server.ask("GET", "/nowhere"),
        server.ask("GET", "/health"),
        server.ask("GET", "/"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "json"])
def test_a_body_of_another_type_is_refused(server, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = server.ask("POST", CREATE, b'{"name": "typed"}', headers)
    assert (answer.status, answer.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "Content-Type must be application/json" in answer.json["message"]


def test_a_charset_beside_the_type_is_fine(server):
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert server.ask("POST", CREATE, b'{"name": "charset"}', kind).status == 200


def test_a_get_without_a_query_is_asked_by_its_body(server):
    answer = server.ask("GET", f"{API}/experiments/get", {"experiment_id": "0"})
    assert answer.json["experiment"]["name"] == "Default"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_a_packed_body_is_unpacked(server, encoding):
    body = gzip.compress(json.dumps({"name": f"packed {encoding}"}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    assert server.ask("POST", CREATE, body, headers).status == 200


def test_a_body_of_two_gzip_streams_is_unpacked(server):
    body = gzip.compress(b'{"name": ') + gzip.compress(b'"two streams"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert server.ask("POST", CREATE, body, headers).status == 200


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b'{"name": "cut"}')[:-9], b""],
    ids=["text", "cut off", "nothing"],  # of the bytes one is the time, and no name of a test
)
def test_broken_gzip_is_the_clients_mistake(server, body):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = server.ask("POST", CREATE, body, headers)
    assert answer.status == 400
    assert "gzip" in answer.json["message"]


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_encoding_is_refused_naming_the_one_that_is_read(server, encoding):
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    answer = server.ask("POST", CREATE, b"x", headers)
    assert (answer.status, answer.headers["Accept-Encoding"]) == (415, "gzip")
    assert answer.json["error_code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/experiments/get?experiment_id=%zz",
        f"{API}/experiments/get?experiment_id=%",
        f"{API}/experiments/get?experiment_id=%ff",
        f"{API}/experiments/get?experiment_id=%C3%28",
        "/api/2.0/mlflow-artifacts/artifacts/%ff",
        "/api/2.0/mlflow-artifacts/artifacts/a%2",
        "/api/2.0/mlflow-artifacts/artifacts/%ed%a0%80",
    ],
)
def test_an_address_that_is_not_utf8_is_refused(server, path):
    answer = server.ask("GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/json")


def test_a_connection_is_kept_after_a_refusal(server):
    with raw.connect(server) as connection:
        for _ in range(3):
            refused = raw.head("POST", "/nowhere", "Content-Length: 300000")
            connection.sendall(refused + b"x" * 300_000)
            assert raw.read(connection).status == 404
        connection.sendall(raw.head("GET", "/health"))
        assert raw.read(connection).body == b"OK"


def test_a_refusal_comes_before_the_body_that_was_only_announced(server):
    for waits in ([], ["Expect: 100-continue"]):
        headers = ["Content-Length: 1000000", "Content-Type: application/json", *waits]
        answer = raw.send(server, raw.head("POST", "/nowhere", *headers))
        assert (answer.status, answer.json["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_a_client_that_waits_is_told_to_go_on(server):
    body = b'{"name": "waited"}'
    expects = ["Content-Type: application/json", "Expect: 100-continue"]
    with raw.connect(server) as connection:
        connection.sendall(raw.head("POST", CREATE, *expects, f"Content-Length: {len(body)}"))
        assert raw.read(connection).status == 100
        connection.sendall(body)
        assert raw.read(connection).status == 200


def test_an_error_tells_nothing_of_the_servers_inside(server):
    broken = "filter=metrics.a%20%3E%20'x"
    for path in (f"experiments/search?{broken}", "experiments/get?experiment_id=x'--"):
        answer = server.ask("GET", f"{API}/{path}")
        assert answer.status in {400, 404}
        told = answer.body.decode().lower()
        assert not [
            word for word in ("traceback", "select ", "sqlite", "/home", ".py") if word in told
        ]

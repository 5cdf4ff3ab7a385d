"""Some hundred hostile requests: none is answered with an error of the server's own."""

import gzip
import json
import random
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from nbtrack.server.routes import by_path
from tests.server import raw

SEED = 20261123
# 501: a method or feature that is not there; 503: no file server behind an endpoint.
ALLOWED = {501, 503}

VALUES = [
    None, True, False, 0, -1, 1.5, 2**63, -(2**63) - 1, 1e308, "NaN", "Infinity", "", " ", "0",
    "x", "a" * 300, "a" * 9000, "\x00", "\ud800", "\u202e", "😀" * 200, "'; DROP TABLE nb_run; --",
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "file:///etc/passwd", "http://localhost:1/x",
    "s3://a::file:///etc", "\\\\host\\share", "C:\\x", [], [[]], [None], ["x"] * 3, {}, {"a": {}},
    [{"key": "k", "value": "v"}], [{"key": None}], [{"key": "m", "value": 1, "timestamp": "x"}],
    [{"key": "m", "value": 1e999, "timestamp": 2**64, "step": -(2**70)}], [1, "a", None],
    "metrics.a > 1 and", "metrics.`a` >> 'x'", "(" * 500, "a = " * 900, "%", "%zz", "a\r\nb",
]  # fmt: skip
NAMES = [
    "run_id", "run_uuid", "experiment_id", "experiment_ids", "name", "key", "value", "filter",
    "timestamp", "step", "metrics", "params", "tags", "max_results", "page_token", "order_by",
    "run_view_type", "view_type", "path", "datasets", "models", "artifact_location", "status",
    "end_time", "metric_key", "run_ids", "start_step", "end_step", "new_name", "experiment_name",
    "user_id", "start_time", "run_name", "metric_keys", "metricKey", "runId", "experimentId",
]  # fmt: skip
PARTS = [
    "..", ".", "%2e%2e", "%252e%252e", "%00", "%0d%0aX: y", "a%2fb", "a%5cb", "%ff", "%zz", "%",
    "//", "///etc", "C:", "a" * 300, "a" * 5000, "%F0%9F%98%80", "%ED%A0%80", "a;b", "a?b", "+",
    "~", "%u0041", "CON", "a%20", "-", "nbtrack-part-", ".nbtrack-part-0", "%7F", "%C2%85",
]  # fmt: skip


def value(dice):
    return dice.choice(VALUES)


def body(dice):
    fields = {dice.choice(NAMES): value(dice) for _ in range(dice.randint(0, 8))}
    text = json.dumps(fields).encode("utf-8", "surrogatepass")
    return dice.choice(
        [
            lambda: text,
            lambda: text,
            lambda: text,
            lambda: text[: dice.randint(0, len(text))],
            lambda: json.dumps(json.dumps(fields)).encode(),
            lambda: b"[" * 5000,
            lambda: b'{"a":' * 5000,
            lambda: bytes(dice.randbytes(200)),
            lambda: b"\xef\xbb\xbf" + text,
            lambda: text.decode().encode("utf-16"),
            lambda: b'{"run_id": "\xff\xfe"}',
            lambda: b'{"a": 1, "a": 2, "max_results": 1' + b"0" * 5000 + b"}",
            lambda: gzip.compress(text),
            lambda: b"null",
            lambda: b"NaN",
            lambda: b'"x"',
            lambda: b"",
        ]
    )()


def path(dice, paths):
    found = dice.choice(paths)
    found = re.sub(r"\{\w+\}", lambda _: "/".join(dice.choices(PARTS, k=dice.randint(1, 3))), found)
    if dice.random() < 0.1:
        found += dice.choice(["/", "//", "?", "#x", ";x=y", "/..", "%2f"])
    if dice.random() < 0.6:
        asked = "&".join(
            f"{dice.choice(NAMES)}={escaped(value(dice), dice)}" for _ in range(dice.randint(1, 4))
        )
        found += f"?{asked}"
    return found.encode("utf-8", "surrogatepass").decode("latin-1")


def escaped(something, dice):
    text = str(something)
    if dice.random() < 0.2:
        text = dice.choice(PARTS)
    return re.sub(r"[\s#&\x00-\x1f\ud800-\udfff]", lambda _: "%0A", text)[:4000]


def headers(dice, length):
    chosen = [f"Content-Length: {length}"]
    if dice.random() < 0.8:
        chosen.append("Content-Type: application/json")
    odd = [
        "Content-Length: 5", "Content-Length: -1", "Transfer-Encoding: chunked", "Range: bytes=9-1",
        "Transfer-Encoding: gzip", "Content-Encoding: gzip", "Content-Encoding: br", "Range: x",
        "Range: bytes=0-0,1-1", 'If-None-Match: "', "If-Range: x", "If-Modified-Since: never",
        "Content-Type: text/html", "Content-Type: multipart/form-data; boundary=x", "Expect: x",
        "Accept: text/html", "Accept-Encoding: br;q=x", "Cookie: a=b; " + "c=d; " * 200,
        "X-A: \xff", "Authorization: Basic !!!", "Authorization: Bearer \xff", "Authorization: x",
        "Connection: x", "X-HTTP-Method-Override: DELETE", "X-Forwarded-For: ::::", "no colon",
        "Upgrade: websocket", ": empty", "Origin: null", "Sec-Fetch-Site: cross-site",
        "Referer: \x07", "X-Original-URL: /x",
    ]  # fmt: skip
    if dice.random() < 0.35:
        chosen.append(dice.choice(odd))
    dice.shuffle(chosen)
    return chosen


METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get"]


def hostile_request(dice, table):
    """Return the bytes of a request that is wrong somewhere, and mostly not everywhere."""
    paths = list(table)
    asked = dice.choice(paths)
    method = dice.choice(list(table[asked])) if dice.random() < 0.8 else dice.choice(METHODS)
    content = body(dice)
    top = raw.head(method, path(dice, [asked]), *headers(dice, len(content)))
    return top + content


def answered(server, request):
    with raw.connect(server) as connection:
        connection.settimeout(2)  # many bodies are shorter than announced
        connection.sendall(request)
        return raw.read(connection)


@pytest.mark.parametrize("part", range(3))
def test_a_hostile_request_is_never_an_error_of_the_server(server, part):
    dice, table = random.Random(SEED + part), by_path()
    requests = [hostile_request(dice, table) for _ in range(100)]
    with ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(partial(answered, server), requests))
    assert [
        (request[:600], answer)
        for request, answer in zip(requests, answers, strict=True)
        if answer.status >= 500 and answer.status not in ALLOWED
    ] == []
    statuses = Counter(answer.status for answer in answers)
    assert statuses[400] > 10
    assert statuses[200] > 0
    assert server.ask("GET", "/health").body == b"OK"
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://example.org/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        raw.head("POST", "/", "Transfer-Encoding: chunked", "Content-Length: 3"),
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    ],
)
def test_what_is_no_http_is_refused_and_the_server_goes_on(server, request_bytes):
    with raw.connect(server) as connection:
        connection.settimeout(1)
        connection.sendall(request_bytes)
        assert raw.read(connection).status < 500
    assert server.ask("GET", "/health").body == b"OK"
    assert "Traceback" not in server.log

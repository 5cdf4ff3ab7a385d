"""Files through the server: whole or absent, in ranges, inert."""

import hashlib
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests

from tests.server import raw

FILES = "/api/2.0/mlflow-artifacts/artifacts"
MEGABYTE = 2**20


def url(server, path):
    return f"{server.url}{FILES}/{path}"


def put(server, path, data):
    return requests.put(url(server, path), data=data, timeout=30)


def get(server, path, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(url(server, path), headers=given, timeout=30)


def leftovers(server):
    return [
        name for _, _, files in os.walk(server.folder) for name in files if "nbtrack-part" in name
    ]


@pytest.mark.parametrize("size", [0, 1, 65_536, MEGABYTE, 3 * MEGABYTE + 17])
def test_a_file_comes_back_as_it_was_sent(server, size):
    data = os.urandom(size)
    assert put(server, f"sizes/{size}", data).status_code == 200
    answer = get(server, f"sizes/{size}")
    assert (answer.status_code, answer.content == data) == (200, True)
    assert answer.headers["Content-Length"] == str(size)


def test_a_file_in_many_small_chunks_arrives_whole(server):
    pieces = [os.urandom(997) for _ in range(3000)]
    assert put(server, "chunked", iter(pieces)).status_code == 200
    assert get(server, "chunked").content == b"".join(pieces)


def test_the_answer_to_an_upload_is_empty(server):
    answer = put(server, "empty answer", b"x")
    assert (answer.content, answer.headers["Content-Length"]) == (b"", "0")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_second_upload_replaces_the_first(server):
    put(server, "replaced", b"one, longer")
    etag = get(server, "replaced").headers["ETag"]
    put(server, "replaced", b"two")
    answer = get(server, "replaced")
    assert (answer.content, answer.headers["ETag"] == etag) == (b"two", False)


@pytest.mark.parametrize("body", [b"", b"x" * 3 * MEGABYTE])
def test_a_path_that_is_not_allowed_is_refused_before_the_body(server, body):
    put(server, "folder/file", b"x")
    for path in ("..%2fescape", "folder", "folder/file/below", "%2e%2e/x", "a/../b"):
        head = raw.head("PUT", f"{FILES}/{path}", f"Content-Length: {len(body) or 10**10}")
        answer = raw.send(server, head, body)
        assert (answer.status, answer.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_client_of_a_refused_upload_reads_why(server):
    answer = put(server, "..%2fescape", b"x" * 30 * MEGABYTE)
    assert (answer.status_code, "error_code" in answer.json()) == (400, True)


def test_a_packed_upload_is_refused_rather_than_stored_packed(server):
    headers = {"Content-Encoding": "gzip"}
    answer = requests.put(url(server, "packed"), data=b"x", headers=headers, timeout=30)
    assert (answer.status_code, get(server, "packed").status_code) == (415, 404)


@pytest.mark.parametrize("leaves", ["closes", "resets", "stops sending"])
def test_an_upload_that_is_broken_off_leaves_nothing_behind(server, leaves):
    put(server, "kept", b"as it was")
    connection = raw.connect(server)
    connection.sendall(raw.head("PUT", f"{FILES}/kept", "Content-Length: 9000000"))
    connection.sendall(b"x" * 5_000_000)
    if leaves == "resets":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    elif leaves == "stops sending":
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    connection.close()
    eventually(lambda: _open_files(server) == [])
    assert get(server, "kept").content == b"as it was"
    assert leftovers(server) == []


def test_a_chunked_upload_that_breaks_the_format_leaves_nothing_behind(server):
    head = raw.head("PUT", f"{FILES}/broken", "Transfer-Encoding: chunked")
    answer = raw.send(server, head + b"5\r\nhello\r\nnot a number\r\n")
    assert answer.status == 400
    assert get(server, "broken").status_code == 404
    eventually(lambda: _open_files(server) == [])


def test_what_follows_the_announced_length_is_not_part_of_the_file(server):
    with raw.connect(server) as connection:
        head = raw.head("PUT", f"{FILES}/longer", "Content-Length: 3")
        connection.sendall(head + b"abc" + raw.head("GET", "/health"))
        answers = b""
        while not answers.endswith(b"OK"):
            answers += connection.recv(1000)
        assert answers.count(b"HTTP/1.1 200") == 2
    assert get(server, "longer").content == b"abc"


@pytest.mark.parametrize("length", ["-1", "abc", "5, 6", "1e3", "+5", "0x10", "9" * 30])
def test_a_length_that_is_none_is_refused(server, length):
    answer = raw.send(server, raw.head("PUT", f"{FILES}/none", f"Content-Length: {length}"))
    assert answer.status == 400
    assert get(server, "none").status_code == 404


def test_many_uploads_at_once_arrive_whole(server):
    contents = {f"parallel/{number}": os.urandom(2 * MEGABYTE) for number in range(20)}
    with ThreadPoolExecutor(20) as threads:
        sent = [threads.submit(put, server, *one) for one in contents.items()]
        assert {one.result().status_code for one in sent} == {200}
    assert all(get(server, path).content == data for path, data in contents.items())


def test_memory_does_not_grow_with_the_size_of_files(server):
    process = psutil.Process(server.process.pid)
    put(server, "warm", b"x" * MEGABYTE)
    before = process.memory_info().rss
    peak = []
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(process, peak, stop))
    watch.start()
    digest, sent = hashlib.sha256(), os.urandom(MEGABYTE)
    try:
        assert put(server, "large", (sent for _ in range(64))).status_code == 200
        with requests.get(url(server, "large"), stream=True, timeout=30) as answer:
            for piece in answer.iter_content(MEGABYTE):
                digest.update(piece)
    finally:
        stop.set()
        watch.join()
    assert digest.digest() == hashlib.sha256(sent * 64).digest()
    assert max(peak) - before < 24 * MEGABYTE


def test_a_client_that_does_not_read_holds_no_memory_and_no_thread(server):
    put(server, "unread", b"x" * 20 * MEGABYTE)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    stuck = [raw.connect(server) for _ in range(30)]
    for connection in stuck:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(raw.head("GET", f"{FILES}/unread"))
    time.sleep(0.5)
    assert get(server, "unread").status_code == 200
    assert process.memory_info().rss - before < 60 * MEGABYTE
    for connection in stuck:
        connection.close()
    eventually(lambda: _open_files(server) == [])


@pytest.fixture(scope="module")
def alphabet(server):
    put(server, "alphabet.txt", b"abcdefghij")
    return "alphabet.txt"


@pytest.mark.parametrize(
    ("asked", "part", "content"),
    [
        ("bytes=0-2", "bytes 0-2/10", b"abc"),
        ("bytes=7-", "bytes 7-9/10", b"hij"),
        ("bytes=-4", "bytes 6-9/10", b"ghij"),
        ("bytes=-40", "bytes 0-9/10", b"abcdefghij"),
        ("bytes=3-300", "bytes 3-9/10", b"defghij"),
        ("bytes=9-9", "bytes 9-9/10", b"j"),
    ],
)
def test_a_range_is_sent_alone(server, alphabet, asked, part, content):
    answer = get(server, alphabet, Range=asked)
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, part)
    assert (answer.content, answer.headers["Content-Length"]) == (content, str(len(content)))


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_that_is_not_in_the_file_is_refused_with_its_size(server, alphabet, asked):
    answer = get(server, alphabet, Range=asked)
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */10")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=a-b", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "x", "bytes=--1"]
)
def test_a_range_that_means_nothing_gives_the_whole_file(server, alphabet, asked):
    answer = get(server, alphabet, Range=asked)
    assert (answer.status_code, answer.content) == (200, b"abcdefghij")


def test_a_range_counts_only_for_the_version_that_it_is_of(server, alphabet):
    first = get(server, alphabet)
    for known, status in (
        (first.headers["ETag"], 206),
        (first.headers["Last-Modified"], 206),
        ('"another"', 200),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
        ("nonsense", 200),
    ):
        assert get(server, alphabet, Range="bytes=0-1", If_Range=known).status_code == status


def test_a_file_that_is_known_already_is_not_sent_again(server, alphabet):
    first = get(server, alphabet)
    etag, date = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in (
        {"If_None_Match": etag},
        {"If_None_Match": f'"x", W/{etag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": date},
    ):
        answer = get(server, alphabet, **condition)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == etag
    for condition in (
        {"If_None_Match": '"x"'},
        {"If_None_Match": '"x"', "If_Modified_Since": date},
        {"If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If_Modified_Since": "nonsense"},
    ):
        assert get(server, alphabet, **condition).status_code == 200


def test_head_tells_about_a_file_without_sending_it(server, alphabet):
    answer = requests.head(url(server, alphabet), headers={"Range": "bytes=0-1"}, timeout=30)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer.headers["Content-Length"], answer.headers["Accept-Ranges"]) == ("10", "bytes")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page.html", "application/octet-stream"),
        ("drawing.svg", "application/octet-stream"),
        ("page.xhtml", "application/octet-stream"),
        ("paper.pdf", "application/octet-stream"),
        ("model.pkl", "application/octet-stream"),
        ("noname", "application/octet-stream"),
        ("feed.XML", "text/plain; charset=utf-8"),
        ("code.js", "text/plain; charset=utf-8"),
        ("table.csv", "text/plain; charset=utf-8"),
        ("params.json", "text/plain; charset=utf-8"),
        ("MLmodel", "text/plain; charset=utf-8"),
        ("figure.PNG", "image/png"),
        ("photo.jpeg", "image/jpeg"),
    ],
)
def test_no_file_is_shown_or_run_by_a_browser(server, name, kind):
    put(server, f"inert/{name}", b"<script>alert(1)</script>")
    headers = get(server, f"inert/{name}").headers
    assert headers["Content-Type"] == kind
    assert headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("escaped", "disposition"),
    [
        ("a%20b.txt", 'attachment; filename="a b.txt"'),
        ('q"uote', "attachment; filename=\"q_uote\"; filename*=UTF-8''q%22uote"),
        ("100%25.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("Gr%C3%BC%C3%9Fe", "attachment; filename=\"Gr__e\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe"),
        ("%F0%9F%9A%80", "attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%9A%80"),
        ("a;b=c.txt", 'attachment; filename="a;b=c.txt"'),
    ],
)
def test_a_file_is_saved_under_its_name_whatever_that_is(server, escaped, disposition):
    assert put(server, f"names/{escaped}", b"x").status_code == 200
    assert get(server, f"names/{escaped}").headers["Content-Disposition"] == disposition


def test_a_name_with_a_line_end_is_refused(server):
    assert put(server, "a%0d%0aSet-Cookie:%20x", b"x").status_code == 400
    assert get(server, "a%0d%0aSet-Cookie:%20x").status_code == 400


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(server):
    put(server, "shrinks", b"x" * 60 * MEGABYTE)
    place = next(
        os.path.join(folder, "shrinks")  # noqa: PTH118
        for folder, _, files in os.walk(server.folder)
        if "shrinks" in files
    )
    with raw.connect(server) as connection:
        connection.sendall(raw.head("GET", f"{FILES}/shrinks"))
        assert b"Content-Length: 62914560" in connection.recv(1000)
        os.truncate(place, 100)
        received = 0
        while piece := _rest(connection):
            received += len(piece)
        assert received < 60 * MEGABYTE
    assert server.ask("GET", "/health").body == b"OK"


def test_an_upload_in_the_middle_of_a_kill_leaves_the_old_file(tmp_path):
    from tests.servers import running_server

    with running_server(tmp_path) as server:
        put(server, "kept", b"old")
        with raw.connect(server) as connection:
            connection.sendall(raw.head("PUT", f"{FILES}/kept", "Content-Length: 9000000"))
            connection.sendall(b"x" * 5_000_000)
            time.sleep(0.1)
            server.stop(signal.SIGKILL)
        stored = next(tmp_path.rglob("kept"))
        assert (stored.read_bytes(), leftovers(server)) == (b"old", [])


def eventually(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _open_files(server):
    process = psutil.Process(server.process.pid)
    return [one.path for one in process.open_files() if "artifacts" in one.path]


def _watch(process, peak, stop):
    while not stop.wait(0.01):
        peak.append(process.memory_info().rss)


def _rest(connection):
    try:
        return connection.recv(MEGABYTE)
    except ConnectionResetError:
        return b""

"""The stream of events: who listens hears of every change, and costs little."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from nbtrack.server import events
from nbtrack.store.open import open_store
from tests.servers import running_server

EVENTS = "/api/nbtrack/events"
CREATE = "/api/2.0/mlflow/experiments/create"


class Stream:
    """A connection that listens."""

    def __init__(self, server, last_id=None):
        headers = {} if last_id is None else {"Last-Event-ID": last_id}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        self.connection.request("GET", EVENTS, headers=headers)
        self.answer = self.connection.getresponse()
        self.id = None
        if self.answer.status == 200:
            self.first = self.read()

    def read(self):
        """Return the next block as a dict; None at the end of the stream."""
        block = {}
        while line := self.answer.readline():
            if line == b"\n":
                self.id = block.get("id", self.id)
                return block
            name, _, value = line.decode().rstrip("\n").partition(": ")
            block[name] = value
        return None

    def next_event(self):
        while (block := self.read()) is not None:
            if "event" in block:
                return block["event"]
        return None

    def hears_nothing(self, seconds):
        self.connection.sock.settimeout(seconds)
        try:
            return self.answer.readline() == b":\n"
        except TimeoutError:
            return True

    def close(self):
        self.answer.close()
        self.connection.close()


@pytest.fixture
def listen(server):
    streams = []

    def begin(last_id=None, at=server):
        streams.append(Stream(at, last_id))
        return streams[-1]

    yield begin
    for stream in streams:
        stream.close()


def write(server, name):
    reply = server.ask("POST", CREATE, {"name": f"{name} {time.time_ns()}"})
    assert reply.status == 200


def test_a_stream_says_at_once_what_it_is(listen):
    stream = listen()
    assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert stream.answer.headers["X-Accel-Buffering"] == "no"
    assert "no-store" in stream.answer.headers["Cache-Control"]
    assert stream.first["retry"] == "2000"
    assert stream.id


def test_head_has_no_stream(server):
    assert server.ask("HEAD", EVENTS).status == 200


def test_a_write_through_the_server_is_heard_at_once(server, listen):
    one, other = listen(), listen()
    time.sleep(2 * events.GAP_SECONDS)  # so that the watcher waits
    begun = time.monotonic()
    write(server, "through the server")
    assert one.next_event() == other.next_event() == "changed"
    assert time.monotonic() - begun < 5


def test_a_write_of_another_process_is_heard(server, listen):
    stream = listen()
    code = (
        "from nbtrack.store.open import open_store\n"
        "with open_store('sqlite:///runs.db') as store: store.create_experiment('by another')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=server.folder, check=True)
    assert stream.next_event() == "changed"


def test_nothing_is_heard_of_what_only_reads(server, listen):
    stream = listen()
    for _ in range(3):
        server.ask("GET", "/api/nbtrack/experiments/overview")
    assert stream.hears_nothing(2.5)


def test_many_changes_are_two_events_a_second_and_the_last_one_is_heard(server, listen):
    stream = listen()
    begun, heard = time.monotonic(), 0
    while time.monotonic() < begun + 2:
        write(server, "many")
    last = time.monotonic()
    while not stream.hears_nothing(1.5):
        stream.read()
        heard += 1
    assert 2 <= heard <= 2 * (last - begun) + 3


def test_who_comes_back_hears_at_once_what_was_missed(server, listen):
    stream = listen()
    write(server, "before")
    stream.next_event()
    stream.close()
    again = listen(stream.id)
    assert again.hears_nothing(1.5)
    again.close()
    write(server, "missed by all")
    assert listen(again.id).next_event() == "changed"


def test_who_comes_back_to_another_process_is_told_to_ask_again(listen):
    assert listen("0123abcd-7").next_event() == "changed"


def test_clients_that_go_away_leave_nothing(server):
    def sockets():
        folder = Path(f"/proc/{server.process.pid}/fd")
        return sum("socket" in str(one.readlink()) for one in folder.iterdir())

    before = sockets()
    for _ in range(3):
        streams = [Stream(server) for _ in range(40)]
        for stream in streams:
            stream.close()
    deadline = time.monotonic() + 10
    while sockets() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert sockets() <= before
    with closing(Stream(server)) as stream:
        write(server, "after them")
        assert stream.next_event() == "changed"
    assert re.search(rf"GET {EVENTS} 200 ", server.log)


def test_one_too_many_is_told_so(tmp_path):
    with running_server(tmp_path) as server:
        streams = [Stream(server) for _ in range(events.MOST_LISTENERS)]
        reply = server.ask("GET", EVENTS)
        assert reply.status == 503
        assert "100 pages" in reply.json["message"]
        streams.pop().close()
        deadline = time.monotonic() + 10
        while server.ask("GET", EVENTS).status == 503 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.ask("GET", EVENTS).status == 200
        for stream in streams:
            stream.close()


def test_a_stop_ends_the_streams_and_does_not_wait_for_them(tmp_path):
    with running_server(tmp_path) as server:
        with closing(Stream(server)) as stream:
            begun = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert stream.read() is None
            assert server.process.wait(20) == 0
            assert time.monotonic() - begun < 8
        assert f"GET {EVENTS} 200" in server.log


def test_a_client_that_reads_nothing_is_told_no_more_than_the_others(server):
    """What is said to it does not pile up: it is said once, however much happens."""
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        silent.sendall(f"GET {EVENTS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for _ in range(30):
            write(server, "unread")
        time.sleep(1)
        silent.setblocking(False)
        assert silent.recv(65536).count(b"event: changed") <= 4


@pytest.mark.parametrize("database", ["postgresql_uri", "mariadb_uri"])
def test_a_write_to_the_database_is_heard(request, tmp_path, database):
    uri = request.getfixturevalue(database)
    with (
        open_store(uri, artifact_root=str(tmp_path / "files")) as store,
        running_server(tmp_path, "--backend-store-uri", uri) as server,
        closing(Stream(server)) as stream,
    ):
        store.create_experiment("by another")
        assert stream.next_event() == "changed"

"""An exchange in any tornado handler: faults of the server's own, silent and vanished clients."""

import asyncio
import contextlib
import logging
import socket
import threading
import time

import pytest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler, stream_request_body

from nbtrack.artifacts import FileStat
from nbtrack.errors import NbtrackError, StorageFull, Unavailable
from nbtrack.rest.endpoint import ROOT, Answer, Download, Endpoint, Nothing
from nbtrack.server import connection
from nbtrack.server.exchange import Exchange
from nbtrack.server.replies import RequestRefused, send_error
from nbtrack.server.service import Service
from nbtrack.store.open import open_store
from tests.server import raw


@stream_request_body
class Handler(RequestHandler):
    def initialize(self, endpoint, service):
        self.endpoint, self.service = endpoint, service

    async def prepare(self):
        methods = {self.endpoint.method: self.endpoint}
        self.exchange = Exchange(self, methods, self.service, self.path_kwargs)
        if self.request.headers.get("X-Refuse"):
            self.exchange.refuse(RequestRefused(401, "Who are you?", {"WWW-Authenticate": "Basic"}))
        else:
            await self.exchange.begin()

    async def data_received(self, chunk):
        await self.exchange.receive(chunk)

    async def answer(self, **path):
        await self.exchange.answer()

    get = head = post = put = answer

    def on_connection_close(self):
        super().on_connection_close()
        self.exchange.leave()

    def write_error(self, status, **kwargs):
        send_error(self, status, kwargs["exc_info"][1])


class Host:
    """One endpoint on a port, in a thread of its own."""

    def __init__(self, store, endpoint):
        self.ready = threading.Event()
        self.thread = threading.Thread(target=asyncio.run, args=(self.run(store, endpoint),))
        self.thread.start()
        assert self.ready.wait(10)

    async def run(self, store, endpoint):
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        service = Service(store, places=None)
        routes = [("/.*", Handler, {"endpoint": endpoint, "service": service})]
        server = HTTPServer(Application(routes))
        server.listen(0, "127.0.0.1")
        (listening,) = server._sockets.values()
        self.port = listening.getsockname()[1]
        self.ready.set()
        await self.stop.wait()
        server.stop()
        await server.close_all_connections()
        service.close()

    def close(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.stop.set)
            self.thread.join()


@pytest.fixture
def host(tmp_path):
    with contextlib.ExitStack() as stack:

        def start(serve, method="GET", **kind):
            store = open_store(f"sqlite:///{tmp_path}/runs.db")
            host = Host(store, Endpoint(method, "x", Nothing, serve, prefixes=ROOT, **kind))
            stack.callback(host.close)
            return host

        yield start


def fail(error):
    def serve(backend, request):
        raise error

    return serve


@pytest.mark.parametrize("writes", [False, True])
def test_a_mistake_of_the_server_has_a_number_and_tells_nothing_else(host, caplog, writes):
    error = ZeroDivisionError("SELECT secret FROM /home/ada")
    with caplog.at_level(logging.ERROR, "nbtrack.server"):
        answer = raw.send(host(fail(error), writes=writes), raw.head("GET", "/x"))
    assert (answer.status, answer.json["error_code"]) == (500, "INTERNAL_ERROR")
    assert "secret" not in answer.body.decode()
    number = answer.json["message"].rstrip(".").rpartition(" ")[2]
    (record,) = [one for one in caplog.records if one.name == "nbtrack.server"]
    assert number in record.getMessage()
    assert record.exc_info[1] is error


def test_a_statement_that_a_database_refuses_is_a_mistake_of_the_server(host, caplog):
    error = NbtrackError("The database /home/ada/runs.db refused a statement: no such table: x")
    answer = raw.send(host(fail(error)), raw.head("GET", "/x"))
    assert (answer.status, answer.json["error_code"]) == (500, "INTERNAL_ERROR")
    assert "table" not in answer.body.decode()
    assert "no such table" in caplog.text


def test_what_is_not_for_clients_stands_in_the_log(host, caplog):
    error = Unavailable("/home/ada/runs.db is locked", public="runs.db is locked")
    answer = raw.send(host(fail(error)), raw.head("GET", "/x"))
    assert answer.json["message"] == "runs.db is locked"
    assert "GET /x: /home/ada/runs.db is locked" in caplog.text


def test_who_should_come_again_is_told_when(host):
    answer = raw.send(host(fail(Unavailable("busy"))), raw.head("GET", "/x"))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert answer.json == {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "busy"}


def test_a_full_disk_is_not_asked_again(host):
    answer = raw.send(host(fail(StorageFull("full"))), raw.head("GET", "/x"))
    assert (answer.status, "retry-after" in answer.headers) == (507, False)


def test_a_host_can_refuse_before_the_body_arrives(host):
    refusing = host(lambda backend, request: None, "POST")
    head = raw.head("POST", "/x", "X-Refuse: yes", "Content-Length: 3000000")
    with raw.connect(refusing) as client:
        for _ in range(2):
            client.sendall(head + b"x" * 3_000_000)
            answer = raw.read(client)
            assert (answer.status, answer.headers["www-authenticate"]) == (401, "Basic")


class Upload:
    """An upload that notes how it ended."""

    def __init__(self, *, refuses=None):
        self.ended, self.written, self.refuses = [], 0, refuses
        self.done = threading.Event()

    def __call__(self, backend, request):
        return self

    def __enter__(self):
        return self

    def write(self, data):
        if self.refuses is not None:
            raise self.refuses
        self.written += len(data)

    def __exit__(self, kind, error, trace):
        self.ended.append(kind)
        self.done.set()


def test_an_upload_whose_client_falls_silent_is_forgotten(host, monkeypatch):
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)
    upload = Upload()
    with raw.connect(host(upload, "PUT", answer=Answer.UPLOAD)) as client:
        client.sendall(raw.head("PUT", "/x", "Content-Length: 100") + b"some")
        assert upload.done.wait(5)
        assert client.recv(100) == b""
    assert upload.ended == [ConnectionError]


def test_a_slow_upload_is_not_a_silent_one(host, monkeypatch):
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.4)
    upload = Upload()
    with raw.connect(host(upload, "PUT", answer=Answer.UPLOAD)) as client:
        client.sendall(raw.head("PUT", "/x", "Content-Length: 10"))
        for _ in range(10):
            time.sleep(0.1)
            client.sendall(b"x")
        assert raw.read(client).status == 200
    assert (upload.ended, upload.written) == ([None], 10)


def test_a_server_that_stops_drops_the_uploads_that_go_on(host):
    upload = Upload()
    served = host(upload, "PUT", answer=Answer.UPLOAD)
    with raw.connect(served) as client:
        client.sendall(raw.head("PUT", "/x", "Content-Length: 5000000") + b"x" * 2_000_000)
        time.sleep(0.3)
        served.close()
    assert upload.ended == [ConnectionError]


@pytest.mark.parametrize("size", [10, 5_000_000])
def test_a_disk_that_fills_up_during_an_upload_is_told(host, size):
    upload = Upload(refuses=StorageFull("The disk is full."))
    served = host(upload, "PUT", answer=Answer.UPLOAD)
    answer = raw.send(served, raw.head("PUT", "/x", f"Content-Length: {size}"), b"x" * size)
    assert (answer.status, answer.json["message"]) == (507, "The disk is full.")
    assert len(upload.ended) == 1


class Endless:
    """A file without end, that notes when it is closed."""

    def __init__(self):
        self.closed, self.position = threading.Event(), 0

    def __call__(self, backend, request):
        return Download(self, "endless", FileStat(10**12, None, "x"))

    def tell(self):
        return self.position

    def read(self, size):
        self.position += size
        return b"x" * size

    def close(self):
        self.closed.set()


@pytest.mark.parametrize("leaves", [False, True])
def test_a_client_that_stops_reading_lets_go_of_the_file(host, monkeypatch, leaves):
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)
    file = Endless()
    with raw.connect(host(file, answer=Answer.DOWNLOAD)) as client:
        client.sendall(raw.head("GET", "/x"))
        client.recv(1000)
        if leaves:
            client.shutdown(socket.SHUT_RDWR)
        assert file.closed.wait(5)
    assert file.position < 50_000_000


def test_reads_of_clients_that_left_are_not_made(host):
    gate, made = threading.Event(), []

    def serve(backend, request):
        made.append(1)
        gate.wait(10)

    served = host(serve)
    clients = [raw.connect(served) for _ in range(12)]
    for client in clients:
        client.sendall(raw.head("GET", "/x"))
    time.sleep(0.3)
    for client in clients:
        client.close()
    time.sleep(0.3)
    gate.set()
    time.sleep(0.3)
    assert len(made) == 4

"""Real S3 and FTP servers for tests, started when the first test asks for one.

`s3_server` and `ftp_server` are processes of their own on free ports of 127.0.0.1; `s3_root` and
`ftp_root` are a new, empty place on each, as an fsspec URL. The credentials are dummies.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import pytest

from tests.needs import needs
from tests.servers import free_port

HOW_TO_GET_THEM = "Install the servers of S3 and FTP: pip install 'nbtrack[test]'."
START_SECONDS = 40
FTP_USER = "tracker"
FTP_PASSWORD = "pa/ss w@rd"
FTP_PASSWORD_IN_URL = "pa%2Fss%20w%40rd"

# Switches: with "no-overwrite" a rename replaces nothing and may fail, as on Windows; with
# "no-mlsd" the server knows only the older way to list.
_FTP_SERVER = """
import os, sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

folder, port, user, password, *switches = sys.argv[1:]

class Files(AbstractedFS):
    def rename(self, src, dst):
        if "no-overwrite" in switches:
            if os.path.lexists(dst):
                raise FileExistsError(17, "File exists")
            with open(src, "rb") as file:
                if file.read().startswith(b"infected"):
                    raise PermissionError(13, "The scanner of viruses has it open")
        super().rename(src, dst)

class Handler(FTPHandler):
    authorizer = DummyAuthorizer()
    abstracted_fs = Files
    auth_failed_timeout = 0
    if "no-mlsd" in switches:
        proto_cmds = {k: v for k, v in FTPHandler.proto_cmds.items() if k not in ("MLSD", "MLST")}

Handler.authorizer.add_user(user, password, folder, perm="elradfmwMT")
ThreadedFTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""


class ArtifactServer:
    """A server process of our own on a free port; the subclasses know its command."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="nbart"))
        self.port = free_port()
        self.process = None
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        log = self.folder / "log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(self.command(), stdout=file, stderr=file)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            alive = self.process.poll() is None and time.monotonic() < deadline
            assert alive, f"{self.command()} failed and said:\n{log.read_text()[-4000:]}"
            time.sleep(0.02)

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(START_SECONDS)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


class S3Server(ArtifactServer):
    """moto's server: S3 as AWS answers it, kept in memory."""

    def command(self):
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def client(self):
        import botocore.session

        return botocore.session.get_session().create_client(
            "s3", endpoint_url=self.url, region_name="us-east-1", **_DUMMY_KEYS
        )

    def new_bucket(self):
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=name)
        return name


class FtpServer(ArtifactServer):
    """pyftpdlib's server, its files on this disk; ``switches`` make it less able."""

    def __init__(self, *switches):
        self.switches = switches
        self.files = Path(tempfile.mkdtemp(prefix="nbftp"))
        super().__init__()

    def command(self):
        arguments = [str(self.files), str(self.port), FTP_USER, FTP_PASSWORD, *self.switches]
        return [sys.executable, "-c", _FTP_SERVER, *arguments]

    def url(self, password=FTP_PASSWORD_IN_URL):
        return f"ftp://{FTP_USER}:{password}@127.0.0.1:{self.port}"

    def close(self):
        super().close()
        shutil.rmtree(self.files, ignore_errors=True)


class Proxy:
    """Stands before a server and can cut what passes: a cable, for tests."""

    def __init__(self, port):
        self._goal = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cuts = 0
        self._left = None
        self._open = []
        self._threads = [self._begin(self._accept)]

    def cut_after(self, size, times=10**6):
        """Cut a connection when it has brought so many bytes, so often."""
        self._left, self._times = size, times

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[:1]:
            thread.join(10)
        self._end(*self._open)
        for thread in self._threads:
            thread.join(10)
        for each in (self._listener, *self._open):
            each.close()

    def _begin(self, *call):
        thread = threading.Thread(target=call[0], args=call[1:], daemon=True)
        thread.start()
        return thread

    def _accept(self):
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.create_connection(self._goal)
            self._open += [here, there]
            self._threads += [
                self._begin(self._pump, here, there, False),
                self._begin(self._pump, there, here, True),
            ]

    def _pump(self, source, goal, down):
        brought = 0
        with suppress(OSError):
            while data := source.recv(1 << 16):
                brought += len(data)
                if down and self._left is not None and brought > self._left and self._times:
                    self._times -= 1
                    self.cuts += 1
                    break
                goal.sendall(data)
        self._end(source, goal)

    def _end(self, *sockets):
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


_DUMMY_KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


@pytest.fixture(scope="session")
def s3_server():
    needs(
        _has("s3fs") and _has("moto.server"), "Install the test extra: pip install 'nbtrack[test]'."
    )
    server = S3Server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def ftp_server():
    needs(_has("pyftpdlib"), HOW_TO_GET_THEM)
    server = FtpServer()
    yield server
    server.close()


def _has(module):
    import importlib.util

    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@pytest.fixture
def s3_environment(s3_server, monkeypatch):
    """Make S3 mean the test's server, for this process and those that it starts."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", s3_server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return s3_server


@pytest.fixture
def s3_root(s3_environment):
    return f"s3://{s3_environment.new_bucket()}/some/prefix"


@pytest.fixture
def ftp_root(ftp_server):
    return f"{ftp_server.url()}/{uuid.uuid4().hex}"

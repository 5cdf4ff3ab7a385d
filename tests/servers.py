"""Real ``nbtrack server`` processes for tests.

Use `running_server` as a context manager, or the fixture ``server`` of ``tests/server``. The
process is gone when the block ends, whatever happened in it.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-c", "from nbtrack.cli.main import main; main()", "server"]
_ADDRESS = re.compile(r"^nbtrack server: (http://\S+)$", re.MULTILINE)
START_SECONDS = 30
# None that a system gives to clients, which could take one before the server does.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Return a port for a server that cannot choose one, or where nobody shall answer."""
    while True:
        port = random.choice(_PORTS)
        with suppress(OSError):
            socket.create_server(("127.0.0.1", port)).close()
            return port


def has_ipv6() -> bool:
    """Whether this machine, or container, has IPv6 at all."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@dataclass
class RunningServer:
    """A server process.

    Attributes
    ----------
    url : str
        Its address, with the static prefix, without a slash at the end.
    process : Popen
        The process; with several workers their parent.
    folder : Path
        Its working directory, with ``output`` (what it printed) and ``log``.
    """

    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def port(self) -> int:
        """Return the port that it listens at."""
        return int(self.url.split(":")[2].partition("/")[0])

    @property
    def output(self) -> str:
        """Return what it printed."""
        return (self.folder / "output").read_text("utf-8")

    @property
    def log(self) -> str:
        """Return what it logged."""
        return (self.folder / "log").read_text("utf-8")

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request on a connection of its own; a dict is sent as JSON."""
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, body_of(answer))
        finally:
            connection.close()

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Ask it to stop, wait for that and return the exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(30)


@dataclass
class Reply:
    """An answer to a request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)


def body_of(answer: http.client.HTTPResponse) -> bytes:
    """Return the body of an answer; of a stream of events, which has no end, the first one."""
    if not is_stream(answer):
        return answer.read()
    lines = [answer.readline()]
    while lines[-1] not in {b"", b"\n"}:
        lines.append(answer.readline())
    return b"".join(lines)


def is_stream(answer: http.client.HTTPResponse) -> bool:
    """Whether an answer has no end."""
    return answer.headers.get_content_type() == "text/event-stream"


@contextmanager
def running_server(
    folder: Path, *flags: str, environment: dict[str, str] | None = None
) -> Iterator[RunningServer]:
    """Run a server with its store in a folder, which is also its home.

    Parameters
    ----------
    folder : Path
        Working directory, made if need be. Without a flag that names a store it is
        ``sqlite:///runs.db`` there, with the files beside it.
    *flags : str
        Flags of ``nbtrack server``; without ``--port`` any free port is taken.
    environment : dict, optional
        More environment variables, such as ``NBTRACK_SERVER_TOKEN``.
    """
    process = start_server(folder, *flags, environment=environment)
    try:
        yield RunningServer(_address(process, folder), process, folder)
    finally:
        with suppress(ProcessLookupError):  # the workers too
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start_server(
    folder: Path, *flags: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server process, which leads a process group of its own, and do not wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {flag.partition("=")[0] for flag in flags}
    if "--backend-store-uri" not in given:
        flags += ("--backend-store-uri", "sqlite:///runs.db")
    if not {"-p", "--port"} & given:
        flags += ("--port", "0")
    with (folder / "output").open("wb") as output, (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*COMMAND, *flags],
            cwd=folder,
            env=clean_environment(folder) | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,
        )


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment without settings, whose home is a folder of the test."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NBTRACK_", "MLFLOW_", "XDG_")) or name.startswith("NBTRACK_TEST_")
    }
    return kept | {"HOME": str(home), "PYTHONUNBUFFERED": "1"}


def _address(process: subprocess.Popen[bytes], folder: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = _ADDRESS.search((folder / "output").read_text("utf-8"))
        if found is not None:
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"The server did not start: {(folder / 'log').read_text('utf-8')}")

"""A real ``mlflow server`` process, to compare with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.servers import clean_environment, free_port
from tests.wire.hosts import Host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 90
SETTINGS = {
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


@contextmanager
def running_mlflow(folder: Path) -> Iterator[Host]:
    """Run MLflow's own server on SQLite, with its files beside; it has no token."""
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
                *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db"),
                *("--artifacts-destination", str(folder / "files"), "--port", str(port)),
            ],
            cwd=folder,
            env=clean_environment(folder) | SETTINGS,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    host = Host(f"http://127.0.0.1:{port}")
    try:
        _wait(host, process, folder)
        yield host
    finally:
        with suppress(ProcessLookupError):  # its worker too
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(host: Host, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            if host.ask("GET", "/health").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"mlflow server did not start: {(folder / 'log').read_text('utf-8')}")

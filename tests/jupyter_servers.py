"""Real ``jupyter server`` processes for tests, with nbtrack's extension as it was installed."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.servers import Reply, body_of, clean_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "t0ken-of-jupyter"
BASE_URL = "/user/ada/"
START_SECONDS = 40
# What is installed beside nbtrack and takes its time to start.
_NOT_NEEDED = ("jupyterlab", "jupyter_lsp", "notebook_shim", "jupyter_server_terminals")
_NEEDED_BY_LAB = {"jupyterlab", "jupyter_lsp", "notebook_shim"}
BUILT_EXTENSION = Path(__file__).parents[1] / "nbtrack" / "ui" / "labextension"


@dataclass
class JupyterServer:
    """A Jupyter server process.

    Attributes
    ----------
    address : str
        Host and port.
    base_url : str
        As Jupyter was told, with slashes at both ends.
    token : str
        Opens everything.
    process : Popen
        The process, which leads a group of its own.
    root : Path
        The folder that it serves.
    home : Path
        With ``log``, what the server logged.
    """

    address: str
    base_url: str
    token: str
    process: subprocess.Popen[bytes]
    root: Path
    home: Path

    @property
    def url(self) -> str:
        """Return what ``MLFLOW_TRACKING_URI`` is set to."""
        return f"http://{self.address}{self.base_url}nbtrack"

    @property
    def log(self) -> str:
        """Return what it logged."""
        return (self.home / "log").read_text("utf-8")

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
        token: str | None = None,
    ) -> Reply:
        """Send one request.

        Parameters
        ----------
        method, path, body, headers : str, str, bytes or dict, dict
            The request; a dict is sent as JSON. The path counts from ``nbtrack``, and without a
            slash at its beginning from Jupyter's base_url.
        token : str, optional
            Sent instead of the right one; empty: none is sent.
        """
        headers = dict(headers or {})
        token = self.token if token is None else token
        if token:
            headers.setdefault("Authorization", f"Bearer {token}")
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        above = urlsplit(self.url).path if path[:1] in {"", "/"} else self.base_url
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, above + path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, body_of(answer))
        finally:
            connection.close()

    def stop(self) -> int:
        """Ask it to stop, wait for that and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def running_jupyter(
    folder: Path,
    *flags: str,
    base_url: str = BASE_URL,
    config: str = "",
    environment: dict[str, str] | None = None,
    lab: bool = False,
) -> Iterator[JupyterServer]:
    """Run a Jupyter server that serves ``folder/root`` and has its home in ``folder/home``.

    Parameters
    ----------
    folder : Path
        A folder of the test, made if need be.
    *flags : str
        Of ``jupyter server``.
    base_url : str
        With slashes at both ends.
    config : str
        Python code for ``jupyter_server_config.py``.
    environment : dict, optional
        More environment variables.
    lab : bool
        Whether it serves JupyterLab, which then has the checkout's own extension.
    """
    root, home = folder / "root", folder / "home"
    for each in (root, home):
        each.mkdir(parents=True, exist_ok=True)
    flags = (*flags, f"--ServerApp.base_url={base_url}")
    if lab:
        _add_extension(home / "data" / "labextensions" / "@nbtrack" / "lab")
        flags = (*flags, "--LabApp.expose_app_in_browser=True", f"--LabApp.workspaces_dir={home}/w")
    process = _start(root, home, flags, config, environment, lab=lab)
    try:
        address = _address(process, home)
        yield JupyterServer(address, base_url, TOKEN, process, root, home)
    finally:
        with suppress(ProcessLookupError):  # its kernels too
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _start(
    root: Path,
    home: Path,
    flags: tuple[str, ...],
    config: str,
    environment: dict[str, str] | None,
    *,
    lab: bool,
) -> subprocess.Popen[bytes]:
    settings = home / "config"
    settings.mkdir(exist_ok=True)
    unneeded = set(_NOT_NEEDED) - (_NEEDED_BY_LAB if lab else set())
    off = {"ServerApp": {"jpserver_extensions": dict.fromkeys(unneeded, False)}}
    (settings / "jupyter_server_config.json").write_text(json.dumps(off))
    (settings / "jupyter_server_config.py").write_text(config)
    folders = {
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_TOKEN": TOKEN,
    }
    # For port 0 Jupyter takes a port, lets it go and takes it again, which fails now and then.
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab" if lab else "jupyter_server"),
                *("--no-browser", "--allow-root"),
                *(
                    f"--ServerApp.port={free_port()}",
                    f"--ServerApp.root_dir={root}",
                    *flags,
                ),
            ],
            cwd=root,
            env=clean_environment(home) | folders | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _add_extension(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(BUILT_EXTENSION, place)


def _address(process: subprocess.Popen[bytes], home: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for file in (home / "runtime").glob("jpserver-*.json"):
            with suppress(ValueError, OSError):  # being written, or not yet listening
                port = json.loads(file.read_text("utf-8"))["port"]
                socket.create_connection(("127.0.0.1", port), 1).close()
                return f"127.0.0.1:{port}"
        time.sleep(0.05)
    raise AssertionError(f"Jupyter did not start: {(home / 'log').read_text('utf-8')}")

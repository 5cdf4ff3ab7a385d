"""JupyterLab, started from this very environment, and what to say where it cannot just open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from nbtrack import platforms
from nbtrack.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

INSTALL = "Install it with: {python} -m pip install 'nbtrack[lab]'"
PORTS_TRIED = 50


def require(*packages: str) -> None:
    """Raise unless the packages that come with ``nbtrack[lab]`` are there."""
    missing = [
        name
        for name in packages or ("jupyterlab", "ipykernel", "sklearn")
        if find_spec(name) is None
    ]
    if missing:
        raise NotFound(
            f"The quickstart needs {', '.join(missing)}, which this Python does not have. "
            + INSTALL.format(python=sys.executable)
        )


def choose_port(wanted: int | None, first: int) -> int:
    """Return the wanted port if it is free; without a wish the first free one from ``first``."""
    if wanted is not None:
        if not _is_free(wanted):
            raise Unavailable(
                f"Port {wanted} is in use. Choose another with --port, or leave --port out: "
                "then a free one is found."
            )
        return wanted
    for port in range(first, first + PORTS_TRIED):
        if _is_free(port):
            if port != first:
                click.echo(f"Port {first} is in use (another Jupyter?), so this one takes {port}.")
            return port
    raise Unavailable(
        f"No port from {first} to {first + PORTS_TRIED - 1} is free. Choose one with --port."
    )


def open_notebook(notebook: Path, *, port: int, browser: bool) -> None:
    """Run JupyterLab on a notebook until the user stops it; the exit code is JupyterLab's."""
    from urllib.parse import quote

    command = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={notebook.parent}",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}",
    ]
    if platforms.runs_as_root():
        click.echo(
            "You are root, which Jupyter refuses unless told otherwise: it is started with "
            "--allow-root. It listens on this machine only (127.0.0.1) and asks for the token that "
            "its address holds."
        )
        command.append("--allow-root")
    if browser and not has_browser():
        click.echo("No browser was found here.")
        browser = False
    if not browser:
        command.append("--no-browser")
        click.echo(
            "Open the address that JupyterLab prints (http://127.0.0.1:…?token=…) in a browser on "
            "this machine. From another one, first forward the port: "
            f"ssh -L {port}:127.0.0.1:{port} USER@THIS-MACHINE\n"
            "To run the notebook without a browser: nbtrack quickstart --execute."
        )
    click.echo("Stop JupyterLab with Ctrl+C.\n")
    raise SystemExit(_run(command))


def has_browser() -> bool:
    """Whether a graphical browser can be opened here (a text browser would take the terminal)."""
    import webbrowser

    graphical = sys.platform in {"win32", "darwin"} or any(
        os.environ.get(name)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME")
    )
    try:
        return graphical and webbrowser.get() is not None
    except webbrowser.Error:
        return False


def environment() -> dict[str, str]:
    """Return Jupyter's variables: kernels of this environment come before those of the user."""
    return {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}


def _is_free(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        if (
            sys.platform != "win32"
        ):  # a port whose last connections are still dying down is free, there as here
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _run(command: list[str]) -> int:
    process = subprocess.Popen(command, env=environment())  # noqa: S603 - our own interpreter and arguments
    # Ctrl+C reaches JupyterLab too, which asks whether to stop: this process waits for its answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()

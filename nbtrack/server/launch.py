"""Starting the standalone server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from tornado.netutil import bind_sockets

from nbtrack.server import opening, running

if TYPE_CHECKING:
    from nbtrack.server.options import Options


def launch(options: Options) -> None:
    """Start a server and run it until it is stopped."""
    where = opening.find(options)
    sockets = bind_sockets(options.port, options.host)
    port = sockets[0].getsockname()[1]
    click.echo(f"nbtrack server: http://{options.host}:{port}{options.prefix}")
    running.run(options, where, sockets)

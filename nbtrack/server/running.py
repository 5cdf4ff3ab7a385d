"""One process of the standalone server: listen, answer, and stop without losing anything."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from tornado.httpserver import HTTPServer

from nbtrack.server import opening
from nbtrack.server.standalone import application

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from nbtrack.server.options import Options
    from nbtrack.store.location import StoreLocation


def run(options: Options, where: StoreLocation, sockets: Sequence[socket.socket]) -> None:
    """Serve until a signal asks to stop."""
    opened = opening.open_service(options, where)
    try:
        asyncio.run(_serve(options, opened, sockets))
    finally:
        opened.service.close()


async def _serve(
    options: Options, opened: opening.Opened, sockets: Sequence[socket.socket]
) -> None:
    server = HTTPServer(application(opened.service, options.prefix))
    server.add_sockets(sockets)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.stop()
    await server.close_all_connections()

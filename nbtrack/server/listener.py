"""The listening side of the standalone server: connections, how many, and their orderly end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from tornado.httpserver import HTTPServer

from nbtrack import platforms
from nbtrack.server import peer
from nbtrack.server.gate import Incoming

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1ServerConnection
    from tornado.httputil import HTTPConnection, HTTPMessageDelegate
    from tornado.iostream import IOStream
    from tornado.web import Application, RequestHandler

    from nbtrack.server.gate import Gate

# Far more than the gate lets pass: what is longer is cut off without an answer.
MAX_HEADER_BYTES = 256 * 2**10
# For the head of a request, and for a connection on which nothing is asked.
IDLE_SECONDS = 120.0
MOST_CONNECTIONS = 2000
# Open files that are left for the store and for artifacts.
_OTHER_FILES = 200


class Listener(HTTPServer):
    """Tornado's HTTP server behind the gate.

    Parameters
    ----------
    application : Application
        Answers what passes.
    gate : Gate
        Decides what does.
    stopped_at_gate : type
        Handler of what does not.
    """

    def initialize(  # type: ignore[override]  # tornado's __init__, for servers of another kind
        self, application: Application, gate: Gate, stopped_at_gate: type[RequestHandler]
    ) -> None:
        """Take what the server is made of."""
        super().initialize(
            application, max_header_size=MAX_HEADER_BYTES, idle_connection_timeout=IDLE_SECONDS
        )
        self._application = application
        self._gate = gate
        self._stopped_at_gate = stopped_at_gate
        self._most = max(50, min(MOST_CONNECTIONS, platforms.most_open_files() - _OTHER_FILES))
        self._peers: WeakKeyDictionary[Any, asyncio.Future[bool]] = WeakKeyDictionary()
        self._busy: set[Any] = set()
        self._is_ending = False

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Take a new connection, unless there are too many."""
        if len(self._connections) >= self._most or self._is_ending:
            stream.close()
        else:
            super().handle_stream(stream, address)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Begin to read the next request of a connection."""
        connection = cast("HTTP1ServerConnection", server_conn)
        self._busy.discard(connection)
        if self._is_ending:
            connection.stream.close()
        return _Counted(
            self._gate,
            self._application,
            self._stopped_at_gate,
            request_conn,
            partial(self._is_own_user, connection),
            begun=partial(self._busy.add, connection),
        )

    def on_close(self, server_conn: object) -> None:
        """Forget a connection."""
        self._busy.discard(server_conn)
        super().on_close(server_conn)

    async def end(self, seconds: float) -> None:
        """Take nothing new, and let what was begun come to its end for some seconds."""
        self.stop()
        self._is_ending = True
        for connection in self._connections - self._busy:
            connection.stream.close()
        deadline = asyncio.get_running_loop().time() + seconds
        while self._busy and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - rare
            await asyncio.sleep(0.02)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.close_all_connections(), 1)

    async def _is_own_user(self, connection: HTTP1ServerConnection) -> bool:
        """Look once for each connection whose process is at its other end."""
        if connection not in self._peers:
            self._peers[connection] = asyncio.ensure_future(_ask_system(connection.stream))
        return await self._peers[connection]


class _Counted(Incoming):
    """A request that a connection is busy with from its head on."""

    def __init__(self, *arguments: Any, begun: Any) -> None:
        super().__init__(*arguments)
        self._begun = begun

    async def headers_received(self, start_line: Any, headers: Any) -> None:
        self._begun()
        await super().headers_received(start_line, headers)


async def _ask_system(stream: IOStream) -> bool:
    try:
        ours, theirs = stream.socket.getsockname(), stream.socket.getpeername()
    except (OSError, AttributeError):  # it went away, and tornado has dropped the socket
        return False
    ends = peer.Address(*ours[:2]), peer.Address(*theirs[:2])
    return await asyncio.get_running_loop().run_in_executor(None, peer.is_this_user, *ends)

"""What tornado's HTTP/1.1 connections can do beside requests and answers."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tornado.http1connection import HTTP1Connection
    from tornado.httputil import HTTPServerRequest
    from tornado.iostream import IOStream

# Who sends or takes nothing for so long has gone, whatever the network says.
IDLE_SECONDS = 120.0
# No request is refused for its length by tornado, which would drop the connection without a word.
_ANY_LENGTH = 2**62


def take_any_length(request: HTTPServerRequest) -> None:
    """Let the body of a request be of any length; whoever reads it counts."""
    _connection(request).set_max_body_size(_ANY_LENGTH)


def has_body(request: HTTPServerRequest) -> bool:
    """Whether a body follows the head of a request."""
    length = request.headers.get("Content-Length", "0")
    return length.strip("0") != "" or "Transfer-Encoding" in request.headers


def waits_for_continue(request: HTTPServerRequest) -> bool:
    """Whether the client sends the body only after it was told to go on."""
    return request.headers.get("Expect", "").lower() == "100-continue"


def hang_up(request: HTTPServerRequest) -> None:
    """End the connection at once, in the middle of whatever is going on."""
    _stream(request).close()


def stop_sending(request: HTTPServerRequest) -> None:
    """Tell the client that nothing more comes, so that it reads the answer it has."""
    with suppress(OSError, AttributeError):  # it may be closed already
        _stream(request).socket.shutdown(socket.SHUT_WR)


class Patience:
    """Hangs up on a client that sends nothing for a while.

    Parameters
    ----------
    request : HTTPServerRequest
        What the client is sending.
    seconds : float, optional
        How long it may be silent; default: `IDLE_SECONDS`.
    """

    def __init__(self, request: HTTPServerRequest, seconds: float | None = None) -> None:
        self._request = request
        self._seconds = IDLE_SECONDS if seconds is None else seconds
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._server_is_busy = False
        self._timer = self._loop.call_later(self._seconds, self._look)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Do not count the time that the server itself takes."""
        self._server_is_busy = True
        try:
            yield
        finally:
            self._server_is_busy = False
            self._last = self._loop.time()

    def end(self) -> None:
        """Wait no longer for this client."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        rest = self._seconds if self._server_is_busy else self._last + self._seconds - now
        if rest > 0:
            self._timer = self._loop.call_later(rest, self._look)
        else:
            hang_up(self._request)


def _connection(request: HTTPServerRequest) -> HTTP1Connection:
    return cast("HTTP1Connection", request.connection)


def _stream(request: HTTPServerRequest) -> IOStream:
    return _connection(request).stream

"""Server-sent events: who listens hears when the store changes, whoever changed it.

One watcher looks at the store for all who listen, and only while somebody does: at once after a
write through this server, else about every second. What a listener is told says only that asking
again may give something new, so that nothing piles up for one that is slow.

Source of the format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tornado.iostream import StreamClosedError

from nbtrack.errors import NbtrackError, Unavailable
from nbtrack.server import connection
from nbtrack.server.replies import log, put_headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.web import RequestHandler

MOST_LISTENERS = 100
# Between two looks at the store, and between two events for one listener.
GAP_SECONDS = 0.5
LOOK_SECONDS = 0.5
# How often something may have changed in a store that cannot tell.
BLIND_SECONDS = 10
# Proxies end what is silent; a client that vanished is noticed by what cannot be sent to it.
HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2000

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",  # nginx, and others that took the header over from it
}


class Listener:
    """Somebody who is told of changes."""

    def __init__(self) -> None:
        self._stirred = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is told."""
        return self._ended.is_set()

    def tell(self) -> None:
        """Say that something changed."""
        self._stirred.set()

    def end(self) -> None:
        """Say that nothing more comes, or is wanted."""
        self._ended.set()
        self._stirred.set()

    async def wait(self, seconds: float) -> bool:
        """Return True when something changed since the last time, False after so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stirred.wait(), seconds)
        stirred = self._stirred.is_set()
        self._stirred.clear()
        return stirred

    async def pause(self, seconds: float) -> None:
        """Let time pass, unless this has ended."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)


class Events:
    """The changes of one store, for all who listen. Used from one event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._written = asyncio.Event()
        self._writes = 0
        self._watching: asyncio.Task[None] | None = None
        self._mark: str | None = None
        self._changes = 0
        self._name = secrets.token_hex(4)  # another process has counted other changes
        self._is_closed = False

    @property
    def last_id(self) -> str:
        """Name of the last change."""
        return f"{self._name}-{self._changes}"

    def wrote(self) -> None:
        """Take note of a write through this server."""
        self._writes += 1
        self._written.set()

    async def join(self, look: Callable[[], Awaitable[str | None]]) -> Listener:
        """Begin to listen; `leave` ends it.

        Parameters
        ----------
        look : callable
            Returns the store's mark (`nbtrack.store.base.Store.change_mark`).

        Raises
        ------
        Unavailable
            If too many listen, or the server is stopping.
        """
        if self._is_closed:
            raise Unavailable("The server is stopping. Try again in a moment.")
        if len(self._listeners) >= MOST_LISTENERS:
            raise Unavailable(
                f"{MOST_LISTENERS} pages follow this store already. Close some of them; this one "
                "shows what there is when it is reloaded."
            )
        listener = Listener()
        self._listeners.add(listener)
        try:
            await self._look(look)  # so that `last_id` is that of what can be read now
        except BaseException:
            self.leave(listener)
            raise
        if self._watching is None and self._listeners:
            self._watching = asyncio.ensure_future(self._watch(look))
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen no more."""
        self._listeners.discard(listener)
        if not self._listeners and self._watching is not None:
            self._watching.cancel()
            self._watching = None

    def close(self) -> None:
        """End all streams, and begin no other."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    async def _watch(self, look: Callable[[], Awaitable[str | None]]) -> None:
        try:
            while True:
                await asyncio.sleep(GAP_SECONDS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._written.wait(), LOOK_SECONDS)
                await self._look(look)
        except Exception:  # noqa: BLE001 - logged below; a watcher must not end silently
            log.exception("The watcher of a store failed.")
            self._watching = None
            for listener in self._listeners:  # they come again, and with them another watcher
                listener.end()

    async def _look(self, look: Callable[[], Awaitable[str | None]]) -> None:
        self._written.clear()
        try:
            mark = await look()
        except NbtrackError:  # it cannot be asked now: whoever asks for more is told why
            return
        if mark is None:
            mark = f"{self._writes} {time.monotonic() // BLIND_SECONDS}"
        before, self._mark = self._mark, mark
        if before not in {None, mark}:
            self._changes += 1
            for listener in self._listeners:
                listener.tell()


async def send_events(handler: RequestHandler, events: Events, listener: Listener) -> None:
    """Send a listener what it is told, until one side ends that.

    Parameters
    ----------
    handler : RequestHandler
        Who listens.
    events : Events
        To what; it has been joined.
    listener : Listener
        As which.
    """
    put_headers(handler, _HEADERS)
    handler.clear_header("Content-Length")
    if handler.request.method != "HEAD":
        # Who comes back says what it heard last; a name without data is an event for nobody.
        if handler.request.headers.get("Last-Event-ID", events.last_id) != events.last_id:
            listener.tell()
        handler.write(f"retry: {RETRY_MILLISECONDS}\nid: {events.last_id}\n\n")
        await _flush(handler)
        while not listener.has_ended:
            await _send_next(handler, events, listener)
    handler.finish()


async def _send_next(handler: RequestHandler, events: Events, listener: Listener) -> None:
    changed = await listener.wait(HEARTBEAT_SECONDS)
    if listener.has_ended:
        return
    if not changed:
        handler.write(":\n\n")
        await _flush(handler)
        return
    handler.write(f"event: changed\nid: {events.last_id}\ndata: {{}}\n\n")
    await _flush(handler)
    await listener.pause(GAP_SECONDS)


async def _flush(handler: RequestHandler) -> None:
    try:
        await asyncio.wait_for(handler.flush(), connection.IDLE_SECONDS)
    except TimeoutError as error:
        connection.hang_up(handler.request)
        raise StreamClosedError(error) from error

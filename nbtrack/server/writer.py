"""The one writer of a server: what waits is written together, in one transaction.

One writer per store means that requests never wait for each other's locks, and that the price of a
commit is shared by all that came while the last one was made. A request is answered after the
commit that holds it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store.base import Store

T = TypeVar("T")

# What one transaction takes at most, so that the first in line does not wait for the last.
MOST_CALLS = 200
MOST_SECONDS = 0.02
# Beyond this a server that cannot keep up says so, rather than hold ever more in memory.
MOST_WAITING = 5000


class Writer:
    """A thread that makes the writes of all requests.

    Parameters
    ----------
    store : Store
        Where they are made.
    name : str
        Name of the thread.
    """

    def __init__(self, store: Store, name: str = "nbtrack-writer") -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        # Nothing is put behind the mark that ends the thread.
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def write(self, call: Callable[[], T]) -> T:
        """Make a write and return its result, after it is committed.

        A write that was begun is made even if nobody waits for it any more.

        Raises
        ------
        Unavailable
            When too much is waiting, or the writer was closed.
        Exception
            Whatever the call raised.
        """
        if self._waiting.qsize() >= MOST_WAITING:
            raise Unavailable(
                f"The server is behind: {MOST_WAITING} writes are waiting. Try again in a moment."
            )
        waiting = _Call(call)
        with self._lock:
            if self._closed:
                raise Unavailable("The server is stopping. Try again in a moment.")
            self._waiting.put(waiting)
        result: T = await waiting.answer
        return result

    def close(self) -> None:
        """Make what waits, then stop."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            calls, going_on = self._next_calls()
            if calls:
                _answer(calls, self._results(calls))
            if not going_on:
                return

    def _next_calls(self) -> tuple[list[_Call], bool]:
        first = self._waiting.get()
        if first is None:
            return [], False
        calls = [first]
        deadline = time.monotonic() + MOST_SECONDS
        while len(calls) < MOST_CALLS and time.monotonic() < deadline:
            try:
                one = self._waiting.get_nowait()
            except queue.Empty:
                break
            if one is None:
                return calls, False
            calls.append(one)
        return calls, True

    def _results(self, calls: list[_Call]) -> list[Any]:
        # Whatever a transaction dies of, the thread goes on: without it no write is ever answered.
        try:
            results = self._store.together([one.call for one in calls])
        except BaseException as error:  # noqa: BLE001 - see above
            return [_as_exception(error)] * len(calls)
        if len(results) != len(calls):
            return [RuntimeError(f"{len(results)} results of {len(calls)} writes")] * len(calls)
        return list(results)


class _Call:
    """A write and the future of its result, in the event loop that waits for it."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Any] = self.loop.create_future()


def _as_exception(error: BaseException) -> Exception:
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    # A future takes no StopIteration, and the others would end the event loop.
    wrapped = RuntimeError(f"{type(error).__name__} in a write")
    wrapped.__cause__ = error
    return wrapped


def _answer(calls: list[_Call], results: list[Any]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Call, Any]]] = {}
    for call, result in zip(calls, results, strict=True):
        by_loop.setdefault(call.loop, []).append((call, result))
    for loop, answers in by_loop.items():
        with suppress(RuntimeError):  # the loop ended, and with it whoever waited
            loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: list[tuple[_Call, Any]]) -> None:
    for call, result in answers:
        if call.answer.done():  # whoever waited was cancelled
            continue
        if isinstance(result, Exception):
            call.answer.set_exception(_as_exception(result))
        else:
            call.answer.set_result(result)

"""What the requests for one store share: its writer, its readers, its files."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from nbtrack.errors import Unavailable
from nbtrack.rest.backend import Backend
from nbtrack.server.events import Events
from nbtrack.server.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.artifacts.places import Places
    from nbtrack.server.uploads import ReceivedFile
    from nbtrack.store.base import Store

T = TypeVar("T")

READERS = 4
# Files wait for disks and networks, not for the processor.
FILE_THREADS = 16
# Beyond this a server that cannot keep up says so, rather than let clients wait until they give up.
MOST_WAITING = 1000


class Service:
    """A store that is served.

    Parameters
    ----------
    store : Store
        Experiments and runs; closed with the service.
    places : Places
        The files.
    serves_files : bool
        Whether clients read and write files through the server.

    Attributes
    ----------
    events : Events
        Its changes, for those who listen.
    unfinished : set of ReceivedFile
        Uploads that go on; what is left of them when the service is closed is dropped.
    """

    def __init__(self, store: Store, places: Places, *, serves_files: bool = True) -> None:
        self.backend = Backend(store, places, serves_files)
        self.events = Events()
        self._writer = Writer(store)
        self._readers = _Pool(READERS, "reads")
        self._files = _Pool(FILE_THREADS, "files")
        self.unfinished: set[ReceivedFile] = set()

    async def read(self, call: Callable[[], T]) -> T:
        """Ask the store, beside the event loop.

        Raises
        ------
        Unavailable
            If too much is waiting.
        """
        return await self._readers.run(call)

    async def write(self, call: Callable[[], T]) -> T:
        """Change the store; the change is committed when this returns.

        Raises
        ------
        Unavailable
            If too much is waiting.
        """
        result = await self._writer.write(call)
        self.events.wrote()
        return result

    async def with_files(self, call: Callable[[], T], *, must: bool = False) -> T:
        """Read or write files, beside the event loop.

        Parameters
        ----------
        call : callable
            What is done.
        must : bool
            Whether it is done however much is waiting, as the end of what was begun is.

        Raises
        ------
        Unavailable
            If too much is waiting.
        """
        return await self._files.run(call, must=must)

    def close(self) -> None:
        """Finish what was begun, then close the store."""
        self._writer.close()
        self._readers.close()
        self._files.close()
        for upload in tuple(self.unfinished):  # the event loop ended before their connections did
            upload.drop()
        self.backend.store.close()


class _Pool:
    """Threads, and a bound for what waits for them. Used from one event loop."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, f"nbtrack-{name}")
        self._name = name
        self._begun = 0
        self._most = threads + MOST_WAITING

    async def run(self, call: Callable[[], T], *, must: bool = False) -> T:
        if self._begun >= self._most and not must:
            raise Unavailable(
                f"The server is behind: {MOST_WAITING} {self._name} are waiting. "
                "Try again in a moment."
            )
        self._begun += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        finally:
            self._begun -= 1

    def close(self) -> None:
        self._threads.shutdown()

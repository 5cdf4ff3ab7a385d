"""What the requests for one store share: its writer, its readers, its files."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from nbtrack.rest.backend import Backend
from nbtrack.server.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.artifacts.places import Places
    from nbtrack.store.base import Store

T = TypeVar("T")

READERS = 4
# Files wait for disks and networks, not for the processor.
FILE_THREADS = 16


class Service:
    """A store that is served.

    Parameters
    ----------
    store : Store
        Experiments and runs; closed with the service.
    places : Places
        The files.
    """

    def __init__(self, store: Store, places: Places) -> None:
        self.backend = Backend(store, places)
        self._writer = Writer(store)
        self._readers = ThreadPoolExecutor(READERS, "nbtrack-reader")
        self._files = ThreadPoolExecutor(FILE_THREADS, "nbtrack-files")

    async def read(self, call: Callable[[], T]) -> T:
        """Ask the store, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, call)

    async def write(self, call: Callable[[], T]) -> T:
        """Change the store; the change is committed when this returns."""
        return await self._writer.write(call)

    async def with_files(self, call: Callable[[], T]) -> T:
        """Read or write files, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._files, call)

    def close(self) -> None:
        """Finish what was begun, then close the store."""
        self._writer.close()
        self._readers.shutdown()
        self._files.shutdown()
        self.backend.store.close()

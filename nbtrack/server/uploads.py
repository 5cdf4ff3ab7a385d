"""Files that clients send: gathered in pieces, whole or absent, with flat memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from nbtrack.server.service import Service

# What is gathered before it is written: a change of thread costs as much as copying some 100 kB.
GATHERED_BYTES = 2**20


class ReceivedFile:
    """A file that arrives; it is there when `finish` returns, and not at all before."""

    def __init__(
        self, context: AbstractContextManager[BinaryIO], file: BinaryIO, service: Service
    ) -> None:
        self._context = context
        self._file = file
        self._service = service
        self._gathered = bytearray()
        self._turn = asyncio.Lock()
        self._is_open = True
        service.unfinished.add(self)
        self._abandoned: asyncio.Task[None] | None = None

    @classmethod
    async def begin(
        cls, serve: Callable[[], AbstractContextManager[BinaryIO]], service: Service
    ) -> ReceivedFile:
        """Open the file, or raise why that cannot be."""

        def enter() -> tuple[AbstractContextManager[BinaryIO], BinaryIO]:
            context = serve()
            return context, context.__enter__()

        return cls(*await service.with_files(enter), service)

    async def write(self, piece: bytes) -> None:
        """Take a piece."""
        self._gathered += piece
        if len(self._gathered) >= GATHERED_BYTES:
            gathered, self._gathered = self._gathered, bytearray()
            async with self._turn:
                if self._is_open:
                    await self._service.with_files(lambda: self._take(gathered))

    async def finish(self) -> None:
        """Make the file visible."""
        async with self._turn:
            if self._is_open:
                self._is_open = False
                await self._service.with_files(self._end_well, must=True)

    async def abort(self) -> None:
        """Leave nothing behind."""
        async with self._turn:
            if self._is_open:
                self._is_open = False
                await self._service.with_files(self.drop, must=True)

    def abandon(self) -> None:
        """Do as `abort` does, when there is nobody who would wait for it."""
        if self._is_open:
            self._abandoned = asyncio.ensure_future(self.abort())

    def _take(self, gathered: bytearray) -> None:
        try:
            self._file.write(gathered)
        except BaseException as error:
            self._is_open = False
            self._service.unfinished.discard(self)
            # The context knows what a full disk means, and leaves nothing behind.
            self._context.__exit__(type(error), error, error.__traceback__)
            raise

    def _end_well(self) -> None:
        self._take(self._gathered)
        self._service.unfinished.discard(self)
        self._context.__exit__(None, None, None)

    def drop(self) -> None:
        """Leave nothing behind, in the thread that calls."""
        if self not in self._service.unfinished:
            return
        self._service.unfinished.discard(self)
        error = ConnectionError("The file did not arrive whole.")
        try:
            self._context.__exit__(type(error), error, None)
        except ConnectionError as raised:
            if raised is not error:
                raise
        except Exception:  # noqa: BLE001, S110 - it is gone, and nobody is there to be told
            pass

"""Files through the server, in pieces: memory stays flat whatever their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tornado.web import RequestHandler

    from nbtrack.rest.endpoint import Download
    from nbtrack.server.service import Service

PIECE = 2**20


class ReceivedFile:
    """A file that arrives; it is there when `finish` returns, and not at all before."""

    def __init__(
        self, context: AbstractContextManager[BinaryIO], file: BinaryIO, service: Service
    ) -> None:
        self._context = context
        self._file = file
        self._service = service
        self._open = True

    @classmethod
    async def begin(
        cls, serve: Callable[[], AbstractContextManager[BinaryIO]], service: Service
    ) -> ReceivedFile:
        """Open the file."""
        context = await service.with_files(serve)
        return cls(context, await service.with_files(context.__enter__), service)

    async def write(self, piece: bytes) -> None:
        """Take a piece."""
        await self._service.with_files(lambda: self._file.write(piece))

    async def finish(self) -> None:
        """Make the file visible."""
        self._open = False
        await self._service.with_files(lambda: self._context.__exit__(None, None, None))

    async def abort(self) -> None:
        """Leave nothing behind."""
        if self._open:
            self._open = False
            error = ConnectionError("The client went away.")
            await self._service.with_files(lambda: self._context.__exit__(type(error), error, None))


async def send_file(handler: RequestHandler, download: Download, service: Service) -> None:
    """Send a file."""
    try:
        while piece := await service.with_files(lambda: download.file.read(PIECE)):
            handler.write(piece)
            await handler.flush()
    finally:
        download.file.close()
    handler.finish()

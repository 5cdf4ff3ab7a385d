"""Reading a remote file as a local one: forwards, by seeking, a bounded part of it at a time."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from typing_extensions import Buffer

    Telling: TypeAlias = Callable[[], AbstractContextManager[None]]

# One exchange with a service fetches this much when the reader asks for less.
BLOCK = 1 << 20


class RemoteReader(io.RawIOBase):
    """A remote file of a known size; ``told`` turns errors of the service into sentences."""

    def __init__(self, size: int, told: Telling) -> None:
        self._size = size
        self._told = told
        self._position = 0

    def buffered(self) -> BinaryIO:
        """Return the file as callers use it."""
        return cast("BinaryIO", io.BufferedReader(self, BLOCK))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"A file has no position {start + offset}.")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer).cast("B")
        wanted = min(len(room), self._size - self._position)
        if wanted <= 0:
            return 0
        with self._told():
            data = self._read_at(self._position, wanted)
            if not data:
                raise ConnectionError("the file ended before its end")
        room[: len(data)] = data
        self._position += len(data)
        return len(data)

    @abstractmethod
    def _read_at(self, position: int, size: int) -> bytes:
        """Return from 1 to ``size`` bytes from a position on; b"" if there are no more."""


class FileReader(RemoteReader):
    """A file that fsspec opened, with its errors told; ``done`` is called after a good end."""

    def __init__(self, file: BinaryIO, size: int, told: Telling, done: Callable[[], None]) -> None:
        super().__init__(size, told)
        self._file = file
        self._done = done

    def _read_at(self, position: int, size: int) -> bytes:
        done, self._done = self._done, _nothing
        if self._file.tell() != position:
            self._file.seek(position)
        data = self._file.read(size)
        self._done = done
        return data

    def close(self) -> None:
        if not self.closed:
            super().close()
            with self._told():
                self._file.close()
            self._done()


def _nothing() -> None:
    """Give nothing back: a connection that failed is not used again."""

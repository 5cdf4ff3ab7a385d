"""`ArtifactFolder`: the files of one run, wherever they are."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from nbtrack.artifacts.resolver import is_plain, joined, parts_of
from nbtrack.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from nbtrack.artifacts.beneath import Entry


_BLOCK = 1 << 20


class FileInfo(Struct, frozen=True, omit_defaults=True):
    """A file or folder of a run; ``path`` is relative to the run's files, sizes are in bytes."""

    path: str
    is_dir: bool
    file_size: int | None = None


class FileStat(Struct, frozen=True):
    """What is known of a file without reading it.

    Parameters
    ----------
    size : int
        In bytes.
    modified : int or None
        Milliseconds since 1970 (UTC); None where the store does not tell.
    etag : str
        Another one when the content may be another one; without the quotes that HTTP puts around.
    """

    size: int
    modified: int | None
    etag: str


class ArtifactFolder(ABC):
    """The files below one place. Paths are relative, with ``/`` between folders, and all checked.

    Every method raises `InvalidValue` for a path that is not allowed or does not fit (a file where
    a folder is needed), `NotFound`, `Refused` (permissions, links) or `Unavailable` (full disk,
    store away). Any thread may call them, several at once; one opened file belongs to one caller.
    """

    def write(self, path: str, data: bytes | BinaryIO) -> None:
        """Write a file, whole or not at all; one that is there is replaced."""
        with self.replacing(path) as file:
            if isinstance(data, (bytes, bytearray, memoryview)):
                file.write(data)
            else:
                shutil.copyfileobj(data, file, _BLOCK)

    def replacing(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Give a file to write to that appears under the path when the block ends well.

        An exception in the block leaves what was there before. A path that cannot be written to (a
        folder has this name, a file is where it needs a folder) is refused when the block begins.
        """
        return self._replacing(parts_of(path))

    def put(self, local: str | os.PathLike[str], path: str = "") -> None:
        """Store a local file under a path, or all files of a local folder below it."""
        source = Path(local)
        if source.is_dir():
            for file in _files_of(source):
                self.put(file, joined(path, file.relative_to(source).as_posix()))
            return
        try:
            with source.open("rb") as data:
                self.write(path, data)
        except FileNotFoundError:
            raise NotFound(f"There is no file or folder {os.fspath(local)!r} here.") from None

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        with self.open(path) as file:
            return file.read()

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; it can be sought in and holds a bounded part of it at a time."""
        return self.open_with_stat(path)[0]

    def open_with_stat(self, path: str) -> tuple[BinaryIO, FileStat]:
        """Open a file for reading, and tell what is known of this very file."""
        return self._open(parts_of(path))

    def stat(self, path: str) -> FileStat:
        """Return size, time and etag of a file."""
        return self._stat(parts_of(path))

    def list(self, path: str = "") -> list[FileInfo]:
        """Return what is in a folder, by name; nothing for a file or a folder that is not there."""
        parts = parts_of(path) if path else ()
        return [
            FileInfo("/".join((*parts, entry.name)), entry.size is None, entry.size)
            for entry in self._entries(parts)
            if parts or is_plain(entry.name, ())
        ]

    def download(self, path: str, destination: str | os.PathLike[str]) -> Path:
        """Copy a file or a folder (``""``: everything) below a local folder, tree and all.

        Returns
        -------
        Path
            Where it is now: ``destination / path``.
        """
        goal = Path(destination)
        parts = parts_of(path) if path else ()
        children = self.list(path)
        if children or not path:
            goal.joinpath(*parts).mkdir(parents=True, exist_ok=True)
            for child in children:
                self.download(child.path, goal)
        else:
            with self.open(path) as file:
                _copy(file, goal.joinpath(*parts))
        return goal.joinpath(*parts)

    def delete(self, path: str) -> None:
        """Delete a file or a folder with all in it; the root itself cannot be deleted."""
        if not path:
            raise InvalidValue("Invalid path '': the folder of a run's files cannot be deleted.")
        self._delete(parts_of(path))

    @abstractmethod
    def _replacing(self, parts: tuple[str, ...]) -> AbstractContextManager[BinaryIO]: ...

    @abstractmethod
    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]: ...

    @abstractmethod
    def _stat(self, parts: tuple[str, ...]) -> FileStat: ...

    @abstractmethod
    def _entries(self, parts: tuple[str, ...]) -> Sequence[Entry]: ...

    @abstractmethod
    def _delete(self, parts: tuple[str, ...]) -> None: ...


def _files_of(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = Path(place, name)
            if file.is_file():  # not a pipe, a socket or a dangling link
                yield file


def _copy(file: BinaryIO, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    part = goal.with_name(f".{goal.name[:200]}.{os.urandom(4).hex()}")
    try:
        with part.open("xb") as copy:
            shutil.copyfileobj(file, copy, _BLOCK)
        part.replace(goal)
    finally:
        part.unlink(missing_ok=True)

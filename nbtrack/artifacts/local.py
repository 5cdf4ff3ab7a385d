"""Files on this machine."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from nbtrack.artifacts import beneath
from nbtrack.artifacts.file_errors import told
from nbtrack.artifacts.folder import ArtifactFolder, FileStat
from nbtrack.errors import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LocalFolder(ArtifactFolder):
    """Files on this machine, below ``root``, a folder that may itself be reached through links."""

    def __init__(self, root: Path, parts: tuple[str, ...] = ()) -> None:
        self.root = root
        self.parts = parts

    @contextmanager
    def _replacing(self, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
        path = "/".join(parts)
        with told(path):
            try:
                with beneath.replacing(self.root, (*self.parts, *parts)) as file:
                    yield file
            except FileNotFoundError as error:
                raise Unavailable(
                    f"The folder of {path!r} was deleted while the file was written. Send it again."
                ) from error

    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]:
        with told("/".join(parts)):
            file = beneath.open_file(self.root, (*self.parts, *parts))
        found = os.fstat(file.fileno())
        etag = f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"
        return file, FileStat(found.st_size, found.st_mtime_ns // 1_000_000, etag)

    def _stat(self, parts: tuple[str, ...]) -> FileStat:
        file, found = self._open(parts)
        file.close()
        return found

    def _entries(self, parts: tuple[str, ...]) -> list[beneath.Entry]:
        with told("/".join(parts)):
            try:
                return beneath.entries(self.root, (*self.parts, *parts))
            except (FileNotFoundError, NotADirectoryError, Refused):
                return []

    def _delete(self, parts: tuple[str, ...]) -> None:
        with told("/".join(parts)):
            beneath.remove(self.root, (*self.parts, *parts))

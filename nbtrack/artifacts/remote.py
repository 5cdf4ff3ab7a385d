"""Files behind any fsspec file system (https://filesystem-spec.readthedocs.io)."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nbtrack.artifacts.beneath import Entry
from nbtrack.artifacts.connections import Connections, connections_to
from nbtrack.artifacts.file_errors import told, told_of_remote
from nbtrack.artifacts.folder import ArtifactFolder, FileStat
from nbtrack.artifacts.resolver import PART_PREFIX, is_plain
from nbtrack.artifacts.streams import FileReader
from nbtrack.artifacts.swap import put_in_place
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

# Writing to these is all or nothing already; the others get a temporary name and a rename.
_WHOLE_ALREADY = {"gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "memory"}
# Buffered files of these fetch 5 to 50 MiB at a time unless told otherwise.
_BLOCKS = {"block_size": 4 << 20}
_BUFFERED = {"gs", "gcs", "abfs", "abfss", "az"}


class RemoteFolder(ArtifactFolder):
    """Files below an fsspec URL."""

    def __init__(self, root: str, parts: tuple[str, ...] = ()) -> None:
        self.root = root
        self.parts = parts
        self._scheme = root.partition("://")[0].lower()

    @property
    def _connections(self) -> Connections:
        # Asked for each time: a child of fork has its own.
        return connections_to(self.root, {})

    @contextmanager
    def _using(self, parts: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
        """Give a file system and a path in it; what goes wrong becomes a sentence."""
        with self._told(parts), self._connections.lease() as files:
            files.invalidate_cache()
            yield files, self._path(files, parts)

    def _told(self, parts: tuple[str, ...]) -> AbstractContextManager[None]:
        return told_of_remote("/".join(parts), self.root)

    def _path(self, files: Any, parts: tuple[str, ...]) -> str:
        root = files._strip_protocol(without_query(self.root)[0])  # noqa: SLF001 - no public form exists
        return "/".join((root.rstrip("/"), *self.parts, *parts))

    @contextmanager
    def _replacing(self, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
        with self._using(parts) as (files, goal):
            self._check_free(files, goal, len(parts))
        # Gathered here first: a remote file that is being written to may appear half written.
        with tempfile.TemporaryDirectory(prefix="nbtrack-") as here:
            gathered = Path(here, "file")
            with told("/".join(parts)), gathered.open("wb") as file:
                yield file
            with self._using(parts) as (files, goal):
                self._upload(files, str(gathered), goal)

    def _check_free(self, files: Any, goal: str, depth: int) -> None:
        if files.isdir(goal):
            raise IsADirectoryError(goal)
        above = goal
        for _ in range(depth - 1):
            above = above.rpartition("/")[0]
            if files.isfile(above):
                raise NotADirectoryError(above)

    def _upload(self, files: Any, local: str, goal: str) -> None:
        if self._scheme in _WHOLE_ALREADY:
            files.put_file(local, goal)
            return
        folder = goal.rpartition("/")[0]
        interim = part_in(folder)
        files.makedirs(folder, exist_ok=True)
        try:
            files.put_file(local, interim)
            put_in_place(_Renaming(files), interim, goal, lambda: part_in(folder))
        except BaseException:
            with suppress(Exception):
                files.rm_file(interim)
            raise

    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]:
        found = self._stat(parts)
        connections = self._connections
        with self._told(parts):
            files = connections.take()
            blocks = _BLOCKS if self._scheme in _BUFFERED else {}
            file = files.open(self._path(files, parts), "rb", **blocks)
        reader = FileReader(
            file,
            found.size,
            functools.partial(self._told, parts),
            functools.partial(connections.give_back, files),
        )
        return reader.buffered(), found

    def _stat(self, parts: tuple[str, ...]) -> FileStat:
        with self._using(parts) as (files, path):
            return _stat_of(files, path)

    def _entries(self, parts: tuple[str, ...]) -> list[Entry]:
        with self._using(parts) as (files, folder):
            try:
                found = files.ls(folder, detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return []
            inside = folder.rstrip("/") + "/"
            seen = set()
            for info in found:
                path = files._strip_protocol(info["name"]).rstrip("/")  # noqa: SLF001 - as above
                name = path.removeprefix(inside)
                # A folder's own marker, and a file asked for as a folder, are listed as themselves.
                if path.startswith(inside) and is_plain(name):
                    size = None if info["type"] == "directory" else int(info.get("size") or 0)
                    seen.add(Entry(name, size))
            return sorted(seen, key=lambda entry: entry.name)

    def _delete(self, parts: tuple[str, ...]) -> None:
        with self._using(parts) as (files, path):
            _remove(files, path, files.info(path), folders=self._scheme not in _WHOLE_ALREADY)


class _Renaming:
    def __init__(self, files: Any) -> None:
        self.rename = files.mv
        self.remove = files.rm_file
        self.is_file = files.isfile


def part_in(folder: str) -> str:
    """Return a new name in a folder that no listing shows."""
    return f"{folder}/{PART_PREFIX}{os.urandom(8).hex()}"


def _remove(files: Any, path: str, info: dict[str, Any], *, folders: bool) -> None:
    # Not fsspec's rm: it takes * ? [ in a name for a pattern.
    if info["type"] != "directory":
        files.rm_file(path)
        return
    for child in files.ls(path, detail=True):
        _remove(files, child["name"], child, folders=folders)
    with suppress(*(() if folders else (Exception,))):
        files.rmdir(path)


def _stat_of(files: Any, path: str) -> FileStat:
    info = files.info(path)
    if info["type"] == "directory":
        raise IsADirectoryError(path)
    try:
        modified = files.modified(path)
    except NotImplementedError:
        modified = None
    if isinstance(modified, datetime):
        at = modified if modified.tzinfo else modified.replace(tzinfo=UTC)
        modified = round(at.timestamp() * 1000)
    else:
        modified = None
    signs = [info["size"], modified, info.get("ETag"), info.get("etag"), info.get("md5Hash")]
    etag = hashlib.sha256(repr(signs).encode()).hexdigest()[:32]
    return FileStat(int(info["size"]), modified, etag)

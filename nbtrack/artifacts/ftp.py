"""Files on an FTP server: fsspec connects, this module transfers.

A file goes up and comes down as one stream; fsspec would begin a new transfer for every 64 KiB.
RFC 959 and RFC 3659 (SIZE, MDTM, REST) are what the server must know. An upload has a hidden name
until it is whole; what a killed process leaves under such a name is never listed, and goes with the
folder. Times are whole seconds: a file replaced within one by another of its size keeps its etag.
"""

from __future__ import annotations

import errno
import ftplib
import functools
import io
import re
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nbtrack.artifacts.beneath import Entry
from nbtrack.artifacts.folder import FileStat
from nbtrack.artifacts.remote import RemoteFolder, part_in
from nbtrack.artifacts.resolver import is_plain
from nbtrack.artifacts.streams import RemoteReader
from nbtrack.artifacts.swap import put_in_place

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from nbtrack.artifacts.connections import Connections
    from nbtrack.artifacts.streams import Telling

_FULL = ("452", "552")
_NO_LOGIN = ("530", "532")
_DENIED = re.compile(r"(?i)denied|not enough privileges|read-only")
_MODIFIED = re.compile(r"213 (\d{14})")


class FtpFolder(RemoteFolder):
    """Files below ``ftp://user:password@host/path``."""

    @contextmanager
    def _told(self, parts: tuple[str, ...]) -> Iterator[None]:
        with super()._told(parts), _as_os_errors():
            yield

    @contextmanager
    def _using(self, parts: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
        # Translated within the lease too: after "no such file" the conversation goes on.
        with self._told(parts), self._connections.lease() as files, _as_os_errors():
            files.invalidate_cache()
            yield files, self._path(files, parts)

    @contextmanager
    def _replacing(self, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
        with self._using(parts) as (files, goal):
            folder = goal.rpartition("/")[0]
            if _is_folder(files.ftp, goal):
                raise IsADirectoryError(goal)
            _make_folders(files.ftp, folder)
        interim = part_in(folder)
        try:
            with self._told(parts):
                upload = _Upload(self._connections, interim, functools.partial(self._told, parts))
            with upload:
                yield cast("BinaryIO", upload)
                upload.finish()
            with self._using(parts) as (files, goal):
                put_in_place(_Renaming(files.ftp), interim, goal, lambda: part_in(folder))
        except BaseException:
            with suppress(Exception), self._using(parts) as (files, _):
                files.ftp.delete(interim)
            raise

    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]:
        with self._using(parts) as (files, path):
            found = _stat(files.ftp, path)
        told = functools.partial(self._told, parts)
        return _Reader(self._connections, path, found.size, told).buffered(), found

    def _stat(self, parts: tuple[str, ...]) -> FileStat:
        with self._using(parts) as (files, path):
            return _stat(files.ftp, path)

    def _entries(self, parts: tuple[str, ...]) -> list[Entry]:
        with self._using(parts) as (files, path):
            # A server lists a file that is asked for as a folder as if it were in itself.
            found = files.ls(path, detail=True) if _is_folder(files.ftp, path) else []
        # Names of these types only: a link may lead anywhere.
        seen = [
            Entry(info["name"].rpartition("/")[2], int(info["size"]) if kind == "file" else None)
            for info in found
            if (kind := info["type"]) in {"file", "directory"}
        ]
        return sorted(entry for entry in seen if is_plain(entry.name))

    def _delete(self, parts: tuple[str, ...]) -> None:
        with self._using(parts) as (files, path):
            _remove(files, path)


class _Renaming:
    def __init__(self, ftp: ftplib.FTP) -> None:
        self.rename = ftp.rename
        self.remove = ftp.delete
        self.is_file = functools.partial(_is_file, ftp)


class _Transfer:
    """One file on its way, and the connection that nobody else may use meanwhile."""

    def __init__(self, connections: Connections, command: str, start: int = 0) -> None:
        self._connections = connections
        self._files = connections.take()
        self.ftp: ftplib.FTP = self._files.ftp
        try:
            self.ftp.voidcmd("TYPE I")
            self.socket: socket.socket = self.ftp.transfercmd(command, rest=start or None)
        except BaseException:
            self.ftp.close()
            raise

    def end(self) -> None:
        """Close a transfer that is complete; raise if the server does not say so."""
        try:
            if hasattr(self.socket, "unwrap"):
                self.socket.unwrap()
            self.socket.close()
            self.ftp.voidresp()
        except BaseException:
            self.drop()
            raise
        self._connections.give_back(self._files)

    def drop(self) -> None:
        """Give up in the middle. What the server would say to that differs: the connection ends."""
        self.socket.close()
        self.ftp.close()


class _Upload(io.RawIOBase):
    """A file that is written to the server as it comes."""

    def __init__(self, connections: Connections, path: str, told: Telling) -> None:
        self._told = told
        self._path = path
        self._sent = 0
        self._transfer: _Transfer | None = _Transfer(connections, f"STOR {path}")

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        assert self._transfer is not None
        with self._told():
            self._transfer.socket.sendall(data)
        size = memoryview(data).nbytes
        self._sent += size
        return size

    def finish(self) -> None:
        """End the transfer well; without it, closing the file gives the transfer up."""
        transfer, self._transfer = self._transfer, None
        assert transfer is not None
        with self._told():
            transfer.end()

    def close(self) -> None:
        if self._transfer is not None:
            self._transfer.drop()
            self._transfer = None
        super().close()


class _Reader(RemoteReader):
    """A file that is read as it arrives; seeking begins another transfer."""

    def __init__(self, connections: Connections, path: str, size: int, told: Telling) -> None:
        super().__init__(size, told)
        self._connections = connections
        self._command = f"RETR {path}"
        self._transfer: _Transfer | None = None
        self._transfer_at = 0

    def _read_at(self, position: int, size: int) -> bytes:
        if self._transfer is None or self._transfer_at != position:
            self._drop()
            self._transfer = _Transfer(self._connections, self._command, position)
            self._transfer_at = position
        data = self._transfer.socket.recv(size)
        self._transfer_at += len(data)
        if self._transfer_at == self._size:
            transfer, self._transfer = self._transfer, None
            # All is here: a server that complains, as of a file that grew, loses this connection.
            with suppress(Exception):
                transfer.end()
        return data

    def _drop(self) -> None:
        if self._transfer is not None:
            self._transfer.drop()
            self._transfer = None

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()


def _stat(ftp: ftplib.FTP, path: str) -> FileStat:
    try:
        size = _size(ftp, path)
    except ftplib.error_perm as error:
        if _is_folder(ftp, path):
            raise IsADirectoryError(path) from None
        if _DENIED.search(str(error)):
            raise
        raise FileNotFoundError(path) from None
    modified = None
    with suppress(ftplib.Error):
        found = _MODIFIED.match(ftp.sendcmd(f"MDTM {path}"))
        if found:
            at = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            modified = round(at.timestamp() * 1000)
    return FileStat(size, modified, f"{modified or 0:x}-{size:x}")


def _size(ftp: ftplib.FTP, path: str) -> int:
    ftp.voidcmd("TYPE I")  # as text, a size is another one, or refused
    return ftp.size(path) or 0


def _is_file(ftp: ftplib.FTP, path: str) -> bool:
    try:
        _size(ftp, path)
    except ftplib.error_perm:
        return False
    return not _is_folder(ftp, path)


def _is_folder(ftp: ftplib.FTP, path: str) -> bool:
    try:
        ftp.cwd(path)
    except ftplib.error_perm:
        return False
    return True


def _make_folders(ftp: ftplib.FTP, folder: str) -> None:
    if _is_folder(ftp, folder):
        return
    above = folder.rpartition("/")[0]
    if above:
        _make_folders(ftp, above)
    try:
        ftp.mkd(folder)
    except ftplib.error_perm:
        if _is_file(ftp, folder):
            raise NotADirectoryError(folder) from None
        if not _is_folder(ftp, folder):  # somebody else may have made it
            raise


def _remove(files: Any, path: str) -> None:
    if _is_folder(files.ftp, path):
        for inner in files.ls(path, detail=True):
            _remove(files, inner["name"])
        files.ftp.rmd(path)
        return
    try:
        files.ftp.delete(path)
    except ftplib.error_perm:
        if _is_file(files.ftp, path):
            raise
        raise FileNotFoundError(path) from None


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Give the server's answers the meaning that a disk's errors have."""
    try:
        yield
    except ftplib.Error as error:
        text = str(error)
        if text.startswith(_NO_LOGIN) or (text.startswith("5") and _DENIED.search(text)):
            raise PermissionError(text) from None
        if text.startswith(_FULL):
            raise OSError(errno.ENOSPC, text) from None
        if isinstance(error, ftplib.error_perm):
            raise OSError(errno.EIO, text) from None
        raise ConnectionError(text) from None

"""The journal: a file to which a process writes each record before the call that logged it returns.

One process has one journal for each store. A record is one line, written by one `os.write` to a
file opened with O_APPEND, so that it is in the system's hands when `Journal.append` returns and
outlives the process however that ends.

Records are numbered from 1. While the file cannot be written (full disk, read-only folder), records
wait in memory, in order and up to a bound, and are written when that is possible again.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING
from zlib import crc32

from nbtrack import platforms, store_folder
from nbtrack.delivery import lines
from nbtrack.sentences import say
from nbtrack.store.records import encode

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.delivery.reader import JournalReader
    from nbtrack.store.records import Owner, Record

SUFFIX = ".journal"
MOST_WAITING_BYTES = 32 << 20
_RETRY_SECONDS = 0.25
_sync = getattr(os, "fdatasync", os.fsync)


class Retired(Exception):
    """The journal takes no more records; another one must be begun."""


class Journal:
    """Writes one process's records for one store.

    Parameters
    ----------
    directory : Path
        Folder of the journals; made at the first record (0700), as is the file (0600).
    owner : Owner
        This process; its ``journal_id`` names the file.

    Attributes
    ----------
    number : int
        Number of the last record.
    dropped : int
        Records that found no room, neither on the disk nor in memory.
    """

    def __init__(self, directory: Path, owner: Owner) -> None:
        self.owner = owner
        self.path = directory / f"{owner.journal_id}{SUFFIX}"
        self.number = 0
        self.dropped = 0
        # A signal handler may log while `append` runs in the same thread, hence the RLock.
        self.lock = threading.RLock()
        self._descriptor = -1
        self._torn = False
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._waiting_bytes = 0
        self._retry_at = 0.0
        self._said: set[str] = set()
        self._late: deque[tuple[int, bytes]] = deque()
        self._slow = False
        self._draining = False
        self._begun = False
        self._retired = False

    def append(self, record: Record) -> int:
        """Write a record and return its number.

        Raises
        ------
        TypeError
            If the record holds a value that is not of its field's type.
        Retired
            If the journal was closed.
        """
        with self.lock:
            while True:
                number = self.number + 1
                body = encode(number, record)
                line = b"%08x %b\n" % (crc32(body), body)
                # A signal handler runs after a call returns, so it may have logged just now. From
                # here to the write there is no call: the number is ours.
                if number == self.number + 1:
                    break
            self.number = number
            if self._slow or self._descriptor < 0 or self._waiting:
                if self._slow:  # in a signal handler, above the other branch
                    self._late.append((number, line))
                else:
                    self._slow = True
                    self._write_slowly(number, line)
                return number
            try:
                written = os.write(self._descriptor, line)
            except OSError as error:
                self._trouble(error)
                self._queue(number, line)
            else:
                if written != len(line):
                    self._torn = True
                    self._trouble(None)
                    self._queue(number, line)
        return number

    # When the file cannot be written, or is not there yet

    def _write_slowly(self, number: int, line: bytes) -> None:
        try:
            if self._retired:
                raise Retired
            self._late.appendleft((number, line))
            while self._late:
                self._queue(*self._late.popleft())
                if time.monotonic() >= self._retry_at:
                    self.drain()
        finally:
            self._slow = False

    def _queue(self, number: int, line: bytes) -> None:
        if self._waiting_bytes + len(line) > MOST_WAITING_BYTES:
            self.dropped += 1
            self._say_once(
                "dropped",
                f"The memory for records that {self.path} cannot take is used up: from record "
                f"{number} on, records are lost until there is space on the disk again.",
            )
            return
        self._waiting_bytes += len(line)
        self._waiting.append((number, line))

    def _trouble(self, error: OSError | None) -> None:
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        reason = "no space left on the disk" if error is None else error.strerror or str(error)
        self._say_once(
            "trouble",
            f"The journal {self.path} cannot be written ({reason}). Records are kept in memory, up "
            f"to {MOST_WAITING_BYTES >> 20} MB, and written when that is possible again; until "
            "then they would be lost if this process were killed.",
        )

    def _say_once(self, key: str, sentence: str) -> None:
        if key not in self._said:
            self._said.add(key)
            say(sentence)

    def drain(self) -> bool:
        """Try to write what waits in memory; return whether all of it is written."""
        with self.lock:
            if not self._waiting:
                return True
            if self._draining:  # by what a signal handler interrupted: that goes on with ours
                return False
            self._draining = True
            try:
                if not self._open():
                    return False
                while self._waiting:
                    if not self._write(self._waiting[0][1]):
                        return False
                    self._drop_first()
                return True
            finally:
                self._draining = False

    def _open(self) -> bool:
        if self._begun:
            return self._descriptor >= 0
        try:
            _make_folder(self.path.parent)
            self._descriptor = _begin(self.path, lines.head(self.owner))
        except OSError as error:
            self._trouble(error)
            return False
        self._begun = True
        return True

    def _write(self, line: bytes) -> bool:
        if self._torn:
            line = (
                b"\n" + line
            )  # what was cut short becomes a line of its own, which is passed over
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            self._trouble(error)
            return False
        self._torn = written != len(line)
        if self._torn:
            self._trouble(None)
        return not self._torn

    def _drop_first(self) -> None:
        _, line = self._waiting.popleft()
        self._waiting_bytes -= len(line)

    # For the shipper

    def kept_in(self) -> str:
        """Say where records are that the store does not have yet."""
        return f"memory ({self.path} cannot take them)" if self._waiting else str(self.path)

    def exists(self) -> bool:
        """Whether there is a file to read."""
        return self._descriptor >= 0

    def waiting(self, after: int, limit: int) -> list[tuple[int, Record]]:
        """Return records behind a number that are in memory only."""
        found: list[tuple[int, Record]] = []
        with self.lock:
            for number, line in self._waiting:
                if number > after and len(found) < limit:
                    content = lines.read(lines.unpack(line[:-1]) or b"")
                    assert isinstance(content, tuple)
                    found.append(content)
        return found

    def acknowledge(self, number: int) -> None:
        """Forget what waits in memory up to a number: the store has it."""
        if self._waiting:
            with self.lock:
                while self._waiting and self._waiting[0][0] <= number:
                    self._drop_first()

    def sync(self) -> None:
        """Have the disk write what was appended, against a power cut."""
        with suppress(OSError):
            if self._descriptor >= 0:
                _sync(self._descriptor)

    def touch(self) -> None:
        """Give a sign of life to processes that cannot see this one."""
        with suppress(OSError):
            if self._descriptor >= 0:
                os.utime(self.path)

    def restore(self) -> bool:
        """Write the file again, all of it, if somebody deleted it; return whether that was so."""
        with self.lock, suppress(OSError):
            if self._descriptor < 0 or os.fstat(self._descriptor).st_nlink:
                return False
            _make_folder(self.path.parent)
            descriptor = _begin(self.path, _whole(self._descriptor))
            self._close_file()
            self._descriptor = descriptor
            return True
        return False

    def compact(self, reader: JournalReader, *, most: int) -> bool:
        """Begin the file anew with what was not read yet, unless that is more than ``most`` bytes.

        The new file takes the old one's place at once, so that a kill at any moment leaves one of
        them whole. The reader is closed if that happened, which is returned.
        """
        fresh = self.path.with_suffix(".new")
        with self.lock:
            if self._descriptor < 0 or self._waiting or self._torn:
                return False
            rest = reader.rest(most)
            if rest is None:
                return False
            try:
                descriptor = _begin(fresh, lines.head(self.owner) + rest)
            except OSError:
                return False
            try:
                fresh.replace(self.path)
            except OSError:  # Windows replaces no open file: there the journal grows until the end
                os.close(descriptor)
                fresh.unlink(missing_ok=True)
                return False
            reader.close()
            self._close_file()
            self._descriptor = descriptor
            return True

    # The end

    def retire(self, *, acknowledged: int) -> bool:
        """Take no more records; delete the file if the store has all of it, which is returned."""
        with self.lock:
            whole = self.number == acknowledged
            if not whole:
                self.restore()
                self.drain()
                self.dropped += len(self._waiting)
            self._retired = True
            self._close_file()
            if whole:
                with suppress(OSError):
                    self.path.unlink(missing_ok=True)
            return whole

    def abandon(self) -> None:
        """Leave the journal to the process that owns it: this one is a forked child."""
        self.lock = threading.RLock()  # a thread that does not exist here may hold the old one
        self._close_file()
        self._waiting.clear()
        self._retired = True

    def _close_file(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)


def _make_folder(folder: Path) -> None:
    store_folder.make_above(folder)
    platforms.make_private_dir(folder)


def _begin(path: Path, head: bytes) -> int:
    """Make a journal with its first lines, or nothing."""
    # Left by an attempt that found no space (ids are not used twice): there is no record in it.
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = platforms.open_private(path, create=True)
    try:
        _write_whole(descriptor, head)
    except OSError:
        os.close(descriptor)
        with suppress(OSError):
            path.unlink()
        raise
    return descriptor


def _whole(descriptor: int) -> bytes:
    # O_APPEND: where reading stands is nothing to writing.
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write_whole(descriptor: int, content: bytes) -> None:
    if os.write(descriptor, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

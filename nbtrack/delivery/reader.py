"""Reading a journal from its beginning on, also while its owner still writes to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbtrack import platforms
from nbtrack.delivery import lines
from nbtrack.store.records import Owner

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from nbtrack.store.records import Record

_CHUNK = 1 << 17


class JournalReader:
    """Gives a journal's records in slices, and notices what was damaged.

    Parameters
    ----------
    path : Path
        The journal.
    acknowledged : int
        Number of the last record that the store has; it and those before it are not given.

    Attributes
    ----------
    owner : Owner or None
        Who writes the journal, once the first slice was read.
    last : int
        Number of the last record read, or the acknowledged one if that is later.
    lost : int
        Records that are missing where lines were damaged.
    damaged : int
        Damaged lines, also those whose record stands whole behind them (a write that was cut short
        and repeated).
    """

    def __init__(self, path: Path, acknowledged: int = 0) -> None:
        self.owner: Owner | None = None
        self.acknowledged = acknowledged
        self.last = acknowledged
        self.lost = 0
        self.damaged = 0
        self._seen = 0
        self._suspect = False
        self._buffer = b""
        self._position = 0
        self._descriptor = platforms.open_for_reading(path)

    def read(self, limit: int, *, ended: bool = False) -> list[tuple[int, Record]]:
        """Return up to so many records that follow; none at the end of what is there.

        Parameters
        ----------
        limit : int
            The most records to return.
        ended : bool
            The owner is gone: a last line without a newline will not become longer.
        """
        found: list[tuple[int, Record]] = []
        while len(found) < limit:
            line = self._line(ended=ended)
            if line is None:
                break
            self._take(line, found)
        return found

    def finish(self) -> None:
        """Count what the damaged end of a journal held, after the last slice of an ended one."""
        if self._suspect and self._seen >= self.acknowledged:
            self.lost += 1
        self._suspect = False

    def _line(self, *, ended: bool) -> bytes | None:
        searched = self._position
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = self._fill()
            if searched < 0:
                if not ended or not self._buffer:
                    return None
                end = len(self._buffer)
                break
        line = self._buffer[self._position : end]
        self._position = end + 1
        if self._position >= len(self._buffer):
            self._buffer, self._position = b"", 0
        return line

    def _fill(self) -> int:
        """Read on; return where the new bytes begin in the buffer, -1 if there are none."""
        kept = self._buffer[self._position :]
        more = os.read(self._descriptor, max(_CHUNK, len(kept)))  # long lines: double
        self._buffer, self._position = kept + more, 0
        return len(kept) if more else -1

    def _take(self, line: bytes, found: list[tuple[int, Record]]) -> None:
        body = lines.unpack(line)
        if body is not None:
            self._understand(body, found)
            return
        self.damaged += 1
        self._suspect = True
        for inner in lines.salvage(line):
            self._understand(inner, found)

    def _understand(self, body: bytes, found: list[tuple[int, Record]]) -> None:
        content = lines.read(body)
        if isinstance(content, Owner):
            self.owner = content
        elif content is None:
            self.damaged += 1
            self._suspect = True
        else:
            self._count(content[0])
            if content[0] > self.acknowledged:
                found.append(content)

    def _count(self, number: int) -> None:
        if self._suspect:
            # Without damage a missing number is one that an interrupt took before it was written.
            self.lost += max(0, number - self.last - 1)
            self._suspect = False
        self._seen = max(self._seen, number)
        self.last = max(self.last, number)

    def rest(self, most: int) -> bytes | None:
        """Return all that `read` has not given yet, or None if it is more than so many bytes."""
        more = b""
        while len(self._buffer) - self._position + len(more) <= most:
            part = os.read(self._descriptor, _CHUNK)
            if not part:
                break
            more += part
        self._buffer = self._buffer[self._position :] + more
        self._position = 0
        return self._buffer if len(self._buffer) <= most else None

    @property
    def offset(self) -> int:
        """How many bytes of the file were read, those in the buffer included."""
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_owner(path: Path) -> Owner | None:
    """Return who writes a journal, or None if that cannot be read."""
    with JournalReader(path) as reader:
        reader.read(1)
        return reader.owner

"""Keeps what a cell prints, as a terminal would show it at the end: a progress bar is one line.

`Terminal` turns text with carriage returns, backspaces and cursor movements into lines; `OutputTee`
hangs it behind the ``write`` of ``sys.stdout`` and ``sys.stderr``. The streams stay the same
objects.
"""

from __future__ import annotations

import re
import sys
import threading
from collections import deque
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_OUTPUT = 1 << 20
_MAX_LINE = 64 << 10
_WINDOW = 50
_LARGE = 16 << 10
_MOST_PENDING = 2_000

# What a terminal acts on; everything else is text. The last form takes colours and titles away.
_CONTROL = re.compile(
    r"\r\n|\r|\n|\x08|\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]?"
)
_SPECIAL = re.compile(r"[\r\x08\x1b]")


class Line:
    """One line of output; the terminal may still change it."""

    __slots__ = ("text",)

    def __init__(self, text: str = "") -> None:
        self.text = text


class Lines:
    """Lines within a size: the first half stays, the last half is kept up to date."""

    def __init__(self, limit: int = MAX_OUTPUT) -> None:
        self.limit = limit // 2
        self.head: list[Line] = []
        self.tail: deque[Line] = deque()
        self.dropped = 0
        self._head_size = 0
        self._tail_size = 0

    def add(self, line: Line) -> None:
        """Add a finished line."""
        size = len(line.text) + 1
        if not self.tail and self._head_size + size <= self.limit:
            self.head.append(line)
            self._head_size += size
            return
        self.tail.append(line)
        self._tail_size += size
        while self._tail_size > self.limit and len(self.tail) > 1:
            self._tail_size -= len(self.tail.popleft().text) + 1
            self.dropped += 1

    def text(self) -> str:
        """Give all lines, with a note where some were dropped."""
        gap = [f"[… {self.dropped:,} lines left out …]"] if self.dropped else []
        return "\n".join([*(x.text for x in self.head), *gap, *(x.text for x in self.tail)])


class Terminal:
    """One stream: writes go to the current line, finished lines to the shared `Lines`."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.screen: deque[Line] = deque([Line()], maxlen=_WINDOW)
        self.row = 0
        self.column = 0

    def write(self, text: str) -> None:
        """Act on a piece of output."""
        if not _SPECIAL.search(text):
            self._plain(text)
            return
        position = 0
        for found in _CONTROL.finditer(text):
            self._put(text[position : found.start()])
            position = found.end()
            self._control(found)
        self._put(text[position:])

    def finish(self) -> None:
        """Hand over the line that has no end yet."""
        self.row = len(self.screen) - 1
        if self.screen[-1].text:
            self._newline()

    def _plain(self, text: str) -> None:
        first, *rest = text.split("\n")
        self._put(first)
        if len(rest) > _WINDOW and self.row == len(self.screen) - 1:
            # Lines that leave the window at once need not pass through it.
            self._newline()
            for line in rest[: -_WINDOW - 1]:
                self.lines.add(Line(line[:_MAX_LINE]))
            self._put(rest[-_WINDOW - 1])
            rest = rest[-_WINDOW:]
        for line in rest:
            self._newline()
            self._put(line)

    def _put(self, text: str) -> None:
        if not text:
            return
        line = self.screen[self.row]
        if self.column == len(line.text):
            line.text += text
        else:
            before = line.text[: self.column].ljust(self.column)
            line.text = before + text + line.text[self.column + len(text) :]
        self.column += len(text)
        if len(line.text) > _MAX_LINE:
            line.text = line.text[: _MAX_LINE // 2] + " […] " + line.text[-_MAX_LINE // 4 :]
            self.column = len(line.text)

    def _newline(self) -> None:
        self.column = 0
        if self.row < len(self.screen) - 1:
            self.row += 1
            return
        self.lines.add(self.screen[-1])
        self.screen.append(Line())
        self.row = len(self.screen) - 1

    def _control(self, found: re.Match[str]) -> None:
        sign, code = found.group(), found.group(2)
        if sign in {"\n", "\r\n"}:
            self._newline()
        elif sign == "\r":
            self.column = 0
        elif sign == "\x08":
            self.column = max(0, self.column - 1)
        elif code is not None:
            self._move(code, found.group(1))

    def _move(self, code: str, digits: str) -> None:
        count = int(digits) if digits.isdigit() else 0
        if code == "A":
            self.row = max(0, self.row - max(1, count))
        elif code == "B":
            self.row = min(len(self.screen) - 1, self.row + max(1, count))
        elif code in "CDG":
            steps = {"C": max(1, count), "D": -max(1, count), "G": max(1, count) - 1 - self.column}
            self.column = max(0, min(_MAX_LINE, self.column + steps[code]))
        elif code == "K":
            line = self.screen[self.row]
            line.text = "" if count == 2 else line.text[: self.column]  # noqa: PLR2004 the whole line


class OutputTee:
    """Collects what is written to the two standard streams between `install` and `uninstall`.

    ``write`` of the stream objects is wrapped, not the objects replaced: references that a logging
    handler or the user holds stay right, before, in and after the cell.
    """

    def __init__(self, limit: int = MAX_OUTPUT) -> None:
        self._lines = Lines(limit)
        self._lock = threading.Lock()
        self._terminals: list[Terminal] = []
        self._pending: deque[tuple[Terminal, str]] = deque()
        self._undo: list[Callable[[], None]] = []
        self._listening = False

    def install(self) -> None:
        """Begin to listen; never raises."""
        self._listening = True
        for stream in dict.fromkeys((sys.stdout, sys.stderr)):
            try:
                self._hook(stream)
            except Exception:  # noqa: BLE001, S112 a stream that takes no attribute is not kept
                continue

    def uninstall(self) -> None:
        """Stop listening; never raises."""
        self._listening = False
        while self._undo:
            try:
                self._undo.pop()()
            except Exception:  # noqa: BLE001, S112 it is gone already
                continue

    def text(self) -> str:
        """Give what was printed until now, as a terminal shows it."""
        with self._lock:
            self._resolve()
            for terminal in self._terminals:
                terminal.finish()
            return self._lines.text()

    def _hook(self, stream: Any) -> None:
        original = stream.write
        terminal = Terminal(self._lines)
        pending = self._pending

        def write(text: Any, /, *args: Any, **kwargs: Any) -> Any:
            result = original(text, *args, **kwargs)
            if self._listening and isinstance(text, str):
                # Appending is all that printing pays for; lines are made of larger pieces.
                pending.append((terminal, text))
                if len(text) > _LARGE or len(pending) > _MOST_PENDING:
                    self._drain()
            return result

        own = vars(stream).get("write")
        stream.write = write
        self._terminals.append(terminal)

        def undo() -> None:
            # Another tool that wrapped ours keeps a wrapper which only passes on.
            if vars(stream).get("write") is not write:
                return
            if own is None:
                del stream.write
            else:
                stream.write = own

        self._undo.append(undo)

    def _drain(self) -> None:
        with self._lock:
            self._resolve()

    def _resolve(self) -> None:
        # Threads go on appending: only what is there now is taken.
        taken = [self._pending.popleft() for _ in range(len(self._pending))]
        # Pieces of one stream in a row are one text: a million dots cost as much as a few lines.
        for terminal, pieces in groupby(taken, key=itemgetter(0)):
            try:
                terminal.write("".join(text for _, text in pieces))
            except Exception:  # noqa: BLE001, S112 this piece is lost, printing is not
                continue

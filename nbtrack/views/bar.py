"""Progress bars: how far a loop is, drawn where its reader looks.

Loops inside of loops share one place: a notebook's display with a line for each, or one line of a
terminal. Where standard error is a file nothing is drawn.
"""

from __future__ import annotations

import math
import shutil
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nbtrack.formatting.numbers import duration, speed
from nbtrack.formatting.text import in_html, padded, shortened, width
from nbtrack.sentences import count
from nbtrack.views.screen import Screen, in_notebook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

_NOTEBOOK_INTERVAL, _TERMINAL_INTERVAL = 0.25, 0.1
# Weight of the newest interval in the rate; the rest is the rate before.
_NEWEST = 0.3
_BAR_LENGTH = 24
# For terminals that can show nothing else.
_PLAIN = str.maketrans({"━": "#", "─": "-", "·": "|", "✓": "=", "µ": "u", "…": "~"})
_COLOURS = {"running": "#3b7dd8", "done": "#2e9950", "stopped": "#dd6b10"}
_LINE = "display:flex;align-items:center;gap:.7em;line-height:1.5;font-variant-numeric:tabular-nums"
_TRACK = "flex:0 0 12em;height:6px;border-radius:3px;background:rgba(128,128,128,.25)"
_FILL = "display:block;height:6px;border-radius:3px"


@dataclass(slots=True)
class Bar:
    """State of one loop.

    Attributes
    ----------
    done : int
        Iterations that came to their end.
    state : str
        running, done, or stopped (by break, return or an exception).
    """

    total: int | None
    label: str = ""
    done: int = 0
    state: str = "running"
    started: float = 0.0
    ended: float | None = None
    rate: float = 0.0
    _seen: tuple[float, int] = (0.0, 0)

    def begin(self, now: float) -> None:
        """Start the clock."""
        self.started = now
        self._seen = (now, 0)

    def measure(self, now: float) -> None:
        """Take the rate of the time since the last call into account."""
        before, done = self._seen
        if now <= before or self.done == done:
            return
        newest = (self.done - done) / (now - before)
        self.rate = newest if not self.rate else _NEWEST * newest + (1 - _NEWEST) * self.rate
        self._seen = (now, self.done)

    @property
    def share(self) -> float:
        """Return the part that is done, 0 … 1; 0 while the total is not known."""
        return min(1.0, self.done / self.total) if self.total else float(self.state == "done")

    def counts(self) -> str:
        """Write how many of how many."""
        if self.total is None:
            return count(self.done, "step")
        return f"{self.done:,}/{self.total:,}"

    def times(self, now: float) -> str:
        """Write elapsed time, speed and what is left."""
        elapsed = (now if self.ended is None else self.ended) - self.started
        parts = [duration(elapsed)]
        rate = self.rate if self.ended is None else self.done / elapsed if elapsed > 0 else 0.0
        if rate:
            parts.append(speed(rate))
        if self.ended is None and rate and self.total and self.done < self.total:
            left = math.ceil((self.total - self.done) / rate)
            parts.append(f"{duration(left)} left")
        return " · ".join(parts)

    def words(self, now: float) -> str:
        """Write everything but the bar."""
        sign = {"running": "", "done": "✓ ", "stopped": "stopped at "}[self.state]
        return f"{sign}{self.counts()} · {self.times(now)}"


class Place(Protocol):
    """Where bars are drawn."""

    interval: float

    def draw(self, bars: Sequence[Bar], now: float) -> None:
        """Draw these bars in place of those before."""

    def close(self) -> None:
        """Leave what was drawn last."""


class NotebookPlace:
    """A display of the running cell, updated; it stays in the saved notebook."""

    interval = _NOTEBOOK_INTERVAL

    def __init__(self) -> None:
        self._screen = Screen()

    def draw(self, bars: Sequence[Bar], now: float) -> None:
        """Show a line for each bar."""
        self._screen.show(
            {
                "text/html": "".join(html_line(bar, now) for bar in bars),
                "text/plain": "\n".join(text_line(bar, now) for bar in bars),
            }
        )

    def close(self) -> None:
        """Nothing to do: the last update stays."""


class TerminalPlace:
    """One line on standard error, written over."""

    interval = _TERMINAL_INTERVAL

    def __init__(self) -> None:
        self._width = 0

    def draw(self, bars: Sequence[Bar], now: float) -> None:
        """Write the bars on one line, cut to the terminal's width."""
        columns = shutil.get_terminal_size().columns - 1
        line = text_line(bars[-1], now)
        outer = " · ".join(f"{bar.label} {bar.counts()}".strip() for bar in bars[:-1])
        line = f"{outer} · {line}" if outer else line
        while width(line) > columns:
            line = line[:-1]
        encoding = getattr(sys.stderr, "encoding", None) or "ascii"
        try:
            line.encode(encoding)
        except UnicodeEncodeError:
            line = line.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
        # Blanks over the rest of an earlier line; not every console knows escape sequences.
        sys.stderr.write(f"\r{padded(line, self._width)}")
        self._width = width(line)
        sys.stderr.flush()

    def close(self) -> None:
        """Go to the next line."""
        sys.stderr.write("\n")
        sys.stderr.flush()


def text_line(bar: Bar, now: float) -> str:
    """Return a bar as text."""
    label = f"{shortened(bar.label)} " if bar.label else ""
    if bar.total is None:
        return f"{label}{bar.words(now)}"
    filled = round(bar.share * _BAR_LENGTH)
    return f"{label}{'━' * filled}{'─' * (_BAR_LENGTH - filled)} {bar.words(now)}"


def html_line(bar: Bar, now: float) -> str:
    """Return a bar as HTML; without its styles the words are left."""
    label = f"<span>{in_html(shortened(bar.label))}</span> " if bar.label else ""
    fill = f"{_FILL};width:{bar.share:.1%};background:{_COLOURS[bar.state]}"
    track = f'<span style="{_TRACK}"><span style="{fill}"></span></span> '
    if bar.total is None and bar.state == "running":
        track = ""
    return f'<div style="{_LINE}">{label}{track}<span>{in_html(bar.words(now))}</span></div>'


class _Open(threading.local):
    """The bars of this thread, the outermost first, and where they are drawn.

    ``frames`` are those of the code that runs the loops.
    """

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.frames: list[FrameType] = []
        self.place: Place | None = None


_open = _Open()


def begin(bar: Bar, frame: FrameType) -> float:
    """Put a bar under those of the loops around it; return when to call `redraw` first.

    ``frame`` is that of the code which runs the loop.
    """
    now = time.monotonic()
    bar.begin(now)
    _drop_left_over(frame)
    if not _open.bars:
        _open.place = _find_place()
    _open.bars.append(bar)
    _open.frames.append(frame)
    return _draw(now)


def redraw(bar: Bar) -> float:
    """Draw a bar, and those around it; return when to do so again."""
    now = time.monotonic()
    bar.measure(now)
    return _draw(now)


def end(bar: Bar, *, completed: bool) -> None:
    """Draw a bar for the last time and take it away, if there are others around it."""
    now = time.monotonic()
    bar.state = "done" if completed else "stopped"
    bar.ended = now
    index = next((i for i, one in enumerate(_open.bars) if one is bar), None)
    if index is None:  # a loop around it ended first
        return
    # Inner loops that were left without an end go with it.
    del _open.bars[index + 1 :]
    if index == 0:
        _draw(now)
        if _open.place is not None:
            _open.place.close()
            _open.place = None
    del _open.bars[index:], _open.frames[index:]


def is_outermost(bar: Bar) -> bool:
    """Return whether no other bar of this thread is around this one."""
    return bool(_open.bars) and _open.bars[0] is bar


def _drop_left_over(frame: FrameType) -> None:
    """Forget loops that nobody goes on with: their code is not what runs here."""
    running = set()
    caller: FrameType | None = frame
    while caller is not None and _open.frames:
        running.add(id(caller))
        caller = caller.f_back
    alive = [index for index, one in enumerate(_open.frames) if id(one) in running]
    if len(alive) < len(_open.frames):
        _open.bars = [_open.bars[index] for index in alive]
        _open.frames = [_open.frames[index] for index in alive]


def _draw(now: float) -> float:
    if _open.place is None:
        return math.inf
    _open.place.draw(_open.bars, now)
    return time.monotonic() + _open.place.interval


def _find_place() -> Place | None:
    if in_notebook():
        # What another thread shows ends up under whatever cell runs then.
        main = threading.current_thread() is threading.main_thread()
        return NotebookPlace() if main else None
    try:
        return TerminalPlace() if sys.stderr.isatty() else None
    except (AttributeError, ValueError):  # no standard error, or a closed one
        return None

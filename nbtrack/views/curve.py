"""One curve as SVG path data: at most a few points for each pixel column, spikes and gaps kept.

For every column of pixels the first, the smallest, the greatest and the last value are drawn, in
the order in which they came, so a picture of a million points is as small as one of a thousand and
shows the same extremes. A value that is not finite (or not positive on a logarithmic axis)
interrupts the line and leaves a mark.

Places are whole tenths of a pixel.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Marks of values without a place closer than this (tenths of a pixel) to each other show as one.
_MARK_DISTANCE = 60

# Tenths as text. Only as many as a picture has rows and columns are ever asked for.
_written: dict[int, str] = {}


@dataclass(slots=True)
class Part:
    """A line without a gap: where its points are, from left to right, and their values."""

    x: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """What to draw of a series: parts of a line, and where it is interrupted, by cause."""

    parts: list[Part] = field(default_factory=list)
    nan: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    _open: bool = False

    def draw(self, x: int, values: list[float]) -> None:
        """Go on with the line to these values."""
        if not self._open:
            self.parts.append(Part())
            self._open = True
        part = self.parts[-1]
        part.x.extend([x] * len(values))
        part.values.extend(values)

    def interrupt(self, x: int, value: float) -> None:
        """End the line before a value that has no place."""
        self._open = False
        marks = self.nan if value != value else self.above if value > 0 else self.below  # noqa: PLR0124
        if not marks or x - marks[-1] >= _MARK_DISTANCE:
            marks.append(x)


def thinned(
    steps: Sequence[float],
    values: Sequence[float],
    limits: tuple[float, float],
    pixels: int,
    *,
    positive: bool = False,
) -> Line:
    """Return what to draw of a series.

    Parameters
    ----------
    steps, values
        The points, ordered by step.
    limits
        First and last step of the axis.
    pixels
        Length of the axis.
    positive
        Whether values up to zero have no place (a logarithmic axis).
    """
    line = Line()
    for x, chunk in _chunks(steps, values, limits, pixels):
        total = sum(chunk)
        # A sum that is finite has only finite terms.
        if total - total == 0 and not (positive and min(chunk) <= 0):
            line.draw(x, _extremes(chunk))
        else:
            _draw_around_gaps(line, x, chunk, positive=positive)
    return line


def path(line: Line, rows_of: Callable[[Sequence[float]], list[int]]) -> str:
    """Return SVG path data of a line; a point that stands alone becomes a dot (with round ends).

    Coordinates are relative to the point before, which is what keeps the text short.
    """
    pieces: list[str] = []
    for part in line.parts:
        rows = rows_of(part.values)
        x, y = part.x[0], rows[0]
        pieces.append(f"M{tenths(x)} {tenths(y)}")
        drawn = len(pieces)
        for here, row in zip(part.x, rows, strict=True):
            if here != x:
                down = tenths(row - y)
                # A minus sign separates two numbers by itself.
                gap = "" if down[0] == "-" else " "
                pieces.append(f"l{tenths(here - x)}{gap}{down}")
            elif row != y:
                pieces.append(f"v{tenths(row - y)}")
            x, y = here, row
        if len(pieces) == drawn:
            pieces.append("h0")
    return "".join(pieces)


def tenths(value: int) -> str:
    """Write a whole number of tenths as short as SVG allows.

    >>> tenths(15), tenths(-4), tenths(30), tenths(0)
    ('1.5', '-.4', '3', '0')
    """
    text = _written.get(value)
    if text is None:
        whole, tenth = divmod(abs(value), 10)
        text = str(whole) if not tenth else f"{whole or ''}.{tenth}"
        text = _written[value] = f"-{text}" if value < 0 else text
    return text


def _chunks(
    steps: Sequence[float], values: Sequence[float], limits: tuple[float, float], pixels: int
) -> Iterable[tuple[int, Sequence[float]]]:
    """Yield (x, values): one point each where there are few, else all points of a pixel column."""
    low, high = limits
    scale = pixels / (high - low)
    if len(steps) <= pixels:
        for step, value in zip(steps, values, strict=True):
            yield round((step - low) * scale * 10), [value]
        return
    start = 0
    for column in range(pixels):
        if column == pixels - 1:
            end = len(steps)
        else:
            end = bisect_left(steps, low + (column + 1) / scale, start)
        if end > start:
            yield column * 10 + 5, values[start:end]
            start = end


def _extremes(chunk: Sequence[float]) -> list[float]:
    if len(chunk) == 1:
        return [chunk[0]]
    low, high = min(chunk), max(chunk)
    if low == high:
        return [low]
    middle = (low, high) if chunk.index(low) < chunk.index(high) else (high, low)
    return [chunk[0], *middle, chunk[-1]]


def _draw_around_gaps(line: Line, x: int, chunk: Sequence[float], *, positive: bool) -> None:
    def has_place(value: float) -> bool:
        return value - value == 0 and not (positive and value <= 0)

    placed = [value for value in chunk if has_place(value)]
    gaps = [value for value in chunk if not has_place(value)]
    # Within one column only the side of the gap can be told: before the line goes on, or after.
    gap_first = not has_place(chunk[0])
    if placed and not gap_first:
        line.draw(x, _extremes(placed))
    for value in gaps:
        line.interrupt(x, value)
    if placed and gap_first:
        line.draw(x, _extremes(placed))

"""One curve as SVG path data: at most a few points for each pixel column, spikes and gaps kept.

For every column of pixels the first, the smallest, the greatest and the last value are drawn, in the order in which
they came, so a picture of a million points is as small as one of a thousand and shows the same extremes. A value that
is not finite (or not positive on a logarithmic axis) interrupts the line and leaves a mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Marks of values without a place closer than this (pixels) to each other show as one.
_MARK_DISTANCE = 6

Column = tuple[int, list[float]]


@dataclass(slots=True)
class Gaps:
    """Columns where the line is interrupted, by cause."""

    nan: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)


def thinned(
    steps: Sequence[float],
    values: Sequence[float],
    origin: float,
    pixels: float,
    *,
    positive: bool = False,
) -> tuple[list[list[Column]], Gaps]:
    """Return the parts of a line, each a list of (pixel column, values to draw there), and the gaps.

    Parameters
    ----------
    steps, values
        The points, ordered by step.
    origin
        Step of pixel column 0.
    pixels
        Pixels a step.
    positive
        Whether values up to zero have no place (a logarithmic axis).
    """
    parts: list[list[Column]] = []
    part: list[Column] = []
    gaps = Gaps()
    column: int | None = None
    first = low = high = last = 0.0
    low_came_first = True
    for step, value in zip(steps, values, strict=True):
        here = int((step - origin) * pixels)
        if value - value != 0 or (positive and value <= 0):  # NaN and ±inf minus themselves are NaN
            if column is not None:
                part.append((column, _ordered(first, low, high, last, low_came_first)))
                parts.append(part)
                part, column = [], None
            _note_gap(gaps, here, value)
        elif here == column:
            if value < low:
                low, low_came_first = value, False
            elif value > high:
                high, low_came_first = value, True
            last = value
        else:
            if column is not None:
                part.append((column, _ordered(first, low, high, last, low_came_first)))
            column, first, low, high, last = here, value, value, value, value
    if column is not None:
        part.append((column, _ordered(first, low, high, last, low_came_first)))
        parts.append(part)
    return parts, gaps


def path(parts: Sequence[Sequence[Column]], row_of: Callable[[float], float]) -> str:
    """Return SVG path data of a line; a point that stands alone becomes a dot (with round line ends).

    Coordinates are whole columns and tenths of a row, relative to the point before, which is what
    keeps the text short.
    """
    pieces: list[str] = []
    for part in parts:
        x = part[0][0]
        y = round(row_of(part[0][1][0]) * 10)
        pieces.append(f"M{x} {_tenths(y)}")
        alone = True
        for column, values in part:
            for value in values:
                row = round(row_of(value) * 10)
                if column != x:
                    pieces.append(f"l{column - x}{_joined(row - y)}")
                elif row != y:
                    pieces.append(f"v{_tenths(row - y)}")
                else:
                    continue
                x, y, alone = column, row, False
        if alone:
            pieces.append("h0")
    return "".join(pieces)


def marks(columns: Sequence[int], row: float, shape: str) -> str:
    """Return path data that draws a shape at these columns, one where they crowd."""
    pieces = []
    before = None
    for column in columns:
        if before is None or column - before >= _MARK_DISTANCE:
            pieces.append(f"M{column} {row:g}{shape}")
            before = column
    return "".join(pieces)


def _ordered(
    first: float, low: float, high: float, last: float, low_came_first: bool
) -> list[float]:
    middle = (low, high) if low_came_first else (high, low)
    return [first] if low == high else [first, *middle, last]


def _note_gap(gaps: Gaps, column: int, value: float) -> None:
    if value != value:  # noqa: PLR0124 - only NaN differs from itself
        gaps.nan.append(column)
    elif value > 0:
        gaps.above.append(column)
    else:
        gaps.below.append(column)


def _tenths(value: int) -> str:
    whole, tenth = divmod(abs(value), 10)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}" if not tenth else f"{sign}{whole or ''}.{tenth}"


def _joined(value: int) -> str:
    # A minus sign separates two numbers by itself.
    text = _tenths(value)
    return text if text[0] == "-" else f" {text}"

"""Axes: which range to show, where to put ticks, and how to write them. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.formatting.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

# Heckbert's "nice numbers" (Graphics Gems, 1990): a tick distance is one of these times a power of
# ten.
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARGIN = 0.04
# Zero is shown when the smallest value is closer to it than this part of the greatest one.
_NEAR_ZERO = 0.25
_MANY_DECADES = 2
_GREATEST = 1.7e308
_NARROW, _TINY = 1e-9, 1e-300
_SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic map from values to 0 … 1."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies between ``low`` (0.0) and ``high`` (1.0)."""
        return self.places([value], 1.0)[0]

    def places(self, values: Sequence[float], length: float) -> list[float]:
        """Return where values lie on an axis of this length."""
        low, high = self.low, self.high
        if self.log:
            start, factor = math.log(low), length / (math.log(high) - math.log(low))
            return [(math.log(max(value, _TINY)) - start) * factor for value in values]
        span = high - low
        if math.isinf(span):  # ±1e308: only half of the span is a float
            half, factor = low / 2, length / (high / 2 - low / 2)
            return [(value / 2 - half) * factor for value in values]
        return [(value - low) / span * length for value in values]


def value_scale(low: float, high: float, *, log: bool = False) -> Scale:
    """Return the range that shows values from ``low`` to ``high`` with a little air.

    >>> value_scale(0.1, 2.0).low, value_scale(5, 5).low < 5 < value_scale(5, 5).high
    (0.0, True)
    """
    if log and low > 0:
        low, high = max(low, _TINY), max(high, _TINY)
        factor = (high / low) ** _MARGIN if high / low > 1 + _NARROW else 2.0
        return Scale(low / factor, min(high * factor, _GREATEST), log=True)
    if high - low <= max(_NARROW * max(abs(low), abs(high)), _TINY):
        # As good as constant: a narrower range has no floats for its ticks.
        air = max(abs(low), abs(high)) * 0.1
        return Scale(low - air, high + air) if air > _TINY else Scale(-1.0, 1.0)
    # Half of the span first: the whole span of ±1e308 is not a float.
    air = (high / 2 - low / 2) * 2 * _MARGIN
    top = min(high + air, _GREATEST)
    if 0 <= low <= high * _NEAR_ZERO:
        return Scale(0.0, top)
    return Scale(max(low - air, -_GREATEST), top)


def step_scale(low: float, high: float) -> Scale:
    """Return the range of the horizontal axis; one single step stands in the middle."""
    return Scale(low - 0.5, high + 0.5) if low == high else Scale(low, high)


def ticks(scale: Scale, target: int, *, whole: bool = False) -> list[float]:
    """Return about so many nice places for ticks within the range.

    >>> ticks(Scale(0, 1), 4), ticks(Scale(0, 2), 5, whole=True)
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 1.0, 2.0])
    >>> ticks(Scale(0, 19), 8, whole=True)
    [0.0, 5.0, 10.0, 15.0]
    >>> ticks(Scale(1e-5, 2, log=True), 4)
    [1e-05, 0.001, 0.1]
    """
    if scale.log:
        decades = _decades(scale, target)
        if len(decades) >= _MANY_DECADES:
            return decades
    distance = _nice(scale.high / target - scale.low / target)
    if whole and distance != int(distance):
        distance = 5.0 if distance > 1 else 1.0  # instead of 2.5, or of a part of 1
    first = math.ceil(scale.low / distance - 1e-9)
    last = math.floor(scale.high / distance + 1e-9)
    places = (round(index * distance, 12 - _exponent(distance)) for index in range(first, last + 1))
    return [float(place) for place in places if not scale.log or place > 0]


def labels(places: Sequence[float]) -> list[str]:
    """Write the ticks of one axis with the same number of decimals, thousands as ``k``.

    >>> labels([0.0, 0.5, 1.0]), labels([0.0, 20000.0, 40000.0]), labels([0.0, 2e-5, 4e-5])
    (['0', '0.5', '1.0'], ['0', '20k', '40k'], ['0', '2e-05', '4e-05'])
    """
    greatest = max((abs(place) for place in places), default=0.0)
    for unit, suffix in _SUFFIXES:
        if 10 * unit <= greatest < 1000 * unit:
            return [
                text if text == "0" else text + suffix
                for text in _alike([place / unit for place in places])
            ]
    return _alike(places)


def _alike(places: Sequence[float]) -> list[str]:
    written = [number(place) for place in places]
    if any("e" in text for text in written):
        return written
    decimals = max((len(text.partition(".")[2]) for text in written), default=0)
    return ["0" if place == 0 else f"{place:.{decimals}f}" for place in places]


def _nice(rough: float) -> float:
    magnitude = 10.0 ** _exponent(rough)
    return next(nice for nice in _NICE if nice * magnitude >= rough * (1 - 1e-9)) * magnitude


def _exponent(value: float) -> int:
    return math.floor(math.log10(value))


def _decades(scale: Scale, target: int) -> list[float]:
    first = math.ceil(math.log10(scale.low) - 1e-9)
    last = math.floor(math.log10(scale.high) + 1e-9)
    distance = max(1, math.ceil((last - first + 1) / target))
    return [float(f"1e{exponent}") for exponent in range(first, last + 1, distance)]

"""Numbers, durations, sizes and times as people read them: no digits that carry no information.

All functions are pure; times are milliseconds since the epoch, durations are seconds, sizes are
bytes.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

DIGITS = 4
# Outside of this range a float is written with an exponent.
_SMALLEST, _LARGEST = 1e-4, 1e7
# A column whose numbers would need more decimals than this for a common precision gets each number
# its own.
_MOST_DECIMALS = 6
_AT_LEAST = 2
# A param with more digits than this was computed, not typed.
_TYPED_DIGITS = 6

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MINUTES = "%Y-%m-%d %H:%M"
_SIZE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def number(value: float, digits: int = DIGITS) -> str:
    """Write a number with so many significant digits, without trailing zeros.

    Whole numbers keep all of their digits.

    >>> [number(x) for x in (0.1 + 0.2, 1e-05, 0.91234567, 1234.5678, 100.0, 7)]
    ['0.3', '1e-05', '0.9123', '1235', '100', '7']
    >>> [number(x) for x in (12345678.9, 0.00012345, -0.5, 0.0, 2**53, 1e300)]
    ['1.235e+07', '0.0001234', '-0.5', '0', '9007199254740992', '1e+300']
    >>> [number(x) for x in (float("nan"), float("inf"), float("-inf"))]
    ['NaN', 'inf', '-inf']
    """
    if not math.isfinite(value):
        return _not_finite(value)
    if isinstance(value, int) and abs(value) < 10**18:
        return str(value)
    if value == 0:
        return "0"
    if not _SMALLEST <= abs(value) < _LARGEST:
        return _short_exponent(value, digits)
    return _trimmed(f"{value:.{_decimals(value, digits)}f}")


def column(values: Sequence[float | None], digits: int = DIGITS) -> list[str]:
    """Write the numbers of one column with the same decimals, so that the eye can compare them.

    Whole numbers stay whole if all are, and a column that spans too many magnitudes falls back to
    `number`. None gives an empty string.

    >>> column([0.9, 0.9123456, None, 0.85])
    ['0.9000', '0.9123', '', '0.8500']
    >>> column([3, 10.0]), column([1e-05, 0.1]), column([0.5, float("nan")])
    (['3', '10'], ['1e-05', '0.1'], ['0.5', 'NaN'])
    >>> column([1234.567, 3.14159]), column([0.93, 0.0712345])
    (['1234.6', '3.1'], ['0.9300', '0.0712'])
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    written = [number(value, digits) for value in finite]
    needed = max((len(text.partition(".")[2]) for text in written), default=0)
    # All digits of the greatest number, and two of the smallest, are enough to compare.
    sizes = [abs(value) for value in finite if value] or [1.0]
    decimals = min(needed, max(_decimals(max(sizes), digits), _decimals(min(sizes), _AT_LEAST)))
    alike = all("e" not in text for text in written) and decimals <= _MOST_DECIMALS
    texts = []
    for value in values:
        if value is None:
            texts.append("")
        elif alike and math.isfinite(value):
            texts.append(f"{value:.{decimals}f}" if decimals else number(value, digits))
        else:
            texts.append(number(value, digits))
    return texts


def param(value: str) -> str:
    """Write a param's text: as it was logged, unless it is a float with noise in its last digits.

    >>> [param(text) for text in ("0.30000000000000004", "0.1", "1e-05", "gini", "0.123456", "")]
    ['0.3', '0.1', '1e-05', 'gini', '0.123456', '']
    >>> [param(text) for text in ("0.93644059", "20261123", "1.10.12345678")]
    ['0.93644', '20261123', '1.10.12345678']
    """
    if sum(sign.isdigit() for sign in value.partition("e")[0].lstrip("-0.")) <= _TYPED_DIGITS:
        return value
    try:
        parsed = float(value)
    except ValueError:
        return value
    return number(parsed, 5) if math.isfinite(parsed) and "." in value else value


def delta(new: float, old: float, digits: int = 3) -> str:
    """Write how a number moved: ``▲`` up, ``▼`` down, ``=`` not at all; empty for NaN and inf.

    >>> delta(0.912, 0.908), delta(0.902, 0.912), delta(1.0, 1.0), delta(float("nan"), 1.0)
    ('▲0.004', '▼0.01', '=', '')
    >>> delta(0.3, 0.1 + 0.2)  # a difference that is only rounding
    '='
    """
    if not (math.isfinite(new) and math.isfinite(old)):
        return ""
    change = new - old
    if abs(change) <= 1e-12 * max(abs(new), abs(old)):
        return "="
    return ("▲" if change > 0 else "▼") + number(abs(change), digits)


def duration(seconds: float | None) -> str:
    """Write how long something took, in the one or two units that matter.

    >>> [duration(s) for s in (0.0000041, 0.008, 0.35, 1, 12.34, 59.97, 250, 3900, 90_000)]
    ['4 µs', '8 ms', '350 ms', '1.0 s', '12.3 s', '1 m 00 s', '4 m 10 s', '1 h 05 m', '1 d 01 h']
    >>> duration(0), duration(None), duration(float("inf"))
    ('0 s', '', '')
    """
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 0:
        return "-" + duration(-seconds)
    return _below_a_minute(seconds) if round(seconds, 1) < _MINUTE else _two_units(round(seconds))


def size(count: int) -> str:
    """Write a number of bytes in units of 1000, as file managers do.

    >>> [size(n) for n in (0, 999, 1234, 999_960, 3_400_000, 2 * 10**12)]
    ['0 B', '999 B', '1.2 kB', '1.0 MB', '3.4 MB', '2.0 TB']
    """
    amount, unit = float(count), 0
    while round(amount, 1) >= 1000 and unit < len(_SIZE_UNITS) - 1:  # noqa: PLR2004
        amount /= 1000
        unit += 1
    return f"{amount:.1f} {_SIZE_UNITS[unit]}" if unit else f"{count} B"


def moment(milliseconds: int | None) -> str:
    """Write a point in time, local and unambiguous: ``2026-11-23 14:05``."""
    if milliseconds is None:
        return ""
    return _written(milliseconds, _MINUTES)


def utc_moment(milliseconds: int | None) -> str:
    """Write a point in time for readers anywhere: ``2026-11-23 13:05``; say UTC beside it.

    >>> utc_moment(0), utc_moment(None), utc_moment(10**17)
    ('1970-01-01 00:00', '', '100000000000000000 ms')
    """
    if milliseconds is None:
        return ""
    return _written(milliseconds, _MINUTES, UTC)


def exact_moment(milliseconds: int | None) -> str:
    """Write a point in time with seconds and the offset from UTC: ``2026-11-23 14:05:33 +0100``."""
    if milliseconds is None:
        return ""
    return _written(milliseconds, "%Y-%m-%d %H:%M:%S %z")


def ago(milliseconds: int, now: int) -> str:
    """Write how long ago something was, for places that are read at once and not kept.

    >>> [ago(0, ms) for ms in (400, 90_000, 7_200_000, 3 * 86_400_000)]
    ['just now', '1 min ago', '2 h ago', '3 d ago']
    """
    seconds = (now - milliseconds) / 1000
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min ago"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h ago"
    return f"{seconds // _DAY:.0f} d ago"


def speed(per_second: float) -> str:
    """Write how often something happens: times a second, or the time that each takes.

    >>> speed(0.5), speed(12.345), speed(11_576), speed(5_027_522)
    ('2.0 s each', '12.3/s', '11.6k/s', '5.03M/s')
    """
    if per_second < 1:
        return f"{duration(1 / per_second)} each"
    for start, unit, suffix in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if per_second >= start:
            return f"{number(per_second / unit, 3)}{suffix}/s"
    return f"{number(per_second, 3)}/s"


def best(values: Iterable[float | None], *, lower: bool) -> float | None:
    """Return the best of the numbers, None unless at least two of them differ.

    >>> best([0.9, None, 0.8], lower=False), best([0.5, 0.5], lower=True)
    (0.9, None)
    >>> best([float("nan"), 1.0], lower=True)  # nothing to be better than
    """
    numbers = [value for value in values if value is not None and not math.isnan(value)]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    if low == high:
        return None
    return low if lower else high


def _written(milliseconds: int, form: str, zone: tzinfo | None = None) -> str:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, zone).astimezone(zone).strftime(form)
    except (ValueError, OverflowError, OSError):  # beyond the calendar, which a store may hold
        return f"{milliseconds} ms"


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _below_a_minute(seconds: float) -> str:
    # The limits are where the smaller unit would be written as 1000.
    if seconds == 0:
        return "0 s"
    if seconds < 0.9995e-3:  # noqa: PLR2004
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"  # noqa: PLR2004


def _two_units(seconds: int) -> str:
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} m {seconds % _MINUTE:02d} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d} m"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR:02d} h"


def _decimals(value: float, digits: int) -> int:
    exponent = math.floor(math.log10(abs(value)))
    return max(0, digits - 1 - exponent)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short_exponent(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{_trimmed(mantissa)}e{exponent}"

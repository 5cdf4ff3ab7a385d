"""Many points of a metric as few rows: the range is cut into equal pieces, each summed up.

The pieces lie at multiples of their width, not where the range happens to begin, so that what a
chart shows stays where it is while points come in or the view moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.store.schema import FINITE, MINUS_INFINITY, NAN, PLUS_INFINITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from nbtrack.store.base_columns import By

PLACES: dict[By, str] = {"step": "step", "timestamp": "ts"}
_WHERE = "FROM nb_metric WHERE series_id = "
# Sums of larger numbers could exceed the largest double, which some databases call an error.
_SAFE = 1e290
_SCALE = 2.0**-32
_INT64 = 2**63
# Smaller ones would vanish when they are scaled, which is an error for some, too.
_TINY = 1e-290

_ENDS = "min(step), min(ts), max(step), max(ts), count(*)"
_FINITE = f"{_ENDS}, sum(value), min(value), max(value)"
_IF_FINITE = f"CASE WHEN special = {FINITE} THEN value END"
_IF_LARGE = (
    f"CASE WHEN special = {FINITE} THEN "
    f"CASE WHEN value BETWEEN -{_TINY!r} AND {_TINY!r} THEN 0.0 ELSE value * {_SCALE!r} END END"
)
_SOME_FINITE = f"{_ENDS}, sum({{summed}}), min({_IF_FINITE}), max({_IF_FINITE}), " + ", ".join(
    f"sum(CASE special WHEN {kind} THEN 1 ELSE 0 END)"
    for kind in (NAN, PLUS_INFINITY, MINUS_INFINITY)
)


class Bucket(NamedTuple):
    """What is said of the points in a piece of the range.

    ``mean``, ``low`` and ``high`` are those of the finite points, None where there are none.
    """

    step: int
    ts: int
    last_step: int
    last_ts: int
    points: int
    mean: float | None
    low: float | None
    high: float | None
    nan: int
    above: int
    below: int


class Range(NamedTuple):
    """The points of a series that are summed up, by their steps or times, both ends included.

    ``points`` is where they are read from, with a condition only where they are not all of the
    series: each comparison of a time costs as much as a sum. ``most`` is the largest absolute value
    of the series; ``is_finite`` says that no point is NaN or infinite, which is not always known.
    """

    series: int
    by: By
    points: str
    low: int
    high: int
    most: float
    is_finite: bool = False

    @property
    def is_large(self) -> bool:
        """Whether a sum could be too large."""
        return self.most >= _SAFE


def summed_up(connection: Connection, wanted: Range, pieces: int) -> list[Bucket]:
    """Return at most so many buckets, those without points left out."""
    width = max(1, -(-(wanted.high - wanted.low) // (pieces - 1)))
    if connection.dialect.name == "sqlite" and wanted.by == "step":
        return list(_by_hops(connection, wanted, width))
    return _by_groups(connection, wanted, width)


def _by_groups(connection: Connection, wanted: Range, width: int) -> list[Bucket]:
    place = PLACES[wanted.by]
    is_quick = wanted.is_finite and not wanted.is_large
    piece = _piece(place, width, "DIV" if connection.dialect.name == "mysql" else "/", wanted.low)
    result = connection.exec_driver_sql(
        f"SELECT {_FINITE if is_quick else _sums(wanted)} {wanted.points} "
        f"GROUP BY {piece} ORDER BY min({place})"
    )
    rows = result.cursor.fetchall()
    result.close()
    return [_finite(row) if is_quick else _bucket(row, wanted) for row in rows]


def _piece(place: str, width: int, divided: str, low: int) -> str:
    """Write the number of the piece in which a point lies."""
    inside = f"{place} {divided} {width}" if width < _INT64 else "0"  # no database has such numbers
    if low >= 0:
        return inside
    below = f"-1 - (-1 - {place}) {divided} {width}" if width < _INT64 else "-1"
    return f"CASE WHEN {place} < 0 THEN {below} ELSE {inside} END"  # they divide towards zero


def _by_hops(connection: Connection, wanted: Range, width: int) -> Iterator[Bucket]:
    # A question for each piece: the points lie in the order of their steps, so that nothing is
    # sorted or grouped, which takes SQLite half as long again. Elsewhere each would be a message.
    cursor = connection.connection.cursor()
    where = f"{_WHERE}{wanted.series} AND step >= ? AND step <= ?"
    quick = f"SELECT {_FINITE}, max(special) {where}"
    careful = f"SELECT {_sums(wanted)} {where}"
    for piece in range(wanted.low // width, wanted.high // width + 1):
        ends = (max(wanted.low, piece * width), min(wanted.high, (piece + 1) * width - 1))
        row: Sequence[Any] = cursor.execute(quick, ends).fetchone()
        if row[4] == 0:
            continue
        if row[8] == FINITE and not wanted.is_large:
            yield _finite(row)
        else:
            yield _bucket(cursor.execute(careful, ends).fetchone(), wanted)
    cursor.close()


def _sums(wanted: Range) -> str:
    return _SOME_FINITE.format(summed=_IF_LARGE if wanted.is_large else _IF_FINITE)


def _finite(row: Sequence[Any]) -> Bucket:
    total, low, high = row[5:8]
    return Bucket._make((*row[:5], _within(total / row[4], low, high), low, high, 0, 0, 0))


def _bucket(row: Sequence[Any], wanted: Range) -> Bucket:
    total, low, high, *others = row[5:]
    nan, above, below = map(int, others)  # MySQL counts in decimals
    finite = row[4] - nan - above - below
    mean = None
    if finite:
        mean = total / finite / (_SCALE if wanted.is_large else 1)
        mean = _within(mean, low, high)
    return Bucket._make((*row[:5], mean, low, high, nan, above, below))


def _within(mean: float, low: float, high: float) -> float:
    # What was rounded may lie beside the only value there is.
    return min(max(mean, low), high)

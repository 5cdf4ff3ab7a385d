"""Metrics of runs for charts: their points where these are few, else buckets of points."""

from __future__ import annotations

from array import array
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select, text

from nbtrack.errors import InvalidValue
from nbtrack.store import checks
from nbtrack.store.base_columns import LEAST_POINTS, MOST_POINTS, By, Curve, Curves
from nbtrack.store.columns import CODES, Column
from nbtrack.store.curve_buckets import PLACES, Bucket, Range, summed_up
from nbtrack.store.keys import CHUNK
from nbtrack.store.schema import (
    FINITE,
    MINUS_INFINITY,
    NAN,
    PLUS_INFINITY,
    key,
    metric,
    run,
    series,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

MOST_ROWS = 1_000_000
_NAN = float("nan")
_COLUMNS = {
    "step": "f64",
    "timestamp": "f64",
    "value": "f64",
    "low": "f64",
    "high": "f64",
    "count": "u32",
    "nan": "u32",
    "above": "u32",
    "below": "u32",
}
# Where the step and the time stand in a point, for its order.
_ORDERS: dict[By, itemgetter[Any]] = {
    "step": itemgetter(0, 1, 2, 3),
    "timestamp": itemgetter(1, 0, 2, 3),
}
_INDEX: dict[By, int] = {"step": 0, "timestamp": 1}
# Points that are read with one statement.
_TOGETHER = 100_000

# step, ts, value, special
Point = tuple[int, int, float, int]
Ends = tuple[int, int]


def read(
    connection: Connection,
    run_ids: Sequence[str],
    keys: Sequence[str],
    by: By,
    ends: tuple[int | None, int | None],
    points: int,
) -> Curves:
    """Return these metrics of these runs, in this order."""
    if not LEAST_POINTS <= points <= MOST_POINTS:
        raise InvalidValue(
            f"Invalid value {points} for parameter 'points' supplied: it must be from "
            f"{LEAST_POINTS} to {MOST_POINTS}."
        )
    wanted = _Wanted(by, _end(ends[0], -checks.INT64), _end(ends[1], checks.INT64 - 1), points)
    found = _series(connection, run_ids, keys)
    if sum(min(one.points, points) for one in found) > MOST_ROWS:
        raise InvalidValue(
            f"These are more than {MOST_ROWS} points: ask for fewer runs, metrics or points."
        )
    few = dict(_read_few(connection, [one for one in found if one.points <= points]))
    rows = _Rows()
    curves = []
    for one in found:
        offset = len(rows)
        if one.number in few:
            said = _add_few(rows, few[one.number], wanted)
        else:
            said = _add_many(rows, connection, one, wanted)
        curves.append(Curve(one.run_id, one.key, offset, len(rows) - offset, *said))
    return Curves(curves, rows.columns())


class _Wanted(NamedTuple):
    """The range that is asked for, and the most rows of a series."""

    by: By
    start: int
    end: int
    points: int


class _Said(NamedTuple):
    """What the header says of a series, as `Curve` has it."""

    total: int
    exact: bool
    step: Ends
    timestamp: Ends


class _Series(NamedTuple):
    """A metric of a run, with the number of its points and its first and last step."""

    run_id: str
    key: str
    number: int
    points: int
    steps: Ends
    most: float  # largest absolute value


class _Rows:
    """The columns of what is answered, as far as they are filled."""

    def __init__(self) -> None:
        self._data: dict[str, array[Any]] = {
            name: array(CODES[kind]) for name, kind in _COLUMNS.items()
        }

    def __len__(self) -> int:
        return len(self._data["step"])

    def add_points(self, points: Sequence[Point]) -> None:
        """Add a row for each point."""
        if not points:
            return
        step, ts, value, special = zip(*points, strict=True)
        shown: Sequence[float] = value
        kinds = {kind: bytes(len(points)) for kind in (NAN, PLUS_INFINITY, MINUS_INFINITY)}
        if any(special):
            shown = [_NAN if kind else one for one, kind in zip(value, special, strict=True)]
            kinds = {kind: bytes(one == kind for one in special) for kind in kinds}
        for column, values in zip(
            self._data.values(),
            (step, ts, shown, shown, shown, b"\1" * len(points), *kinds.values()),
            strict=True,
        ):
            column.extend(values)

    def add_buckets(self, buckets: Sequence[Bucket]) -> None:
        """Add a row for each bucket: where it begins, but for the last one where it ends."""
        step, ts, last_step, last_ts, count, *values = zip(*buckets, strict=True)
        numbers = [[_NAN if one is None else one for one in some] for some in values[:3]]
        for column, some in zip(
            self._data.values(), (step, ts, *numbers, count, *values[3:]), strict=True
        ):
            column.extend(some)
        if len(buckets) > 1:
            self._data["step"][-1] = last_step[-1]
            self._data["timestamp"][-1] = last_ts[-1]

    def columns(self) -> list[Column]:
        return [Column(name, kind, self._data[name]) for name, kind in _COLUMNS.items()]


def _add_few(rows: _Rows, points: list[Point], wanted: _Wanted) -> _Said:
    place = _INDEX[wanted.by]
    shown = [one for one in points if wanted.start <= one[place] <= wanted.end]
    rows.add_points(sorted(shown, key=_ORDERS[wanted.by]))
    times = [one[1] for one in points]
    ends = (points[0][0], points[-1][0]), (min(times), max(times))
    return _Said(len(shown), True, *ends)  # noqa: FBT003 - a named tuple says what it is


def _add_many(rows: _Rows, connection: Connection, of: _Series, wanted: _Wanted) -> _Said:
    place = PLACES[wanted.by]
    within = f"FROM nb_metric WHERE series_id = {of.number}"
    if wanted.start > -checks.INT64:
        within += f" AND {place} >= {wanted.start}"
    if wanted.end < checks.INT64 - 1:
        within += f" AND {place} <= {wanted.end}"
    part = (_steps if wanted.by == "step" else _times)(connection, of, wanted, within)
    if part is None:
        some = _rows(connection, f"SELECT step, ts, value, special {within}")
        rows.add_points(sorted(some, key=_ORDERS[wanted.by]))
        return _Said(len(some), True, of.steps, _all_times(connection, of))  # noqa: FBT003 - named
    buckets = summed_up(connection, part, wanted.points)
    rows.add_buckets(buckets)
    count = sum(one.points for one in buckets)
    if count < of.points:
        times = _all_times(connection, of)
    else:
        times = min(one.ts for one in buckets), max(one.last_ts for one in buckets)
    return _Said(count, False, of.steps, times)  # noqa: FBT003 - as above


def _steps(connection: Connection, of: _Series, wanted: _Wanted, within: str) -> Range | None:
    """Return what is to be summed up by steps; None if each point can be shown."""
    first, last = of.steps
    ends = max(first, wanted.start), min(last, wanted.end)
    if ends != of.steps:  # how many points they are is not asked: that takes as long as the rest
        more = select(metric.c.step).where(text(within.partition("WHERE ")[2]))
        asked = select(func.count()).select_from(more.limit(wanted.points + 1).subquery())
        if connection.execute(asked).scalar_one() <= wanted.points:
            return None
    return Range(of.number, "step", within, *ends, of.most)


def _times(connection: Connection, of: _Series, wanted: _Wanted, within: str) -> Range | None:
    asked = f"SELECT count(*), min(ts), max(ts), max(special) {within}"
    ((count, first, last, special),) = _rows(connection, asked)
    if count <= wanted.points:
        return None
    return Range(of.number, "timestamp", within, first, last, of.most, special == FINITE)


def _all_times(connection: Connection, of: _Series) -> Ends:
    asked = f"SELECT min(ts), max(ts) FROM nb_metric WHERE series_id = {of.number}"  # noqa: S608
    ((first, last),) = _rows(connection, asked)
    return first, last


def _read_few(
    connection: Connection, wanted: Sequence[_Series]
) -> Iterator[tuple[int, list[Point]]]:
    """Yield the points of short series by the numbers of these, in the order of their steps."""
    some: list[str] = []
    count = 0
    for index, one in enumerate(wanted):
        some.append(str(one.number))
        count += one.points
        if count < _TOGETHER and len(some) < CHUNK and index + 1 < len(wanted):
            continue
        rows = _rows(
            connection,
            "SELECT step, ts, value, special, series_id FROM nb_metric "  # noqa: S608 - integers
            f"WHERE series_id IN ({','.join(some)}) ORDER BY series_id, step, ts, value, special",
        )
        for number, points in groupby(rows, itemgetter(4)):
            yield number, [point[:4] for point in points]
        some, count = [], 0


def _series(connection: Connection, run_ids: Sequence[str], keys: Sequence[str]) -> list[_Series]:
    """Return the series that exist, in the order in which they are asked for."""
    names = sorted(set(keys))
    wanted = sorted(set(run_ids))
    found: dict[tuple[str, str], _Series] = {}
    columns = (run.c.uuid, key.c.name, series.c.id, series.c.n, series.c.first_step, series.c.step)
    for start in range(0, len(wanted), CHUNK):
        rows = connection.execute(
            select(*columns, series.c.vmin, series.c.vmax)
            .join(series, series.c.run_id == run.c.id)
            .join(key, key.c.id == series.c.key_id)
            .where(run.c.uuid.in_(wanted[start : start + CHUNK]), key.c.name.in_(names))
        )
        for run_id, name, number, count, first, last, low, high in rows:
            most = max(abs(low or 0.0), abs(high or 0.0))
            found[run_id, name] = _Series(run_id, name, number, count, (first, last), most)
    pairs = ((run_id, name) for run_id in dict.fromkeys(run_ids) for name in dict.fromkeys(keys))
    return [found[pair] for pair in pairs if pair in found and found[pair].points]


def _rows(connection: Connection, statement: str) -> list[Any]:
    result = connection.exec_driver_sql(statement)
    rows = result.cursor.fetchall()  # the driver's: no objects of SQLAlchemy
    result.close()
    return list(rows)


def _end(given: int | None, default: int) -> int:
    return default if given is None else checks.check_step(given)

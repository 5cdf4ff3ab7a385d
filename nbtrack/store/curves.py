"""Metrics of runs for charts: points where they are few, else buckets that the database makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Double, Integer, and_, case, cast, func, literal_column, select

from nbtrack.errors import InvalidValue
from nbtrack.store import checks, columns
from nbtrack.store.base_columns import LEAST_POINTS, MOST_POINTS, By, Curve, Curves
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
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

_NAN = float("nan")
COLUMNS = (
    ("step", "f64"), ("timestamp", "f64"), ("value", "f64"), ("low", "f64"), ("high", "f64"),
    ("count", "u32"), ("nan", "u32"), ("above", "u32"), ("below", "u32"),
)  # fmt: skip


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
    place = metric.c.ts if by == "timestamp" else metric.c.step
    start = -checks.INT64 if ends[0] is None else checks.check_step(ends[0])
    end = checks.INT64 - 1 if ends[1] is None else checks.check_step(ends[1])
    numbers = _series(connection, run_ids, keys)
    found: list[Curve] = []
    rows: list[Any] = []
    for run_id in dict.fromkeys(run_ids):
        for name in dict.fromkeys(keys):
            number = numbers.get((run_id, name))
            if number is None:
                continue
            curve, more = _one(connection, _Part(number, place, start, end), points)
            found.append(Curve(run_id, name, len(rows), len(more), *curve))
            rows += more
    return Curves(found, _columns(rows))


class _Part(NamedTuple):
    series: int
    place: Any
    start: int
    end: int

    def condition(self) -> ColumnElement[bool]:
        return and_(
            metric.c.series_id == self.series, self.place >= self.start, self.place <= self.end
        )


def _one(connection: Connection, part: _Part, points: int) -> tuple[tuple[Any, ...], list[Any]]:
    step_low, step_high, ts_low, ts_high = connection.execute(
        select(
            func.min(metric.c.step),
            func.max(metric.c.step),
            func.min(metric.c.ts),
            func.max(metric.c.ts),
        ).where(metric.c.series_id == part.series)
    ).one()
    total, low, high = connection.execute(
        select(func.count(), func.min(part.place), func.max(part.place)).where(part.condition())
    ).one()
    exact = total <= points
    rows = _points(connection, part) if exact else _buckets(connection, part, low, high, points)
    return (total, exact, (step_low, step_high), (ts_low, ts_high)), rows


def _points(connection: Connection, part: _Part) -> list[Any]:
    by_step = part.place is metric.c.step
    order = (metric.c.step, metric.c.ts) if by_step else (metric.c.ts, metric.c.step)
    wanted = select(metric.c.step, metric.c.ts, metric.c.value, metric.c.special)
    rows = connection.execute(wanted.where(part.condition()).order_by(*order, metric.c.value))
    found = []
    for step, ts, value, special in rows:
        shown = _NAN if special else value
        kinds = (special == NAN, special == PLUS_INFINITY, special == MINUS_INFINITY)
        found.append((step, ts, shown, shown, shown, 1, *kinds))
    return found


def _buckets(connection: Connection, part: _Part, low: int, high: int, points: int) -> list[Any]:
    is_finite = metric.c.special == FINITE
    finite = case((is_finite, metric.c.value))
    scale = points / (float(high) - float(low)) if high > low else 0.0
    position = (cast(part.place, Double) - float(low)) * scale
    if connection.dialect.name == "sqlite":
        bucket: Any = cast(position, Integer)
    else:
        bucket = func.floor(position)
    bucket = case((bucket >= points, points - 1), else_=bucket).label("bucket")
    rows = connection.execute(
        select(
            func.min(metric.c.step),
            func.min(metric.c.ts),
            func.avg(finite),
            func.min(finite),
            func.max(finite),
            func.count(),
            *(
                func.sum(case((metric.c.special == one, 1), else_=0))
                for one in (NAN, PLUS_INFINITY, MINUS_INFINITY)
            ),
            func.max(metric.c.step),
            func.max(metric.c.ts),
            bucket,
        )
        .where(part.condition())
        .group_by(literal_column("bucket"))
        .order_by(literal_column("bucket"))
    ).all()
    found = [
        (
            step,
            ts,
            *(_NAN if one is None else one for one in (mean, least, most)),
            n,
            *map(int, kinds),
        )
        for step, ts, mean, least, most, n, *kinds, _, _, _ in rows
    ]
    if len(found) > 1:
        found[-1] = (rows[-1][9], rows[-1][10], *found[-1][2:])
    return found


def _columns(rows: Sequence[Any]) -> list[columns.Column]:
    values: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    return [
        columns.numbers(name, kind, given)
        for (name, kind), given in zip(COLUMNS, values, strict=True)
    ]


def _series(
    connection: Connection, run_ids: Sequence[str], keys: Sequence[str]
) -> dict[tuple[str, str], int]:
    wanted = sorted(set(run_ids))
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = connection.execute(
            select(run.c.uuid, key.c.name, series.c.id)
            .join(series, series.c.run_id == run.c.id)
            .join(key, key.c.id == series.c.key_id)
            .where(run.c.uuid.in_(wanted[start : start + CHUNK]), key.c.name.in_(sorted(set(keys))))
        )
        found.update(((uuid, name), number) for uuid, name, number in rows)
    return found

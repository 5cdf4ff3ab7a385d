"""Points of metrics: how they are coded, written and summed up.

`PointWriter` takes any number of points of any runs, writes each series' points together (they lie
side by side in the table), and keeps the series' own row, with its latest, smallest, largest and
first value, in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select, text

from nbtrack.store import dialects
from nbtrack.store.keys import CHUNK
from nbtrack.store.schema import (
    FINITE,
    LARGEST,
    MINUS_INFINITY,
    NAN,
    PLUS_INFINITY,
    meta,
    series,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from nbtrack.store.keys import Keys

_POINT = ("series_id", "step", "ts", "value", "special")
# One statement with five parameters, by which PostgreSQL is half as fast again.
_INSERT_COLUMNS = (
    f"INSERT INTO nb_metric ({', '.join(_POINT)}) SELECT * FROM unnest(%s::bigint[], "  # noqa: S608
    "%s::bigint[], %s::bigint[], %s::double precision[], %s::smallint[]) ON CONFLICT DO NOTHING"
)
_NEW_SERIES = (
    "run_id", "key_id", "n", "step", "ts", "value", "special", "vmin", "vmax", "first_step",
    "first_value",
)  # fmt: skip
_EPOCH = select(meta.c.epoch)
_SERIES = select(series).where(series.c.id.in_(bindparam("numbers", expanding=True)))
_SERIES_OF_RUNS = select(series.c.run_id, series.c.key_id, series.c.id).where(
    series.c.run_id.in_(bindparam("runs", expanding=True))
)
_MOST_REMEMBERED_SERIES = 200_000

# step, ts, value, special; tuples compare as MLflow's rule for the latest point does.
Point = tuple[int, int, float, int]
# (run's integer id, key) -> its points
Points = dict[tuple[int, str], list[Point]]


def coded(value: float) -> tuple[float, int]:
    """Return a number as the two columns that every database keeps exactly."""
    if -LARGEST <= value <= LARGEST:
        return value, FINITE
    if value != value:  # noqa: PLR0124 - only NaN differs from itself
        return 0.0, NAN
    return (LARGEST, PLUS_INFINITY) if value > 0 else (-LARGEST, MINUS_INFINITY)


DECODED = {NAN: float("nan"), PLUS_INFINITY: float("inf"), MINUS_INFINITY: float("-inf")}


class Summary(NamedTuple):
    """What a series' own row says of its points."""

    n: int
    latest: Point
    vmin: float | None
    vmax: float | None
    first_step: int
    first_value: float | None

    @classmethod
    def of(cls, points: list[Point]) -> Summary:
        """Sum up some points, as if there were no others."""
        first = min(points)
        values = [point[2] for point in points if point[3] != NAN]
        return cls(
            len(points),
            max(points),
            min(values, default=None),
            max(values, default=None),
            first[0],
            None if first[3] == NAN else first[2],
        )

    def joined(self, later: Summary) -> Summary:
        """Sum up these points and others that were logged later."""
        if self.n == 0:
            return later
        first = later if later.first_step < self.first_step else self
        return Summary(
            self.n + later.n,
            max(self.latest, later.latest),
            min((v for v in (self.vmin, later.vmin) if v is not None), default=None),
            max((v for v in (self.vmax, later.vmax) if v is not None), default=None),
            first.first_step,
            first.first_value,
        )

    def columns(self) -> tuple[Any, ...]:
        """Return the values of the series' row, from ``n`` on."""
        return (
            self.n, *self.latest, self.vmin, self.vmax, self.first_step, self.first_value,
        )  # fmt: skip


class PointWriter:
    """Writes points; remembers the ids of series between transactions."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._series: dict[tuple[int, int], int] = {}
        self._epoch = -1

    def forget(self) -> None:
        """Drop the ids: they may have been given in a transaction that did not happen."""
        self._series = {}

    def write(self, connection: Connection, points: Points) -> None:
        """Store points; those that are there already are passed over."""
        if not points:
            return
        by_series = self._by_series(connection, points)
        rows = [(number, *point) for number, some in by_series.items() for point in some]
        inserted = _insert(connection, rows)
        self._sum_up(connection, by_series, recount=inserted != len(rows))

    def _by_series(self, connection: Connection, points: Points) -> dict[int, list[Point]]:
        # gc deletes series, and another process may run it: the epoch tells.
        epoch = connection.execute(_EPOCH).scalar_one()
        if epoch != self._epoch or len(self._series) > _MOST_REMEMBERED_SERIES:
            self.forget()
            self._epoch = epoch
        keys = self._keys.ensure(connection, [key for _, key in points])
        wanted = {(run, keys[key]): some for (run, key), some in points.items()}
        if not self._series.keys() >= wanted.keys():
            self._find(connection, wanted.keys())
            new = [pair for pair in wanted if pair not in self._series]
            if new:
                self._add(connection, new)
        return {self._series[pair]: some for pair, some in wanted.items()}

    def _find(self, connection: Connection, pairs: Any) -> None:
        runs = sorted({run for run, _ in pairs})
        for some in _chunks(runs):
            for run, key, number in connection.execute(_SERIES_OF_RUNS, {"runs": some}):
                self._series[run, key] = number

    def _add(self, connection: Connection, pairs: list[tuple[int, int]]) -> None:
        insert = dialects.insert_new(
            connection.dialect.name, "nb_series", _NEW_SERIES, ("run_id", "key_id")
        )
        empty = (0, 0, 0, 0.0, FINITE, None, None, 0, None)
        connection.exec_driver_sql(insert, [(*pair, *empty) for pair in pairs])
        self._find(connection, pairs)

    def _sum_up(
        self, connection: Connection, by_series: Mapping[int, list[Point]], *, recount: bool
    ) -> None:
        old = dict(_summaries(connection, list(by_series)))
        changes = []
        for number, points in by_series.items():
            summary = old[number].joined(Summary.of(points))
            if recount:
                summary = summary._replace(n=_count(connection, number))
            changes.append((*summary.columns(), number))
        update = dialects.update(connection.dialect.name, "nb_series", _NEW_SERIES[2:], "id")
        connection.exec_driver_sql(update, changes)


def _insert(connection: Connection, rows: list[tuple[int, int, int, float, int]]) -> int:
    """Insert points that are not there yet; return how many, -1 where the driver cannot tell."""
    if connection.dialect.name == "postgresql":
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        return connection.exec_driver_sql(_INSERT_COLUMNS, columns).rowcount
    insert = dialects.insert_new(connection.dialect.name, "nb_metric", _POINT, _POINT)
    return connection.exec_driver_sql(insert, rows).rowcount


def _summaries(connection: Connection, numbers: list[int]) -> Iterator[tuple[int, Summary]]:
    for some in _chunks(numbers):
        for row in connection.execute(_SERIES, {"numbers": some}):
            yield (
                row.id,
                Summary(
                    row.n,
                    (row.step, row.ts, row.value, row.special),
                    row.vmin,
                    row.vmax,
                    row.first_step,
                    row.first_value,
                ),
            )


def _count(connection: Connection, number: int) -> int:
    count = text("SELECT count(*) FROM nb_metric WHERE series_id = :number")
    return int(connection.execute(count, {"number": number}).scalar_one())


def _chunks(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]

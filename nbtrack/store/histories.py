"""The points of one metric of several runs: all of them, or a choice that a chart needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, literal_column, or_, select

from nbtrack.entities import RunMetric
from nbtrack.errors import InvalidValue
from nbtrack.store import checks
from nbtrack.store.keys import CHUNK
from nbtrack.store.points import DECODED
from nbtrack.store.schema import key, metric, run, series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection

_COLUMNS = (metric.c.ts, metric.c.step, metric.c.value, metric.c.special)
# The order in which the table lies in SQLite and MySQL.
_BY_STEP = (metric.c.step, metric.c.ts, metric.c.value, metric.c.special)


def read(
    connection: Connection, run_ids: Sequence[str], name: str, max_results: int
) -> list[RunMetric]:
    """Return points by run id, timestamp, step and value, no more than asked for."""
    _check(max_results)
    numbers = _series(connection, run_ids, name)
    found: list[RunMetric] = []
    for run_id in sorted(numbers):
        points = select(*_COLUMNS).where(metric.c.series_id == numbers[run_id][0])
        rows = connection.execute(points.order_by(*_COLUMNS).limit(max_results - len(found)))
        found += _metrics(run_id, name, rows)
        if len(found) == max_results:
            break
    return found


def sample(
    connection: Connection,
    run_ids: Sequence[str],
    name: str,
    steps: tuple[int | None, int | None],
    max_results: int,
) -> list[RunMetric]:
    """Return at most ``max_results`` points of each run, evenly chosen by their rank.

    The choice is that of MLflow 3.17: the first point of each of ``max_results`` groups, which
    follow one another and of which the first ones are one larger where it does not divide (as
    SQL's NTILE makes them), but the very last point instead of the last group's first.
    """
    _check(max_results)
    start = -checks.INT64 if steps[0] is None else steps[0]
    end = checks.INT64 - 1 if steps[1] is None else steps[1]
    numbers = _series(connection, run_ids, name)
    choose = _by_hops if connection.dialect.name == "sqlite" else _by_rank
    found: list[RunMetric] = []
    for run_id in dict.fromkeys(run_ids):
        if run_id not in numbers:
            continue
        number, count = numbers[run_id]
        wanted = _Range(number, checks.check_step(start), checks.check_step(end))
        if steps != (None, None):
            counted = select(func.count()).select_from(metric).where(wanted.condition())
            count = connection.execute(counted).scalar_one()
        if count <= max_results:
            points = select(*_COLUMNS).where(wanted.condition()).order_by(*_BY_STEP)
            rows: Sequence[Any] = connection.execute(points).all()
        else:
            rows = choose(connection, wanted, count, max_results)
        found += _metrics(run_id, name, rows)
    return found


class _Range(NamedTuple):
    """The points of a series between two steps, both included."""

    series: int
    start: int
    end: int

    def condition(self) -> ColumnElement[bool]:
        return and_(
            metric.c.series_id == self.series,
            metric.c.step >= self.start,
            metric.c.step <= self.end,
        )


def _by_rank(connection: Connection, wanted: _Range, count: int, most: int) -> Sequence[Any]:
    # The database counts, so that only the chosen points travel. Plain numbers in the statement:
    # PostgreSQL would take bound ones for texts.
    ranked = (
        select(*_COLUMNS)
        .where(wanted.condition())
        .add_columns(
            (func.row_number().over(order_by=_BY_STEP) - literal_column("1")).label("rank")
        )
    ).subquery()
    small, larger = divmod(count, most)
    border: ColumnElement[Any] = literal_column(str(larger * (small + 1)))
    rank = ranked.c.rank
    first_of_group = or_(
        and_(rank < border, rank % literal_column(str(small + 1)) == literal_column("0")),
        and_(rank >= border, (rank - border) % literal_column(str(small)) == literal_column("0")),
    )
    last = rank == literal_column(str(count - 1))
    rows = connection.execute(
        select(ranked.c.ts, ranked.c.step, ranked.c.value, ranked.c.special)
        .where(or_(first_of_group, last))
        .order_by(rank)
    ).all()
    return [*rows[: most - 1], rows[-1]]


_FIRST = "SELECT ts, step, value, special FROM nb_metric WHERE series_id = ? AND step "
_NEXT = (
    f"{_FIRST} <= ? AND (step, ts, value, special) > (?, ?, ?, ?) "
    "ORDER BY step, ts, value, special LIMIT 1 OFFSET ?"
)
_START = f"{_FIRST} >= ? ORDER BY step, ts, value, special LIMIT 1"
_END = f"{_FIRST} <= ? ORDER BY step DESC, ts DESC, value DESC, special DESC LIMIT 1"


def _by_hops(connection: Connection, wanted: _Range, count: int, most: int) -> Sequence[Any]:
    # From each chosen point to the next in the table's own order: ten times quicker in SQLite than
    # looking at every point. Elsewhere each hop would be a message to the server.
    small, larger = divmod(count, most)
    cursor = connection.connection.cursor()
    rows: list[Any] = []
    for group in range(most - 1):
        if not rows:
            cursor.execute(_START, (wanted.series, wanted.start))
        else:
            ts, step, value, special = rows[-1]
            skipped = small - (group > larger)  # the group before has one more point than that
            place = (wanted.series, wanted.end, step, ts, value, special, skipped)
            cursor.execute(_NEXT, place)
        rows.append(cursor.fetchone())
    cursor.execute(_END, (wanted.series, wanted.end))
    rows.append(cursor.fetchone())
    cursor.close()
    return rows


def _series(
    connection: Connection, run_ids: Sequence[str], name: str
) -> dict[str, tuple[int, int]]:
    """Return the id of each run's series and the number of its points."""
    wanted = sorted(set(run_ids))
    found: dict[str, tuple[int, int]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = connection.execute(
            select(run.c.uuid, series.c.id, series.c.n)
            .join(series, series.c.run_id == run.c.id)
            .join(key, key.c.id == series.c.key_id)
            .where(run.c.uuid.in_(wanted[start : start + CHUNK]), key.c.name == name)
        )
        found.update((uuid, (number, count)) for uuid, number, count in rows)
    return found


def _metrics(run_id: str, name: str, rows: Iterable[Any]) -> list[RunMetric]:
    return [
        RunMetric(run_id, name, DECODED[special] if special else value, ts, step)
        for ts, step, value, special in rows
    ]


def _check(max_results: int) -> None:
    if max_results < 1:
        raise InvalidValue(
            f"Invalid value {max_results} for parameter 'max_results' supplied: it must be at "
            "least 1."
        )

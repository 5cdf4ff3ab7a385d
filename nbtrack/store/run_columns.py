"""Runs as columns: what a search finds, read column by column."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from nbtrack import tags as tag_names
from nbtrack.errors import InvalidValue
from nbtrack.filters import RUNS, parse_columns
from nbtrack.store import columns
from nbtrack.store.base_columns import RunColumns
from nbtrack.store.key_columns import KeyColumns
from nbtrack.store.keys import CHUNK
from nbtrack.store.schema import run
from nbtrack.store.search import named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, Select

    from nbtrack.store.columns import Column
    from nbtrack.store.keys import Keys
    from nbtrack.store.search import Query

_NAN = float("nan")
# A number of so many digits is below 2**32.
_DIGITS_OF_U32 = 9
_OWN = (
    run.c.id, run.c.uuid, run.c.name, run.c.status, run.c.lifecycle, run.c.start_ts, run.c.end_ts,
    run.c.user_id, run.c.experiment_id,
)  # fmt: skip
_BY_ID = select(run.c.id, run.c.uuid).where(run.c.uuid.in_(bindparam("uuids", expanding=True)))


@dataclass(frozen=True)
class Wanted:
    """Which runs are wanted.

    Attributes
    ----------
    ordered, counted : Query
        The search with its order, and without one, which is quicker.
    leading : Query or None
        The search of those that certainly come first.
    run_ids, newer_than, max_results
        As `nbtrack.store.base_columns.Columns.run_columns` has them.
    """

    ordered: Query
    counted: Query
    leading: Query | None
    run_ids: Sequence[str] | None
    newer_than: int | None
    max_results: int | None

    def narrowed(self, statement: Select[Any]) -> Select[Any]:
        """Look only at those of the runs that are asked for."""
        if self.run_ids is not None:
            statement = statement.where(named(self.run_ids))
        if self.newer_than is not None:
            statement = statement.where(run.c.id > self.newer_than)
        return statement


def read(connection: Connection, keys: Keys, wanted: Wanted, names: Sequence[str]) -> RunColumns:
    """Return the runs that are wanted, with columns of these names."""
    fields = parse_columns(names, RUNS)
    if wanted.max_results is not None and wanted.max_results < 1:
        raise InvalidValue(
            f"Invalid value {wanted.max_results} for parameter 'max_results' supplied: it must be "
            "at least 1; left out it means all runs."
        )
    rows = _rows(connection, keys, wanted)
    total = len(rows)
    if total == wanted.max_results:
        statement, _ = wanted.counted.plan(keys.ids(connection, wanted.counted.names))
        counted = wanted.narrowed(statement).with_only_columns(func.count())
        total = connection.execute(counted).scalar_one()
    largest = connection.execute(select(func.max(run.c.id))).scalar() or 0
    found = KeyColumns(connection, keys, [row[0] for row in rows], largest)
    own = _own(rows)
    return RunColumns(
        total, [*own, *_family(connection, found, own), *map(found.column, names, fields)]
    )


def _rows(connection: Connection, keys: Keys, wanted: Wanted) -> list[Any]:
    if wanted.leading is not None and wanted.max_results is not None:
        rows = _asked(connection, keys, wanted.leading, wanted)
        if len(rows) == wanted.max_results:
            return rows
    return _asked(connection, keys, wanted.ordered, wanted)


def _asked(connection: Connection, keys: Keys, query: Query, wanted: Wanted) -> list[Any]:
    statement, terms = query.plan(keys.ids(connection, query.names))
    chosen: Select[Any] = wanted.narrowed(statement).with_only_columns(*_OWN)
    chosen = chosen.order_by(*(term.ordering() for term in terms))
    if wanted.max_results is not None:
        chosen = chosen.limit(wanted.max_results)
    return _fetched(connection, chosen)


def _own(rows: Sequence[Any]) -> list[Column]:
    of: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(_OWN)
    number, uuid, name, status, lifecycle, start, end, user, experiment = of
    return [
        columns.numbers("key", "f64", number),
        columns.ids("run_id", uuid),
        columns.texts("name", name),
        columns.numbers("status", "u8", status),
        columns.numbers("lifecycle", "u8", lifecycle),
        columns.numbers("start", "f64", start),
        columns.numbers("end", "f64", (_NAN if one is None else one for one in end)),
        columns.texts("user", user),
        columns.texts("experiment", map(str, experiment)),
    ]


def _family(connection: Connection, found: KeyColumns, own: Sequence[Column]) -> Iterator[Column]:
    """Yield the columns that say what runs belong to."""
    keys = own[0].data
    parents = list(found.texts("nb_tag", tag_names.PARENT_RUN_ID))
    firsts = list(found.texts("nb_tag", tag_names.ATTEMPT_OF))
    numbers = _numbers(connection, {uuid for _, uuid in (*parents, *firsts)})
    parent = array("d", bytes(8 * len(keys)))
    for row, uuid in parents:
        parent[row] = numbers.get(uuid, 0)
    first = array("d", keys)
    for row, uuid in firsts:
        first[row] = numbers.get(uuid, first[row])
    attempt = array("I", bytes(4 * len(keys)))
    for row, text in found.texts("nb_tag", tag_names.ATTEMPT_NUMBER):
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_U32:
            attempt[row] = int(text)
    yield columns.Column("parent", "f64", parent)
    yield columns.Column("attempt_of", "f64", first)
    yield columns.Column("attempt", "u32", attempt)


def _numbers(connection: Connection, uuids: Collection[str]) -> dict[str, int]:
    """Return the numbers of runs by their ids."""
    wanted = sorted(uuids)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        some = {"uuids": wanted[start : start + CHUNK]}
        found.update((uuid, number) for number, uuid in _fetched(connection, _BY_ID, some))
    return found


def _fetched(
    connection: Connection, statement: Any, values: dict[str, Any] | None = None
) -> list[Any]:
    result = connection.execute(statement, values)
    rows = result.cursor.fetchall()  # the driver's: no objects of SQLAlchemy
    result.close()
    return list(rows)

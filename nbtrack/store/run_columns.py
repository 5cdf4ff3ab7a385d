"""Runs as columns: what a search finds, read column by column."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nbtrack import tags as tag_names
from nbtrack.filters import RUNS, parse_columns
from nbtrack.store import columns
from nbtrack.store.base_columns import RunColumns
from nbtrack.store.points import DECODED
from nbtrack.store.schema import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from nbtrack.filters import Field
    from nbtrack.store.columns import Column
    from nbtrack.store.keys import Keys
    from nbtrack.store.search import Query

_NAN = float("nan")
_CHUNK = 5000
_OWN = (
    run.c.id, run.c.uuid, run.c.name, run.c.status, run.c.lifecycle, run.c.start_ts, run.c.end_ts,
    run.c.user_id, run.c.experiment_id,
)  # fmt: skip
# Function of a metric -> column of its series.
_FUNCTIONS = {None: "value", "min": "vmin", "max": "vmax", "first": "first_value", "count": "n"}
_TABLES = {"params": "nb_param", "tags": "nb_tag"}


def read(
    connection: Connection,
    keys: Keys,
    query: Query,
    names: Sequence[str],
    max_results: int | None,
    run_ids: Sequence[str] | None,
    newer_than: int | None,
) -> RunColumns:
    """Return what a query finds, with columns of these names."""
    fields = parse_columns(names, RUNS)
    statement, terms = query.plan(keys.ids(connection, query.names))
    if run_ids is not None:
        statement = statement.where(run.c.uuid.in_(sorted(set(run_ids))))
    if newer_than is not None:
        statement = statement.where(run.c.id > newer_than)
    statement = statement.with_only_columns(*_OWN)
    ordered = statement.order_by(*(term.ordering() for term in terms))
    rows = _fetched(connection, ordered if max_results is None else ordered.limit(max_results))
    total = len(rows)
    if max_results is not None and total == max_results:
        counted = statement.with_only_columns(func.count())
        total = connection.execute(counted).scalar_one()
    found = _Found(connection, keys, [row[0] for row in rows])
    own = _own(rows)
    return RunColumns(total, [*own, *found.family(), *map(found.column, names, fields)])


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


class _Found:
    """Runs that were found, by their numbers in the order of the rows."""

    def __init__(self, connection: Connection, keys: Keys, numbers: list[int]) -> None:
        self._connection = connection
        self._keys = keys
        self._numbers = numbers
        self._rows = {number: row for row, number in enumerate(numbers)}

    def family(self) -> Iterator[Column]:
        """Yield the columns that say what a run belongs to."""
        own = array("d", self._numbers)
        yield columns.numbers("parent", "f64", self._named(tag_names.PARENT_RUN_ID, None))
        yield columns.numbers("attempt_of", "f64", self._named(tag_names.ATTEMPT_OF, own))
        numbers = array("I", bytes(4 * len(own)))
        for number, text in self._texts("nb_tag", tag_names.ATTEMPT_NUMBER):
            if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - fits a u32
                numbers[self._rows[number]] = int(text)
        yield columns.Column("attempt", "u32", numbers)

    def column(self, name: str, field: Field) -> Column:
        """Return the column of a metric, param or tag."""
        if field.entity != "metrics":
            pairs = list(self._texts(_TABLES[field.entity], field.key))
            rows = [self._rows[number] for number, _ in pairs]
            return columns.texts(name, (text for _, text in pairs), rows)
        column = _FUNCTIONS[field.function]
        found = list(self._values("nb_series", field.key, f"{column}, special"))
        values = (
            _NAN if value is None else DECODED[special] if special and column == "value" else value
            for _, value, special in found
        )
        return columns.numbers(name, "f64", values, [self._rows[one[0]] for one in found])

    def _named(self, key: str, default: array[float] | None) -> array[float]:
        """Return the numbers of the runs that a tag names."""
        found = default if default is not None else array("d", bytes(8 * len(self._numbers)))
        pairs = list(self._texts("nb_tag", key))
        uuids = sorted({text for _, text in pairs})
        numbers: dict[str, int] = {}
        for start in range(0, len(uuids), 1000):
            some = uuids[start : start + 1000]
            wanted = select(run.c.uuid, run.c.id).where(run.c.uuid.in_(some))
            numbers.update(_fetched(self._connection, wanted))
        for number, text in pairs:
            if text in numbers:
                found[self._rows[number]] = numbers[text]
        return found

    def _texts(self, table: str, key: str) -> Iterator[tuple[int, str]]:
        return self._values(table, key, "value")

    def _values(self, table: str, key: str, names: str) -> Iterator[Any]:
        key_id = self._keys.ids(self._connection, [key]).get(key)
        if key_id is None:
            return
        for start in range(0, len(self._numbers), _CHUNK):
            some = ",".join(map(str, self._numbers[start : start + _CHUNK]))
            result = self._connection.exec_driver_sql(
                f"SELECT run_id, {names} FROM {table} "  # noqa: S608 - our names and integers
                f"WHERE key_id = {key_id} AND run_id IN ({some})"
            )
            yield from result.cursor.fetchall()
            result.close()


def _fetched(connection: Connection, statement: Any) -> list[Any]:
    result = connection.execute(statement)
    rows = result.cursor.fetchall()  # the driver's: no objects of SQLAlchemy
    result.close()
    return list(rows)

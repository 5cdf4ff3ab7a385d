"""The values of a metric, param or tag of many runs, as a column.

Few runs are looked up one by one. For many, all values of the key are read from its index, in which
they lie side by side: at 100,000 runs that takes a tenth of the time.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from nbtrack.store import columns
from nbtrack.store.points import DECODED
from nbtrack.store.schema import HEAD, LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from nbtrack.filters import Field
    from nbtrack.store.columns import Column
    from nbtrack.store.keys import Keys

_NAN = float("nan")
_CHUNK = 5000
# Runs that are looked up one by one, as a share of all runs of the store, at most.
_FEW = 1 / 30
# Function of a metric -> column of its series, NULL for NaN.
_FUNCTIONS = {"min": "vmin", "max": "vmax", "first": "first_value", "count": "n"}
_TABLES = {"params": "nb_param", "tags": "nb_tag"}
_NOWHERE = 2**32 - 1
# What NaN and infinities are kept as, and a condition on it that the index of values answers.
_CODES = (0.0, LARGEST, -LARGEST)
_CODED = "(value = 0 OR value > 1.797e308 OR value < -1.797e308)"


class KeyColumns:
    """Makes columns for runs.

    Parameters
    ----------
    connection : Connection
        To the database.
    keys : Keys
        What is remembered of keys.
    numbers : sequence of int
        Integer ids of the runs, in the order of the rows.
    largest : int
        The largest id that any run of the store has.
    """

    def __init__(
        self, connection: Connection, keys: Keys, numbers: Sequence[int], largest: int
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._numbers = numbers
        self._are_many = len(numbers) > largest * _FEW
        # Ids are dense, so that an array finds the row of a run faster than a dictionary.
        self._least, self._most = min(numbers, default=1), max(numbers, default=0)
        self._rows = array("I", [_NOWHERE]) * (self._most - self._least + 1)
        for row, number in enumerate(numbers):
            self._rows[number - self._least] = row

    def column(self, name: str, field: Field) -> Column:
        """Return the column of a metric, param or tag."""
        if field.entity != "metrics":
            pairs = list(self.texts(_TABLES[field.entity], field.key))
            rows = [row for row, _ in pairs]
            return columns.texts(name, (text for _, text in pairs), rows)
        if field.function is None:
            found = self._latest(field.key)
        else:
            column = _FUNCTIONS[field.function]
            summary = self._of(self._numbers, "nb_series", field.key, column)
            found = {row: _NAN if value is None else value for row, value in summary}
        return columns.numbers(name, "f64", found.values(), found)

    def texts(self, table: str, key: str) -> Iterator[tuple[int, str]]:
        """Yield rows, and the text that each has in a table under a key."""
        if not self._are_many:
            yield from self._of(self._numbers, table, key, "value")
            return
        cut = []
        for row, text in self._read(table, key, "value_head"):
            if len(text) < HEAD:
                yield row, text
            else:
                cut.append(self._numbers[row])
        yield from self._of(cut, table, key, "value")

    def _latest(self, key: str) -> dict[int, float]:
        """Return the latest values of a metric by their rows."""
        if self._are_many:
            found: dict[int, float] = dict(self._read("nb_series", key, "value"))
            special = self._read("nb_series", key, "special", f"AND special <> 0 AND {_CODED}")
        else:
            found = dict(self._of(self._numbers, "nb_series", key, "value"))
            coded = [self._numbers[row] for row, value in found.items() if value in _CODES]
            special = self._of(coded, "nb_series", key, "special", "AND special <> 0")
        found.update((row, DECODED[kind]) for row, kind in special)
        return found

    def _of(
        self, numbers: Sequence[int], table: str, key: str, column: str, more: str = ""
    ) -> Iterator[tuple[int, Any]]:
        """Yield rows and what some runs have in a table under a key."""
        for start in range(0, len(numbers), _CHUNK):
            some = ",".join(map(str, numbers[start : start + _CHUNK]))
            yield from self._read(table, key, column, f"AND run_id IN ({some}) {more}")

    def _read(self, table: str, key: str, column: str, more: str = "") -> Iterator[tuple[int, Any]]:
        key_id = self._keys.ids(self._connection, [key]).get(key)
        if key_id is None:
            return
        result = self._connection.exec_driver_sql(
            f"SELECT run_id, {column} FROM {table} WHERE key_id = {key_id} {more}"  # noqa: S608 - our names and integers
        )
        least, most, rows = self._least, self._most, self._rows
        cursor: Any = result.cursor  # the driver's: no objects of SQLAlchemy
        for number, value in cursor:
            if least <= number <= most:
                row = rows[number - least]
                if row != _NOWHERE:
                    yield row, value
        result.close()

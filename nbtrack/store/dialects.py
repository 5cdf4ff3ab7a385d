"""Where databases differ, as data: one row a dialect.

Hot statements are plain strings made once from these rows, because SQLAlchemy's ``insert()`` costs
three times the insert itself at 1,000 rows a commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Dialect:
    """How one kind of database spells what the standard leaves open.

    Attributes
    ----------
    placeholder : str
        A bound parameter of the driver.
    ignore : str
        What follows an INSERT that passes over rows whose key is there. It must not hide other
        errors, as ``INSERT OR IGNORE`` does, and its row count is what was really inserted.
    replace : str
        What follows an INSERT that replaces ``{columns}`` of such rows.
    new : str
        The new value of ``{column}`` in that clause.
    merge : bool
        Whether it has a MERGE statement instead of such clauses.
    """

    placeholder: str
    ignore: str = "ON CONFLICT ({key}) DO NOTHING"
    replace: str = "ON CONFLICT ({key}) DO UPDATE SET {columns}"
    new: str = "excluded.{column}"
    merge: bool = False

    def insert(self, table: str, columns: Sequence[str]) -> str:
        """Write an INSERT of one row of parameters."""
        marks = ", ".join([self.placeholder] * len(columns))
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our names

    def insert_new(self, table: str, columns: Sequence[str], key: Sequence[str]) -> str:
        """Write an INSERT that passes over rows whose key is there."""
        if self.merge:
            return self._merge(table, columns, key)
        ending = self.ignore.format(key=", ".join(key), first=key[0])
        return f"{self.insert(table, columns)} {ending}"

    def upsert(self, table: str, columns: Sequence[str], key: Sequence[str]) -> str:
        """Write an INSERT that replaces the other columns of rows whose key is there."""
        changes = ", ".join(
            f"{column} = {self.new.format(column=column)}"
            for column in columns
            if column not in key
        )
        if self.merge:
            return self._merge(table, columns, key, f"WHEN MATCHED THEN UPDATE SET {changes} ")
        ending = self.replace.format(key=", ".join(key), columns=changes)
        return f"{self.insert(table, columns)} {ending}"

    def _merge(
        self, table: str, columns: Sequence[str], key: Sequence[str], matched: str = ""
    ) -> str:
        marks = ", ".join([self.placeholder] * len(columns))
        names = ", ".join(columns)
        same = " AND ".join(f"old.{column} = new.{column}" for column in key)
        values = ", ".join(f"new.{column}" for column in columns)
        return (
            f"MERGE INTO {table} WITH (HOLDLOCK) AS old "  # noqa: S608 - our names
            f"USING (VALUES ({marks})) AS new ({names}) "
            f"ON {same} {matched}WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({values});"
        )


_DIALECTS = {
    "sqlite": Dialect("?"),
    "postgresql": Dialect("%s"),
    "mysql": Dialect(
        "%s",
        ignore="ON DUPLICATE KEY UPDATE {first} = {first}",
        replace="ON DUPLICATE KEY UPDATE {columns}",
        new="VALUES({column})",
    ),
    "mssql": Dialect("?", new="new.{column}", merge=True),
}


@cache
def insert_new(dialect: str, table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    """Write an INSERT for a dialect that passes over rows whose key is there."""
    return _DIALECTS[dialect].insert_new(table, columns, key)


@cache
def upsert(dialect: str, table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    """Write an INSERT for a dialect that replaces rows whose key is there."""
    return _DIALECTS[dialect].upsert(table, columns, key)


@cache
def update(dialect: str, table: str, columns: tuple[str, ...], key: str) -> str:
    """Write an UPDATE of the row whose ``key`` is the last parameter."""
    mark = _DIALECTS[dialect].placeholder
    changes = ", ".join(f"{column} = {mark}" for column in columns)
    return f"UPDATE {table} SET {changes} WHERE {key} = {mark}"  # noqa: S608 - our names

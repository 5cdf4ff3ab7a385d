"""Names of metrics, params and tags as integers, remembered by the process.

A key never changes its id and never goes away, so what was read once stays true. What a rolled back
transaction added does not: `forget` is called then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nbtrack.store import dialects
from nbtrack.store.schema import key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

# Databases bound the number of parameters of a statement (SQLite: 32,766).
CHUNK = 1000


class Keys:
    """The ids of keys, both ways."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def ids(self, connection: Connection, names: Iterable[str]) -> dict[str, int]:
        """Return the id of every name that the store knows."""
        wanted = list(dict.fromkeys(names))
        missing = [name for name in wanted if name not in self._ids]
        for start in range(0, len(missing), CHUNK):
            found = select(key.c.id, key.c.name).where(
                key.c.name.in_(missing[start : start + CHUNK])
            )
            self._remember(connection.execute(found))
        return {name: self._ids[name] for name in wanted if name in self._ids}

    def ensure(self, connection: Connection, names: Iterable[str]) -> dict[str, int]:
        """Return the id of every name; names that are new get one."""
        wanted = list(dict.fromkeys(names))
        ids = self.ids(connection, wanted)
        if len(ids) < len(wanted):
            insert = dialects.insert_new(connection.dialect.name, "nb_key", ("name",), ("name",))
            # In the order they were logged, which is the order in which a run shows them.
            connection.exec_driver_sql(insert, [(name,) for name in wanted if name not in ids])
            ids = self.ids(connection, wanted)
        return ids

    def names(self, connection: Connection, ids: Iterable[int]) -> dict[int, str]:
        """Return a dictionary that holds the name of at least these ids."""
        if not self._names.keys() >= set(ids):
            self._remember(connection.execute(select(key.c.id, key.c.name)))
        return self._names

    def forget(self) -> None:
        """Drop everything: the ids may have been given in a transaction that did not happen."""
        self._ids = {}
        self._names = {}

    def _remember(self, rows: Iterable[Any]) -> None:
        for number, name in rows:
            self._ids[name] = number
            self._names[number] = name

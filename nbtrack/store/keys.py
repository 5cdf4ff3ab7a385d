"""Names of metrics, params and tags as integers, remembered by the process.

A key never changes its id and never goes away, so what was read once stays true. What a rolled back
transaction added does not: `forget` is called then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select

from nbtrack.store import dialects
from nbtrack.store.schema import key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

# Databases bound the number of parameters of a statement (SQLite: 32,766).
CHUNK = 1000

_BY_NAME = select(key.c.id, key.c.name).where(key.c.name.in_(bindparam("names", expanding=True)))
_ALL = select(key.c.id, key.c.name)


class Keys:
    """The ids of keys, both ways. Threads may share it."""

    def __init__(self) -> None:
        self._known = _Known({}, {})

    def ids(self, connection: Connection, names: Iterable[str]) -> dict[str, int]:
        """Return the id of every name that the store knows."""
        known = self._known
        wanted = list(dict.fromkeys(names))
        missing = [name for name in wanted if name not in known.ids]
        for start in range(0, len(missing), CHUNK):
            some = {"names": missing[start : start + CHUNK]}
            known.remember(connection.execute(_BY_NAME, some))
        return {name: known.ids[name] for name in wanted if name in known.ids}

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
        known = self._known
        if not known.names.keys() >= set(ids):
            known.remember(connection.execute(_ALL))
        return known.names

    def all(self, connection: Connection) -> list[int]:
        """Return the ids of all keys that the store has."""
        rows = connection.execute(_ALL).all()
        self._known.remember(rows)
        return [number for number, _ in rows]

    def forget(self) -> None:
        """Drop everything: the ids may have been given in a transaction that did not happen.

        What other threads are reading stays as it is; what they add to it is not used again.
        """
        self._known = _Known({}, {})


class _Known(NamedTuple):
    ids: dict[str, int]
    names: dict[int, str]

    def remember(self, rows: Iterable[Any]) -> None:
        for number, name in rows:
            self.ids[name] = number
            self.names[number] = name

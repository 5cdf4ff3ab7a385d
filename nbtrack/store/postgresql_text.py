"""NUL in texts on PostgreSQL, which keeps every character but this one.

It is written as two characters: Unicode's last, which is reserved for such uses, and a digit. That
character itself is written as itself and another digit, so that every text comes back as it was
sent. SQL sees such a text as it is kept: NUL is ordered after all other characters instead of
before them, and is two for the ``_`` of LIKE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.adapt import Dumper, Loader

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.abc import Buffer

_ESCAPE = "\U0010ffff"
_NUL, _ITSELF = f"{_ESCAPE}0", f"{_ESCAPE}1"


def install(connection: Connection) -> None:
    """Make a connection keep NUL; its encoding is UTF-8."""
    connection.adapters.register_dumper(str, _Writer)
    for kind in ("text", "varchar"):
        connection.adapters.register_loader(kind, _Reader)


class _Writer(Dumper):
    # As psycopg's own for text: the server finds out which type is meant.
    def dump(self, obj: str) -> bytes:
        if "\0" in obj or _ESCAPE in obj:
            obj = obj.replace(_ESCAPE, _ITSELF).replace("\0", _NUL)
        return obj.encode()


class _Reader(Loader):
    def load(self, data: Buffer) -> str:
        text = str(data, "utf-8")
        return text if _ESCAPE not in text else text.replace(_NUL, "\0").replace(_ITSELF, _ESCAPE)

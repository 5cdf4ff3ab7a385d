"""What one write transaction works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from nbtrack.store.schema import meta

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from nbtrack.store.keys import Keys
    from nbtrack.store.points import PointWriter


@dataclass(frozen=True)
class Transaction:
    """A connection that holds the write lock, the remembered ids, and the store's clock (ms)."""

    connection: Connection
    keys: Keys
    points: PointWriter
    now: int

    @property
    def dialect(self) -> str:
        """Name of the database's SQL dialect."""
        return self.connection.dialect.name

    def move_epoch(self) -> None:
        """Tell every process that what it remembers of runs and series may be gone."""
        self.connection.execute(update(meta).values(epoch=meta.c.epoch + 1))

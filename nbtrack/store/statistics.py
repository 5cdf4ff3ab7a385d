"""The statistics by which SQLite chooses its indexes, kept fresh enough.

Filters by value are ten times slower without them. ``PRAGMA optimize`` does not help a process that
only writes: it looks at tables which its own connection has searched.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress

WRITES_BETWEEN_LOOKS = 500

_FEW_RUNS = 100
_TABLES = ("nb_run", "nb_param", "nb_tag", "nb_series")
# Rows looked at in each index: the cost stays the same for any size of table.
_ROWS_SAMPLED = 400
_PATIENCE_MS = 200


def refresh(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Analyse the tables if there are many more runs than when it was last done.

    Parameters
    ----------
    connection : sqlite3.Connection
        A connection without a transaction.
    busy_seconds : float
        The connection's patience with locks, which is set back at the end. A busy database does
        without fresh statistics.
    """
    with suppress(sqlite3.Error):
        if _outgrown(connection):
            connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
            connection.execute(f"PRAGMA analysis_limit={_ROWS_SAMPLED}")
            for table in _TABLES:
                connection.execute(f"ANALYZE {table}")
    connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")


def _outgrown(connection: sqlite3.Connection) -> bool:
    runs = connection.execute("SELECT coalesce(max(id), 0) FROM nb_run").fetchone()[0]
    if runs < _FEW_RUNS:
        return False
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone():
        return True
    seen = connection.execute("SELECT max(stat + 0) FROM sqlite_stat1 WHERE tbl = 'nb_run'")
    return bool(runs > 2 * (seen.fetchone()[0] or 0))

"""Which failures of a transaction are cured by running it once more, and which end it.

SQLite knows none of the first kind: its writers take the lock before they read. A database server
refuses one of two transactions that wait for each other, forgets one whose connection broke, and
refuses a row that somebody else has just made, which the second run then finds.
"""

from __future__ import annotations

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

# Seconds within which a transaction is begun again, at most.
LONGEST = 10.0
_MOST_ATTEMPTS = 8

# SQLSTATE of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html) and SQL
# Server; error numbers of MySQL and MariaDB.
_CONFLICT = {
    "40001",  # serialization failure; a deadlock of SQL Server
    "40P01",  # deadlock
    "23505",  # unique violation
    "23000",  # the same of SQL Server
    1213,  # deadlock
    1020,  # record has changed since last read
    1062,  # duplicate entry
}
_LOST_NUMBERS = {1053, 1927, 2003, 2006, 2013, 2055}
_LOST_STATES = {"57P01", "57P02", "57P03"}  # shut down, crashed, starting up


def code(error: BaseException) -> str | int | None:
    """Return the SQLSTATE or number that a server's driver gives an error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    if not hasattr(original, "sqlstate") and original is not None and original.args:
        state = original.args[0]
    return state if isinstance(state, str | int) else None


def may_help(error: BaseException, attempt: int) -> bool:
    """Whether to run a transaction again that failed ``attempt`` times, now with this error."""
    if not isinstance(error, DBAPIError) or attempt >= _MOST_ATTEMPTS:
        return False
    if code(error) in _CONFLICT:
        # What is refused twice for a row that is there will be refused again.
        return not isinstance(error, IntegrityError) or attempt < 3  # noqa: PLR2004 - as said
    return is_lost(error)


def is_lost(error: BaseException) -> bool:
    """Whether the connection to the server broke, or none can be had now."""
    if not isinstance(error, DBAPIError):
        return False
    found = code(error)
    return (
        error.connection_invalidated
        or found in _LOST_NUMBERS
        or found in _LOST_STATES
        or (isinstance(found, str) and len(found) == 5 and found.startswith("08"))  # noqa: PLR2004
    )


def no_connection(error: BaseException) -> bool:
    """Whether a driver failed before the server answered: its error carries no code."""
    original = error.orig if isinstance(error, DBAPIError) else None
    return isinstance(error, OperationalError) and getattr(original, "sqlstate", "") is None


def pause(attempt: int) -> float:
    """Return the most seconds to wait before the next attempt."""
    return min(0.01 * 4.0**attempt, 1.0)


def ends_transaction(error: BaseException) -> bool:
    """Whether an error inside a transaction leaves nothing of it to go on with.

    A refused value or row leaves it usable; a full disk, a deadlock or a lost connection does not:
    databases then roll back all of it themselves, savepoints included.
    """
    if not isinstance(error, Exception):
        return True  # an interrupt
    if not isinstance(error, SQLAlchemyError):
        return False
    statement_only = isinstance(error, IntegrityError | DataError | ProgrammingError)
    return isinstance(error, DBAPIError) and (error.connection_invalidated or not statement_only)

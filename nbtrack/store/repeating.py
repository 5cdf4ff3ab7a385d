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
_MOST_CONFLICTS = 8
_MOST_COLLISIONS = 2

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
_LOST_NUMBERS = {1053, 1927, 2006, 2013, 2055}
_UNREACHED_NUMBERS = {2002, 2003, 2005}
_LOST_STATES = {"57P01", "57P02", "57P03"}  # shut down, crashed, starting up


def code(error: BaseException) -> str | int | None:
    """Return the SQLSTATE or number that a server's driver gives an error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    first = original.args[0] if original is not None and original.args else None
    # MySQL's drivers begin with the number, pyodbc with the state; psycopg has it in an attribute.
    found = first if isinstance(first, int) else getattr(original, "sqlstate", first)
    return found if isinstance(found, str | int) else None


def may_help(error: BaseException, attempt: int, *, was_reached: bool) -> bool:
    """Whether to run a transaction again that failed ``attempt`` times, now with this error.

    A server that was reached before may be starting again; one that was not has another address.
    """
    if not isinstance(error, DBAPIError):
        return False
    if is_conflict(error):
        # A row that is there is found by the second attempt, unless it goes and comes.
        return attempt <= (
            _MOST_COLLISIONS if isinstance(error, IntegrityError) else _MOST_CONFLICTS
        )
    return is_lost(error) or (was_reached and no_connection(error))


def is_conflict(error: BaseException) -> bool:
    """Whether the database chose another writer's transaction, or another's row is there."""
    return isinstance(error, DBAPIError) and code(error) in _CONFLICT


def is_lost(error: BaseException) -> bool:
    """Whether a connection to the server broke, or the server is starting."""
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
    """Whether a driver did not reach the server."""
    if not isinstance(error, OperationalError):
        return False
    found = code(error)
    return found in _UNREACHED_NUMBERS or (found is None and hasattr(error.orig, "sqlstate"))


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

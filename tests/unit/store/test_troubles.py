"""What is told of a database's errors, and to whom."""

import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DatabaseError, OperationalError

from nbtrack.store import troubles


def sqlite_error(code):
    error = sqlite3.OperationalError("database is unwell")
    error.sqlite_errorcode = code
    return OperationalError("SELECT secret", {}, error)


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(sqlite3.SQLITE_BUSY),
        sqlite_error(sqlite3.SQLITE_FULL),
        sqlite_error(sqlite3.SQLITE_CORRUPT),
        sqlite_error(sqlite3.SQLITE_CANTOPEN),
        OSError(errno.EIO, "Input/output error", "/home/ada/runs.db-wal"),
        OSError(errno.EACCES, "Permission denied", "/home/ada/runs.db"),
    ],
)
def test_clients_of_a_server_are_told_the_name_of_a_file_and_not_where_it_is(error, tmp_path):
    told = troubles.explain(error, tmp_path / "runs.db", 3)
    assert str(tmp_path / "runs.db") in told.message
    assert "runs.db" in told.public
    assert not any(place in told.public for place in (str(tmp_path), "/home"))


def test_clients_of_a_server_are_not_told_which_file_is_in_the_way(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file/runs.db"
    told = troubles.explain(NotADirectoryError(errno.ENOTDIR, "Not a directory"), path, 3)
    assert str(tmp_path / "file") in told.message
    assert str(tmp_path) not in told.public


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError('connection to server at "10.0.0.5", port 5432 failed'),
        psycopg.errors.InsufficientPrivilege("permission denied: SELECT secret"),
        psycopg.errors.StringDataRightTruncation("secret too long"),
    ],
)
def test_clients_of_a_server_are_told_neither_address_nor_words_of_a_database(error):
    wrapped = DatabaseError("SELECT secret", {}, error, connection_invalidated=True)
    told = troubles.explain_server(wrapped, "postgresql://ada@10.0.0.5/runs", 3)
    assert str(error) in told.message
    assert "runs" in told.public
    assert not any(word in told.public for word in ("ada", "10.0.0.5", "secret", "SELECT"))

"""What a database's errors mean for the person who reads them."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nbtrack.errors import (
    InvalidValue,
    NbtrackError,
    Refused,
    StorageFull,
    Unavailable,
    WrongStore,
)
from nbtrack.store import connecting, repeating

if TYPE_CHECKING:
    from pathlib import Path

_Meaning = tuple[type[NbtrackError], str]

_LOCKED: _Meaning = (
    Unavailable,
    (
        "The database {path} stayed locked by another process for {seconds:.0f} s. Nothing was "
        "changed; try again, or find the program that holds it open (fuser {path})."
    ),
)
_CLOSED_FOLDER: _Meaning = (
    Refused,
    (
        "The database {path} cannot be written: the file or its folder is read-only for this user. "
        "Change the permissions, or choose another store with set_tracking_uri."
    ),
)
_DISK: _Meaning = (
    Unavailable,
    (
        "The disk failed while {path} was read or written ({detail}). Check the disk, and whether "
        "the file still exists."
    ),
)
_DAMAGED: _Meaning = (
    WrongStore,
    (
        "The database {path} is damaged ({detail}). Keep a copy of it and of the files beside it, "
        "and recover what is readable with: sqlite3 {path} .recover"
    ),
)

_FILE_IN_THE_WAY: _Meaning = (
    InvalidValue,
    (
        "The database {path} cannot be made: {in_the_way} is a file where a folder is needed. Name "
        "a path whose folders are folders."
    ),
)
_HALF_A_CHARACTER: _Meaning = (
    InvalidValue,
    (
        "A text holds half a character (a lone surrogate, as file names that are not UTF-8 have), "
        "which no database can keep or find: {detail}. Write it with repr(…)."
    ),
)

# Primary result code of SQLite (https://www.sqlite.org/rescode.html) -> exception and sentence.
_BY_CODE: dict[int, _Meaning] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _CLOSED_FOLDER,
    sqlite3.SQLITE_PERM: _CLOSED_FOLDER,
    sqlite3.SQLITE_AUTH: _CLOSED_FOLDER,
    sqlite3.SQLITE_CANTOPEN: (
        Unavailable,
        (
            "The database {path} cannot be opened. Check that its folder exists and that this user "
            "may read and write it."
        ),
    ),
    sqlite3.SQLITE_FULL: (
        StorageFull,
        "The disk that holds {path} is full. Nothing was changed; free some space and try again.",
    ),
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: (
        WrongStore,
        "{path} is not a SQLite database. Move it away, or name another file.",
    ),
    sqlite3.SQLITE_TOOBIG: (
        InvalidValue,
        "A value is longer than a database row can be (1 GB). Log it as an artifact instead.",
    ),
}
# errno of a file operation -> SQLite code of the same trouble.
_BY_ERRNO = {
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
}


def original(error: BaseException) -> BaseException:
    """Return the driver's exception behind SQLAlchemy's."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def code(error: BaseException) -> int | None:
    """Return SQLite's primary result code of an error, or None if it is not SQLite's."""
    number = getattr(original(error), "sqlite_errorcode", None)
    return None if number is None else number & 0xFF


def is_locked(error: BaseException) -> bool:
    """Whether the error says that another connection holds the lock."""
    return code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def explain(error: BaseException, path: Path, seconds: float) -> NbtrackError | None:
    """Return the exception that a user should see instead, or None if there is nothing to say."""
    in_the_way = None
    if isinstance(error, UnicodeEncodeError):
        kind, sentence = _HALF_A_CHARACTER
    elif isinstance(error, FileExistsError | NotADirectoryError) and (
        in_the_way := next((folder for folder in path.parents if folder.is_file()), None)
    ):
        kind, sentence = _FILE_IN_THE_WAY
    elif isinstance(error, OSError):
        kind, sentence = _BY_CODE.get(_BY_ERRNO.get(error.errno or 0, -1), _DISK)
    elif (number := code(error)) in _BY_CODE:
        denied = number == sqlite3.SQLITE_CANTOPEN and path.parent.exists()
        refused = denied and not connecting.writable(path.parent)
        kind, sentence = _CLOSED_FOLDER if refused else _BY_CODE[number]
    elif isinstance(error, DBAPIError | sqlite3.Error):
        kind, sentence = NbtrackError, "The database {path} refused a statement: {detail}"
    else:
        return None
    detail = original(error)
    return kind(
        sentence.format(path=path, seconds=seconds, detail=detail, in_the_way=in_the_way),
        public=sentence.format(
            path=path.name,
            seconds=seconds,
            detail=getattr(detail, "strerror", None) or detail,
            in_the_way=in_the_way and in_the_way.name,
        ),
    )


_TOO_LONG: _Meaning = (
    InvalidValue,
    "A value does not fit its column in {where}: {detail}. Log it as an artifact instead.",
)
_SERVER_LOCKED: _Meaning = (
    Unavailable,
    (
        "A row in {where} stayed locked by another process for {seconds:.0f} s. Nothing was "
        "changed; try again."
    ),
)
_SERVER_FULL: _Meaning = (
    StorageFull,
    (
        "The disk of the database server of {where} is full. Nothing was changed; free some space "
        "and try again."
    ),
)
_DENIED: _Meaning = (
    Refused,
    (
        "The database server refused {where}: {detail}. Check the user's name, password and rights "
        "(it makes tables and views when the store is new)."
    ),
)
_READ_ONLY: _Meaning = (
    Refused,
    (
        "The database server lets nobody change {where} now: {detail}. It may be a copy that only "
        "answers reads; name the server that it copies."
    ),
)
_NO_DATABASE: _Meaning = (
    Unavailable,
    "There is no database {where}: {detail}. Create it, or correct the name.",
)
_BUSY: _Meaning = (
    Unavailable,
    "Other writers kept {where} from finishing a change. Nothing was changed; try again.",
)
_AWAY: _Meaning = (
    Unavailable,
    (
        "The database server of {where} cannot be reached, or turns us away: {detail}. Check that "
        "it is up, and the address, the database's name and the password."
    ),
)
_ALL_IN_USE: _Meaning = (
    Unavailable,
    (
        "All of this process's connections to {where} stayed in use for {seconds:.0f} s: too many "
        "threads wait for its answers. Try again, or ask from fewer threads at once."
    ),
)
# For who may not see the addresses and statements that are in a database's own words.
_LOGGED = "the log of the tracking server says more"
# SQLSTATE of PostgreSQL and SQL Server, number of MySQL and MariaDB -> exception and sentence.
_BY_SERVER_CODE: dict[str | int, _Meaning] = {
    "22001": _TOO_LONG,
    1406: _TOO_LONG,
    1153: _TOO_LONG,  # packet bigger than max_allowed_packet
    "55P03": _SERVER_LOCKED,
    1205: _SERVER_LOCKED,
    "53100": _SERVER_FULL,
    1021: _SERVER_FULL,
    1114: _SERVER_FULL,
    "42501": _DENIED,
    "28000": _DENIED,
    "28P01": _DENIED,
    1044: _DENIED,
    1045: _DENIED,
    1142: _DENIED,
    "25006": _READ_ONLY,
    1290: _READ_ONLY,
    1792: _READ_ONLY,
    1836: _READ_ONLY,
    "3D000": _NO_DATABASE,
    1049: _NO_DATABASE,
    "40001": _BUSY,
    "40P01": _BUSY,
    1213: _BUSY,
    1020: _BUSY,
    "53300": _AWAY,  # too many connections
    1040: _AWAY,
}


def explain_server(error: BaseException, where: str, seconds: float) -> NbtrackError | None:
    """Return the exception that a user of a database server should see, or None."""
    if isinstance(error, UnicodeEncodeError):
        kind, sentence = _HALF_A_CHARACTER
    elif isinstance(error, PoolTimeout):
        kind, sentence = _ALL_IN_USE
    elif not isinstance(error, DBAPIError):
        return None
    elif (found := repeating.code(error)) in _BY_SERVER_CODE:
        kind, sentence = _BY_SERVER_CODE[found]
    elif repeating.is_lost(error) or repeating.no_connection(error):
        kind, sentence = _AWAY
    else:
        kind, sentence = NbtrackError, "The database {where} refused a statement: {detail}"
    detail = " ".join(str(original(error)).split())
    return kind(
        sentence.format(where=where, seconds=seconds, detail=detail),
        public=sentence.format(
            where=make_url(where).database,
            seconds=seconds,
            detail=detail if isinstance(error, UnicodeEncodeError) else _LOGGED,
        ),
    )

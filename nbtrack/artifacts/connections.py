"""Connections to remote stores, shared by the threads of this process.

fsspec file systems that work through an event loop (S3, Google, Azure) serve any number of threads
at once. The others hold one conversation with the server each (FTP, SFTP): a caller has one for
itself while it uses it, and what is left idle is used again.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from nbtrack.artifacts.file_errors import without_user
from nbtrack.errors import InvalidValue
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MOST_IDLE = 8
# Servers and firewalls drop what is silent for minutes without a word.
_IDLE_SECONDS = 30.0

_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "azure"),
    **dict.fromkeys(("hdfs", "arrow_hdfs"), "hdfs"),
    **dict.fromkeys(("sftp", "ssh"), "sftp"),
}
_WITH_PASSWORD = {"ftp", "sftp", "ssh", "smb"}
# After these the conversation goes on; after any other error it may be in the middle of something.
_ANSWERS = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError)


class _Idle(NamedTuple):
    files: Any
    since: float


class Connections:
    """The connections to one store that are idle, and a way to more."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._idle: list[_Idle] = []
        self._lock = threading.Lock()

    @contextmanager
    def lease(self) -> Iterator[Any]:
        """Give a file system that nobody else uses until the block ends."""
        files = self.take()
        try:
            yield files
        except _ANSWERS:
            self.give_back(files)
            raise
        self.give_back(files)

    def take(self) -> Any:
        """Return a file system for the caller alone; what is not given back is dropped."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                idle = self._idle.pop()
            if time.monotonic() - idle.since < _IDLE_SECONDS and _is_alive(idle.files):
                return idle.files
        return self._make()

    def give_back(self, files: Any) -> None:
        """Keep a file system for the next caller; only one that is at rest."""
        with self._lock:
            if len(self._idle) < _MOST_IDLE:
                self._idle.append(_Idle(files, time.monotonic()))


class _Shared(Connections):
    """One file system for all threads."""

    def take(self) -> Any:
        with self._lock:
            if not self._idle:
                self._idle.append(_Idle(self._make(), 0.0))
            return self._idle[0].files

    def give_back(self, files: Any) -> None:
        pass


def connections_to(root: str, options: Mapping[str, Any], environment: str = "") -> Connections:
    """Return the connections to the store of a URL, whatever the path in it.

    Parameters
    ----------
    root : str
        An fsspec URL.
    options : mapping
        For the file system's class; plain values and mappings of them.
    environment : str
        Variables with this prefix are read when a connection is made; after a change of one, as
        when somebody corrects a key in a notebook, there are new connections.
    """
    place, query = without_query(root)
    scheme, _, rest = place.partition("://")
    where = f"{scheme}://{rest.partition('/')[0]}{query}"
    read = {name: value for name, value in os.environ.items() if name.startswith(environment)}
    # A child of fork has the parent's sockets, which are the parent's.
    return _connections(
        os.getpid(), where, _Options(options), _Options(read if environment else {})
    )


class _Options(dict[str, Any]):
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items())))


@functools.lru_cache(maxsize=64)
def _connections(
    process: int,  # noqa: ARG001 - part of the key
    where: str,
    options: _Options,
    environment: _Options,  # noqa: ARG001 - part of the key
) -> Connections:
    import fsspec

    scheme = where.partition("://")[0].lower()
    try:
        kind = fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        extra = _EXTRAS.get(scheme)
        hint = f"pip install 'nbtrack[{extra}]'" if extra else str(error)
        raise InvalidValue(f"{scheme}:// needs a package that is not here: {hint}") from error
    except ValueError as error:
        raise InvalidValue(f"Files cannot be kept at {without_user(where)}: {error}") from None
    shared = getattr(kind, "async_impl", False)

    url, user = _user_apart(where, scheme)

    def make() -> Any:
        # fsspec's own cache of file systems knows threads, not who is using one.
        return fsspec.core.url_to_fs(url, skip_instance_cache=True, **user, **options)[0]

    return (_Shared if shared else Connections)(make)


def _user_apart(url: str, scheme: str) -> tuple[str, dict[str, str]]:
    """Take user and password out of a URL, decoded: fsspec would pass their escapes on."""
    before, sign, host = url.partition("://")[2].rpartition("@")
    if not sign or scheme not in _WITH_PASSWORD:
        return url, {}
    name, _, password = before.partition(":")
    user = {"username": unquote(name), "password": unquote(password)}
    return f"{scheme}://{host}", {key: value for key, value in user.items() if value}


def _is_alive(files: Any) -> bool:
    ask = getattr(getattr(files, "ftp", None), "voidcmd", None)
    if ask is None:
        return True
    with suppress(Exception):
        ask("NOOP")
        return True
    return False

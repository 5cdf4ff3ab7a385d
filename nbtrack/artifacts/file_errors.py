"""Turns what disks, services and their libraries raise into sentences about the artifact."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from nbtrack.errors import InvalidValue, NbtrackError, NotFound, Refused, Unavailable
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEANINGS: dict[int, tuple[type[NbtrackError], str]] = {
    errno.ENOENT: (NotFound, "No such artifact: {path!r}."),
    errno.EISDIR: (InvalidValue, "Invalid path {path!r}: it is a folder."),
    errno.ENOTDIR: (InvalidValue, "Invalid path {path!r}: a file is where it needs a folder."),
    errno.EEXIST: (InvalidValue, "Invalid path {path!r}: a folder has this name."),
    errno.ENAMETOOLONG: (InvalidValue, "Invalid path {path!r}: it is too long for the disk."),
    errno.EACCES: (Refused, "No permission for the file {path!r}: {error}."),
    errno.EPERM: (Refused, "No permission for the file {path!r}: {error}."),
    errno.EROFS: (Refused, "The file {path!r} is on a disk that cannot be written to."),
    errno.ENOSPC: (Unavailable, "The disk is full: {path!r} was not written. Free some space."),
    errno.EDQUOT: (Unavailable, "The disk quota is used up: {path!r} was not written."),
}
_OTHERWISE = (Unavailable, "The file {path!r} could not be used: {error}.")

# fsspec and s3fs raise these with a text alone, without a number.
_NUMBERS = (
    (FileNotFoundError, errno.ENOENT),
    (IsADirectoryError, errno.EISDIR),
    (NotADirectoryError, errno.ENOTDIR),
    (FileExistsError, errno.EEXIST),
    (PermissionError, errno.EACCES),
)

# Classes of libraries that are not imported for their names' sake: botocore, aiohttp, paramiko.
_AWAY = {
    "ConnectionError",
    "TimeoutError",
    "EOFError",
    "gaierror",
    "SSLError",
    "HTTPClientError",
    "EndpointConnectionError",
    "ClientConnectionError",
    "ClientPayloadError",
    "ResponseStreamingError",
    "FSTimeoutError",
    "SSHException",
}
_NO_ENTRY = {
    "PermissionError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "TokenRetrievalError",
    "AuthenticationException",
}


@contextmanager
def told(path: str) -> Iterator[None]:
    """Turn an error of a disk into a sentence about the artifact."""
    try:
        yield
    except OSError as error:
        raise _meaning(error, path, error.strerror or str(error)) from error


@contextmanager
def told_of_remote(path: str, root: str) -> Iterator[None]:
    """Do as `told` does, also for what a service's own library raises, without ``root``'s secrets.

    The original is not chained: its own text may hold the URL with the password.
    """
    try:
        yield
    except NbtrackError:
        raise
    except Exception as error:  # noqa: BLE001 - each service's library has exceptions of its own
        raise _remote_meaning(error, path, root) from None


def without_user(url: str) -> str:
    """Return scheme and host of a URL, what a message may show of it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0].rpartition('@')[2]}"


def _meaning(error: OSError, path: str, reason: str) -> NbtrackError:
    number = next((number for kind, number in _NUMBERS if isinstance(error, kind)), error.errno)
    kind, message = _MEANINGS.get(number or 0, _OTHERWISE)
    return kind(message.format(path=path, error=reason))


def _remote_meaning(error: Exception, path: str, root: str) -> NbtrackError:
    names = {kind.__name__ for kind in type(error).__mro__}
    store = without_user(root)
    reason = _without_secrets(error, root)
    if names & _NO_ENTRY:
        return Refused(
            f"The store {store} does not let this process use {path!r}: {reason}. "
            "Check its credentials and permissions."
        )
    if names & _AWAY:
        return Unavailable(
            f"The store {store} does not answer, or broke off, at {path!r}: {reason}. "
            "Try again later."
        )
    if isinstance(error, OSError):
        return _meaning(error, path, reason)
    return Unavailable(f"The file {path!r} could not be used: {type(error).__name__}: {reason}.")


def _without_secrets(error: Exception, root: str) -> str:
    text = str(getattr(error, "strerror", None) or error).strip().rstrip(".").replace("\n", " ")
    place, query = without_query(root)
    user = place.partition("://")[2].partition("/")[0].rpartition("@")[0]
    password = user.partition(":")[2]
    secrets = [password, unquote(password), *(value for _, value in parse_qsl(query[1:]))]
    if any(secret and secret in text for secret in secrets):
        return type(error).__name__
    return text or type(error).__name__

"""The built front end, ``nbtrack/ui/``: read once, compressed once, kept in memory.

A server goes on with the files that it began with, so that what pages ask fits what it answers even
while a newer version is being installed.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nbtrack.errors import NotFound, Unavailable

# What `page.js` imports has no version in its address: it is asked about again on every page.
PAGE = "page.js"
VIEWS = "nbtrack.js"
# Its own module, since it is half of the code and not every page shows one.
CHART = "chart.js"
NAMES = frozenset({PAGE, VIEWS, CHART})


class StaticFile(NamedTuple):
    """A file of the front end.

    Attributes
    ----------
    content, compressed : bytes
        As it is, and by gzip.
    digest : str
        Changes with the content.
    """

    content: bytes
    compressed: bytes
    digest: str


def version() -> str:
    """Return what changes whenever any of the files does.

    Raises
    ------
    Unavailable
        If the front end is not there.
    """
    return _digest("".join(one.digest for _, one in sorted(_files().items())).encode())


def find(name: str) -> StaticFile:
    """Return a file by its name, one of `NAMES`.

    Raises
    ------
    NotFound
        For any other name.
    Unavailable
        If the front end is not there.
    """
    found = _files().get(name)
    if found is None:
        names = ", ".join(sorted(NAMES))
        raise NotFound(f"There is no file {name[:100]!r}; there are: {names}.")
    return found


@cache  # not of an exception: once it is built, it is found
def _files() -> dict[str, StaticFile]:
    folder = files("nbtrack") / "ui"
    try:
        return {name: _file((folder / name).read_bytes()) for name in NAMES}
    except FileNotFoundError:
        raise Unavailable(
            "The front end is not built, as in a fresh checkout of the sources. Build it with "
            "Node.js: cd jupyter_extension/ui && npm ci && npm run build"
        ) from None


def _file(content: bytes) -> StaticFile:
    return StaticFile(content, gzip.compress(content, 9, mtime=0), _digest(content))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]

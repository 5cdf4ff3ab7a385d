"""The pages and their files as rows of a table, like the API's. None of them asks a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.errors import NotFound
from nbtrack.rest.endpoint import ROOT, Answer, Endpoint, Nothing
from nbtrack.server.pages import bundle
from nbtrack.server.pages.document import shell

if TYPE_CHECKING:
    from nbtrack.server.pages.bundle import StaticFile


class OneFile(Struct, frozen=True):
    """The request for a file of the front end."""

    file: str


def static_file(_backend: object, asked: OneFile) -> StaticFile:
    """Return a file of the front end; there are no others."""
    found = bundle.find(asked.file)
    if found is None:
        raise NotFound(f"There is no file {asked.file[:100]!r}; there are: {_NAMES}.")
    return found


def _page(path: str, prefixes: tuple[str, ...] = ROOT) -> Endpoint:
    home = "../" * path.count("/")
    return Endpoint(
        "GET",
        path,
        Nothing,
        lambda _backend, _asked: shell(home),
        prefixes=prefixes,
        answer=Answer.PAGE,
    )


_NAMES = ", ".join(sorted(bundle.NAMES))

PAGES = (
    _page("", ("/", "")),  # without the slash at its end it leads to the one with it
    _page("experiments/{experiment_id}"),
    _page("runs/{run_id}"),
    Endpoint("GET", "static/{file}", OneFile, static_file, prefixes=ROOT, answer=Answer.STATIC),
)

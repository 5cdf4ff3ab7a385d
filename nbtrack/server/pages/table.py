"""The pages and their files as rows of a table, like the API's. None of them asks a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack import bundle
from nbtrack.rest.endpoint import ROOT, Answer, Endpoint, Nothing
from nbtrack.server.pages.document import shell

if TYPE_CHECKING:
    from nbtrack.bundle import StaticFile


class OneFile(Struct, frozen=True):
    """The request for a file of the front end."""

    file: str


def static_file(_backend: object, asked: OneFile) -> StaticFile:
    """Return a file of the front end; there are no others."""
    return bundle.find(asked.file)


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


PAGES = (
    _page("", ("/", "")),  # without the slash at its end it leads to the one with it
    _page("experiments/{experiment_id}"),
    _page("runs/{run_id}"),
    Endpoint("GET", "static/{file}", OneFile, static_file, prefixes=ROOT, answer=Answer.STATIC),
)

"""The documents of the pages: one shell that the front end fills, and the page of an error."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from nbtrack import bundle
from nbtrack.formatting.text import shortened
from nbtrack.server.pages.markup import Html, element, whole

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<rect width="16" height="16" rx="4" fill="#1a5fb4"/>'
    '<path d="M3 4c2 6 5 7 10 7.500" fill="none" stroke="#fff" stroke-width="2" '
    'stroke-linecap="round"/></svg>'
)


def shell(home: str) -> str:
    """Return the document of every page: the front end finds in the address what it is to show.

    Parameters
    ----------
    home : str
        Relative address of the first page.

    Raises
    ------
    Unavailable
        If the front end is not there.
    """
    script = f"{home}static/{bundle.PAGE}?v={bundle.version()}"
    return _document(
        "nbtrack",
        element("div", id="nbtrack"),
        element(
            "noscript",
            element("p", "These pages are drawn by JavaScript, which this browser does not run."),
        ),
        element("script", type="module", src=script),
    )


def error_page(status: int, message: str, home: str) -> str:
    """Return the document that says what went wrong.

    Parameters
    ----------
    status : int
        Of HTTP.
    message : str
        A sentence, which may hold what a client sent.
    home : str
        Relative address of the first page.
    """
    heading = "Nothing here" if status == 404 else "That did not work"  # noqa: PLR2004
    return _document(
        f"{shortened(heading, 80)} · nbtrack",
        element(
            "main",
            element("h1", heading),
            element("div", whole(message), class_="trouble"),
            element("p", element("a", "All experiments", href=home or "./")),
        ),
    )


@cache
def content_security_policy() -> str:
    """Return what a page may load and do: this server's scripts and data, nothing of others.

    Pictures may also be made by the page itself (``blob:``, ``data:``).
    """
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{digest}'; "
        "img-src 'self' blob: data:; connect-src 'self'; font-src 'none'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    )


def _document(title: str, *body: Html) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("link", rel="icon", href=f"data:image/svg+xml,{quote(_ICON)}"),
        element("style", Html(_style())),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', body), lang='en')}\n"


@cache
def _style() -> str:
    return files(__package__).joinpath("pages.css").read_text("utf-8")

"""What every page has: head, style, the line on top; and the page of an error."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from nbtrack.formatting.text import shortened
from nbtrack.server.pages.markup import Html, element, whole
from nbtrack.version import __version__


class Help(Enum):
    """Whether a page says how runs get to the server."""

    NONE = "no"
    CLOSED = "yes, once it is opened"
    OPEN = "yes"


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes
    ----------
    title : str
        What the browser's tab shows.
    content : tuple of Html
        What is in it.
    home : str
        Relative address of the first page.
    help_ : Help
        Whether it says how runs get here.
    """

    title: str
    content: tuple[Html, ...]
    home: str = ""
    help_: Help = Help.NONE

    def html(self, root: str) -> str:
        """Return the whole document, for a server that clients find at an address."""
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("meta", name="referrer", content="no-referrer"),
            element("title", f"{shortened(self.title, 80)} · nbtrack"),
            element("link", rel="icon", href="data:,"),
            element("style", Html(_style())),
        )
        bar = element("header", element("a", "nbtrack", href=self.home or "./", class_="mark"))
        foot = element("footer", f"nbtrack {__version__} · all times are UTC")
        how = [] if self.help_ is Help.NONE else [_how_to_log(root, self.help_)]
        body = element("body", bar, element("main", self.content, how), foot)
        return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


@cache
def content_security_policy() -> str:
    """Return what a browser may load for a page: this style sheet, nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    )


def error_page(status: int, message: str, home: str) -> Page:
    """Return the page that says what went wrong."""
    heading = "Nothing here" if status == 404 else "That did not work"  # noqa: PLR2004
    return Page(
        heading,
        (
            element("h1", heading),
            element("div", whole(message), class_="trouble"),
            element("p", element("a", "All experiments", href=home or "./")),
        ),
        home,
    )


def _how_to_log(root: str, help_: Help) -> Html:
    shell = (
        f"export MLFLOW_TRACKING_URI={root}\n"
        "export MLFLOW_TRACKING_TOKEN=…   # the one that the server printed, if it asks for any"
    )
    python = (
        "import mlflow\n\n"
        f'mlflow.set_tracking_uri("{root}")\n'
        "with mlflow.start_run():\n"
        '    mlflow.log_param("depth", 3)\n'
        '    mlflow.log_metric("accuracy", 0.93)'
    )
    return element(
        "details",
        element("summary", "Log runs to this server"),
        element("p", "In a shell, for every program started there:"),
        element("pre", shell),
        element("p", "or in Python:"),
        element("pre", python),
        open="" if help_ is Help.OPEN else None,
        class_="how",
    )


@cache
def _style() -> str:
    return files(__package__).joinpath("pages.css").read_text("utf-8")

"""Where the first page is, as the request that is answered sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from nbtrack.rest.endpoint import Endpoint


def home(page: Endpoint) -> str:
    """Return the relative address of the first page, as seen from a page."""
    return "../" * page.path.count("/")


def lacks_slash(request: HTTPServerRequest, page: Endpoint) -> bool:
    """Whether the first page is asked for by an address from which its links lead astray."""
    return page.path == "" and not request.path.endswith("/")


def with_slash(request: HTTPServerRequest) -> str:
    """Return the relative address of the first page, as seen from the one without a slash."""
    last = request.path.rpartition("/")[2]
    query = f"?{request.query}" if request.query else ""
    return f"./{last}/{query}"

"""From the table of endpoints to tornado's routes, for any host's handler."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.routing import URLSpec

from nbtrack.rest.endpoint import REST_OF_PATH
from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.server.pages import PAGES

if TYPE_CHECKING:
    from tornado.web import RequestHandler

    from nbtrack.rest.endpoint import Endpoint

# What a route does, by HTTP method.
Methods = dict[str, "Endpoint"]


def routes(handler: type[RequestHandler], prefix: str, arguments: dict[str, Any]) -> list[URLSpec]:
    """Return a route for every path of the API and of the pages.

    Parameters
    ----------
    handler : type
        The host's handler; its ``initialize`` takes ``methods`` and the arguments.
    prefix : str
        Pattern of what comes before every path, without a slash at its end.
    arguments : dict
        More arguments of ``initialize``.
    """
    return [
        URLSpec(f"{prefix}{_pattern(path)}", handler, {"methods": methods, **arguments})
        for path, methods in by_path().items()
    ]


def by_path() -> dict[str, Methods]:
    """Return the endpoints of every path, by method."""
    found: dict[str, Methods] = {}
    for endpoint in (*ENDPOINTS, *PAGES):
        for path in endpoint.paths:
            methods = found.setdefault(path, {})
            assert endpoint.method not in methods, (endpoint.method, path)
            methods[endpoint.method] = endpoint
            if endpoint.method == "GET":
                methods.setdefault("HEAD", endpoint)
    return dict(sorted(found.items(), key=lambda item: "{" in item[0]))


def _pattern(path: str) -> str:
    parts = re.split(r"\{(\w+)\}", path)
    pattern = ""
    for literal, name in zip(parts[::2], [*parts[1::2], None], strict=True):
        pattern += re.escape(literal)
        if name is not None:
            pattern += f"(?P<{name}>{'.+' if name in REST_OF_PATH else '[^/]+'})"
    return f"{pattern}$"

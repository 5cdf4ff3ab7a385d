"""The Origin rule: a request that another site's page caused is refused, whatever it asks.

Browsers say where a request comes from in ``Origin`` (all but plain GETs) and, to trustworthy
addresses, in ``Sec-Fetch-Site`` (https://www.w3.org/TR/fetch-metadata/). Programs send neither.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tornado.httputil import HTTPHeaders

_ORIGIN = re.compile(r"https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_OWN_SITES = {"", "same-origin", "none"}
_SHOWN = 100
# How long a browser may remember what `Origins.answer_for` says.
_REMEMBERED_SECONDS = 600


class Origins:
    """Decides from which pages requests may come.

    Parameters
    ----------
    allowed : iterable of str
        Origins of other sites that the operator lets in, such as ``https://app.example.org``.

    Raises
    ------
    InvalidValue
        If one of them is a pattern or no origin.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = {_plain(origin) for origin in allowed}

    def check(self, method: str, headers: HTTPHeaders, *, is_page: bool) -> None:
        """Raise `Refused` for a request that a page of another site caused.

        A link to a page of this server may be followed from anywhere: that is a navigation of the
        whole tab, of which the other site sees nothing.
        """
        origin = headers.get("Origin")
        if origin is not None and not self._is_ours(origin, headers.get("Host", "")):
            if self._allows(origin):
                return
            raise Refused(
                f"Pages of {origin[:_SHOWN]!r} may not use this server. If they should, start it "
                "with --cors-allowed-origins and this origin."
            )
        if headers.get("Sec-Fetch-Site", "").lower() in _OWN_SITES:
            return
        if not (is_page and method == "GET" and _is_navigation(headers)):
            raise Refused(
                "This request comes from a page of another site, which may only link to this "
                "server's pages."
            )

    def headers_for(self, headers: HTTPHeaders) -> dict[str, str]:
        """Return what lets the page of an allowed site read the answer to a request."""
        origin = headers.get("Origin", "")
        if not self._allows(origin):
            return {"Vary": "Origin"} if self._allowed else {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "X-Request-Id",
            "Vary": "Origin",
        }

    def preflight_for(self, method: str, headers: HTTPHeaders) -> dict[str, str] | None:
        """Return what answers a browser that asks whether an allowed site's page may ask.

        None for any other request. Such a question holds no credentials and does nothing.
        """
        wanted = headers.get("Access-Control-Request-Method")
        if method != "OPTIONS" or wanted is None or not self._allows(headers.get("Origin", "")):
            return None
        return {
            **self.headers_for(headers),
            "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": str(_REMEMBERED_SECONDS),
        }

    def _is_ours(self, origin: str, host: str) -> bool:
        # The Host header was checked before. Behind a proxy that speaks TLS the scheme is https.
        return origin.lower() in {f"http://{host.lower()}", f"https://{host.lower()}"}

    def _allows(self, origin: str) -> bool:
        return origin.lower() in self._allowed


def _is_navigation(headers: HTTPHeaders) -> bool:
    return (
        headers.get("Sec-Fetch-Mode", "").lower() == "navigate"
        and headers.get("Sec-Fetch-Dest", "").lower() == "document"
    )


def _plain(origin: str) -> str:
    origin = origin.strip().lower().removesuffix("/")
    if _ORIGIN.fullmatch(origin) is None:
        raise InvalidValue(
            "--cors-allowed-origins takes origins such as https://app.example.org, not "
            f"{origin!r}: patterns are not understood. List each origin, with commas between them."
        )
    return origin

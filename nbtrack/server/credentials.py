"""Who may ask: those who show the token, and this machine's user who started the server."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode
from typing import TYPE_CHECKING

from tornado.httputil import parse_cookie

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

COOKIE_DAYS = 30
# Headers that proxies add. What a proxy on this machine hands on is not this machine's user.
_FORWARDED = ("forwarded", "via", "x-forwarded", "x-real-ip", "x-original-", "x-client-ip",
              "x-cluster-client-ip", "true-client-ip", "cf-", "fastly-", "fly-", "x-envoy-",
              "x-proxy", "x-azure-", "x-amzn-")  # fmt: skip


class Credentials:
    """Knows the token in every form in which it comes.

    Parameters
    ----------
    token : str
        The token.
    """

    def __init__(self, token: str) -> None:
        self._token = _digest(token)
        # A cookie goes to every port of a host: what it holds opens no other way in.
        self._cookie_value = hmac.digest(token.encode(), b"cookie of nbtrack", "sha256").hex()
        self.cookie_name = f"nbtrack-{hmac.digest(token.encode(), b'name', 'sha256').hex()[:8]}"

    def is_token(self, text: str) -> bool:
        """Whether a text is the token, in a time that does not depend on how much of it fits."""
        return hmac.compare_digest(_digest(text), self._token)

    def are_shown(self, headers: HTTPHeaders) -> bool:
        """Whether a request shows the token: as bearer, as password, or by the cookie."""
        shown = [self.is_token(text) for text in _tokens(headers)]
        cookie = parse_cookie(headers.get("Cookie", "")).get(self.cookie_name, "")
        shown.append(hmac.compare_digest(_digest(cookie), _digest(self._cookie_value)))
        return any(shown)

    def cookie(self, path: str, *, secure: bool) -> str:
        """Return the ``Set-Cookie`` for a browser that showed the token once."""
        return (
            f"{self.cookie_name}={self._cookie_value}; Path={path}; HttpOnly; SameSite=Lax; "
            f"Max-Age={COOKIE_DAYS * 24 * 3600}{'; Secure' if secure else ''}"
        )


def is_handed_on(version: str, headers: HTTPHeaders) -> bool:
    """Whether a proxy sent a request: its headers say so, or it speaks HTTP/1.0 as proxies do.

    Not every proxy can be told; behind one a server is to be started with ``--token``.
    """
    return version == "HTTP/1.0" or any(name.lower().startswith(_FORWARDED) for name in headers)


def _tokens(headers: HTTPHeaders) -> list[str]:
    scheme, _, given = headers.get("Authorization", "").strip().partition(" ")
    given = given.strip()
    if scheme.lower() in {"bearer", "token"}:
        return [given]
    if scheme.lower() == "basic":
        try:
            pair = b64decode(given, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return []
        return [pair.partition(":")[2]]
    return []


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()

"""The JSON body of a request, gathered and unpacked within a limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue
from nbtrack.server.replies import RequestRefused

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

JSON_BYTES = 16 * 2**20

_GZIP = zlib.MAX_WBITS | 16
_LONGEST_NUMBER = 18
# Real clients send one; thousands of empty ones would only keep the processor busy.
_MOST_STREAMS = 100


class JsonBody:
    """The body of a request as it arrives.

    Parameters
    ----------
    headers : HTTPHeaders
        Of the request; they tell how it is packed and how long it will be.

    Raises
    ------
    RequestRefused
        If it is announced longer than `JSON_BYTES`, or packed in another way than by gzip.
    """

    def __init__(self, headers: HTTPHeaders) -> None:
        encoding = content_encoding(headers)
        if encoding not in {"", "gzip", "x-gzip"}:
            raise unsupported(encoding, "gzip")
        length = headers.get("Content-Length", "")
        # A longer number is none that tornado takes.
        if length.isdecimal() and len(length) <= _LONGEST_NUMBER and int(length) > JSON_BYTES:
            raise _too_large()
        self._unpack = zlib.decompressobj(_GZIP) if encoding else None
        self._content = bytearray()
        self._arrived = 0
        self._streams = 1

    def add(self, piece: bytes) -> None:
        """Take a piece."""
        self._arrived += len(piece)
        if self._unpack is None:
            self._content += piece
        else:
            self._add_packed(piece)
        if max(len(self._content), self._arrived) > JSON_BYTES:
            raise _too_large()

    def whole(self) -> bytes:
        """Return all of it."""
        if self._unpack is not None and not self._unpack.eof:
            raise InvalidValue("The body of the request ends in the middle of its gzip data.")
        return bytes(self._content)

    def _add_packed(self, piece: bytes) -> None:
        assert self._unpack is not None
        while piece:
            if self._unpack.eof:  # gzip allows several streams after each other
                self._streams += 1
                if self._streams > _MOST_STREAMS:
                    raise InvalidValue("The body of the request is too many gzip streams.")
                self._unpack = zlib.decompressobj(_GZIP)
            room = JSON_BYTES + 1 - len(self._content)
            if room <= 0:
                return
            try:
                self._content += self._unpack.decompress(piece, room)
            except zlib.error:
                raise InvalidValue("The body of the request is not gzip data.") from None
            piece = self._unpack.unused_data or self._unpack.unconsumed_tail


def content_encoding(headers: HTTPHeaders) -> str:
    """Return how a body is packed, "" if it is not."""
    encoding = headers.get("Content-Encoding", "").strip().lower()
    return "" if encoding == "identity" else encoding


def unsupported(encoding: str, supported: str) -> RequestRefused:
    """Return the refusal of a body that is packed in an unknown way."""
    return RequestRefused(
        415,
        f"The server cannot read a body with the Content-Encoding {encoding!r}; "
        f"it takes {supported}.",
        {"Accept-Encoding": supported},
    )


def _too_large() -> RequestRefused:
    return RequestRefused(
        413,
        f"The body of the request is larger than {JSON_BYTES // 2**20} MiB. Send less in one "
        "request; files go to the artifact endpoints.",
    )

"""Files that clients fetch: inert, in pieces, whole or a range of one.

Source of the rules: RFC 9110 (conditional requests, ranges), RFC 6266 (names); content types as
MLflow's server gives them, but for what a browser could run.
"""

from __future__ import annotations

import asyncio
import re
from email.utils import formatdate, parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from urllib.parse import quote

from tornado.iostream import StreamClosedError

from nbtrack.server import connection
from nbtrack.server.replies import RequestRefused, log, put_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import HTTPHeaders
    from tornado.web import RequestHandler

    from nbtrack.artifacts import FileStat
    from nbtrack.rest.endpoint import Download
    from nbtrack.server.service import Service

# Small enough that a slow client takes one within `connection.IDLE_SECONDS`.
PIECE = 256 * 2**10

_OCTETS = "application/octet-stream"
_TEXTS = """
    txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv
    md rst ipynb mlmodel mlproject
"""
_TYPES = {
    **dict.fromkeys(_TEXTS.split(), "text/plain; charset=utf-8"),
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*")
_PLAIN_NAME = re.compile(r"[^ !#$&'()+,\-.0-9;=@A-Z\[\]^_`a-z{}~]")


async def send_file(
    handler: RequestHandler, serve: Callable[[], Download], service: Service
) -> None:
    """Send a file, or the part of it that is asked for.

    Parameters
    ----------
    handler : RequestHandler
        Who asks.
    serve : callable
        Opens the file; what it raises is raised before anything is sent.
    service : Service
        Whose threads read it.
    """
    download = await service.with_files(serve)
    try:
        if _is_unchanged(handler.request.headers, download.stat):
            _put_headers(handler, download)
            handler.set_status(304)
            handler.finish()
            return
        part = _asked_part(handler, download)
        if handler.request.method != "HEAD":
            await _send_part(handler, download, part, service)
    finally:
        await service.with_files(download.file.close, must=True)
    handler.finish()


class _Part(NamedTuple):
    """Bytes of a file, from ``start`` to before ``end``."""

    start: int
    end: int


def disposition(name: str) -> str:
    r"""Return the header that has a browser save a file under its name, and never show it.

    >>> disposition("model 1.pkl")
    'attachment; filename="model 1.pkl"'
    >>> disposition('Grüße".txt')
    'attachment; filename="Gr__e_.txt"; filename*=UTF-8\'\'Gr%C3%BC%C3%9Fe%22.txt'
    """
    plain = _PLAIN_NAME.sub("_", name)
    header = f'attachment; filename="{plain}"'
    if plain != name:
        header += f"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    return header


def content_type(name: str) -> str:
    """Return a content type that no browser runs.

    >>> content_type("a.PNG"), content_type("MLmodel"), content_type("page.html")
    ('image/png', 'text/plain; charset=utf-8', 'application/octet-stream')
    """
    return _TYPES.get(name.rpartition(".")[2].lower(), _OCTETS)


def _put_headers(handler: RequestHandler, download: Download) -> None:
    put_headers(
        handler,
        {
            # Kept by the client alone, and asked about again before it is used.
            "Cache-Control": "private, no-cache",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Disposition": disposition(download.name),
            "Content-Type": content_type(download.name),
            "Accept-Ranges": "bytes",
            "ETag": _etag(download.stat),
        },
    )
    if download.stat.modified is not None:
        handler.set_header("Last-Modified", _date(download.stat.modified))


def _asked_part(handler: RequestHandler, download: Download) -> _Part:
    """Return which bytes are sent, after status and headers are set."""
    size = download.stat.size
    part = None
    if handler.request.method == "GET" and _range_counts(handler.request.headers, download.stat):
        part = _parsed_range(handler.request.headers.get("Range", ""), size)
    _put_headers(handler, download)
    if part is not None:
        handler.set_status(206)
        handler.set_header("Content-Range", f"bytes {part.start}-{part.end - 1}/{size}")
    part = part or _Part(0, size)
    handler.set_header("Content-Length", str(part.end - part.start))
    return part


async def _send_part(
    handler: RequestHandler, download: Download, part: _Part, service: Service
) -> None:
    read = partial(_read, download.file)
    first = await service.with_files(partial(read, part.start, part.end))
    try:
        position, piece = part.start, first
        while True:
            position += len(piece)
            handler.write(piece)
            await asyncio.wait_for(handler.flush(), connection.IDLE_SECONDS)
            if position == part.end:
                return
            piece = await service.with_files(partial(read, position, part.end), must=True)
    except StreamClosedError:
        raise
    except Exception as error:
        # The length was promised: an end of the connection is the only way to take it back.
        connection.hang_up(handler.request)
        log.warning("A download was broken off: %s: %s", type(error).__name__, error)
        raise StreamClosedError(error) from error


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    """Read the next bytes of a file between two positions: some, unless there are none."""
    if file.tell() != start:
        file.seek(start)
    piece = file.read(min(PIECE, end - start))
    if not piece and start < end:
        raise EOFError("the file became shorter while it was sent")
    return piece


def _is_unchanged(headers: HTTPHeaders, stat: FileStat) -> bool:
    known = headers.get("If-None-Match")
    if known is not None:
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return known.strip() == "*" or _etag(stat) in tags
    since = _seconds(headers.get("If-Modified-Since"))
    return since is not None and stat.modified is not None and stat.modified // 1000 <= since


def _range_counts(headers: HTTPHeaders, stat: FileStat) -> bool:
    condition = headers.get("If-Range")
    if condition is None:
        return True
    if '"' in condition:
        return condition.strip() == _etag(stat)
    return stat.modified is not None and _seconds(condition) == stat.modified // 1000


def _parsed_range(asked: str, size: int) -> _Part | None:
    """Return the bytes that a Range header means; None for all, and for what it cannot mean."""
    found = _RANGE.fullmatch(asked)
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise RequestRefused(
            416,
            f"The file has {size} bytes; the range {asked!r} is not in it.",
            {"Content-Range": f"bytes */{size}"},
        )
    return _Part(start, end)


def _etag(stat: FileStat) -> str:
    return f'"{stat.etag}"'


def _date(milliseconds: int) -> str:
    return formatdate(milliseconds // 1000, usegmt=True)


def _seconds(date: str | None) -> int | None:
    if date is None:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None

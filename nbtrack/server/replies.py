"""Answers as JSON: what was asked for, or what went wrong in MLflow's form."""

from __future__ import annotations

import logging
import re
import secrets
from http.client import responses
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from tornado.web import HTTPError

from nbtrack import bundle
from nbtrack.errors import NbtrackError
from nbtrack.server.pages.document import content_security_policy, error_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.web import RequestHandler

    from nbtrack.bundle import StaticFile

log = logging.getLogger("nbtrack.server")

# What a client is told to wait before it asks again.
RETRY_SECONDS = 1

# Nothing that the API answers is meant to be shown, framed, run or kept by a browser.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
_PAGE_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": content_security_policy(),
    "Referrer-Policy": "no-referrer",
}
_CODES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "ENDPOINT_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    413: "INVALID_PARAMETER_VALUE",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "TEMPORARILY_UNAVAILABLE",
}
_SERVER_FAULT = 500
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9a-f]{8}")
_LONGEST_MESSAGE = 2000


class RequestRefused(NbtrackError):
    """A request that HTTP itself has a status for.

    Parameters
    ----------
    status : int
        Of HTTP.
    message : str
        Sentences for the person behind the client.
    headers : mapping, optional
        Headers that belong to the status.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.http_status = status
        self.error_code = _CODES.get(status, "BAD_REQUEST")
        self.headers = dict(headers or {})


class _Fault(NamedTuple):
    status: int
    code: str
    message: str
    headers: Mapping[str, str]


def put_headers(handler: RequestHandler, headers: Mapping[str, str]) -> None:
    """Set the headers of an answer."""
    for name, value in (_HEADERS | dict(headers)).items():
        handler.set_header(name, value)


def send_json(handler: RequestHandler, answer: bytes) -> None:
    """Send an answer that is JSON."""
    put_headers(handler, {"Content-Type": "application/json"})
    handler.finish(answer)


def send_frame(handler: RequestHandler, answer: bytes) -> None:
    """Send an answer that is columns of numbers and texts."""
    put_headers(handler, {"Content-Type": "application/vnd.nbtrack.frame"})
    handler.finish(answer)


def send_text(handler: RequestHandler, answer: str) -> None:
    """Send an answer that is a text."""
    put_headers(handler, {"Content-Type": "text/plain; charset=utf-8"})
    handler.finish(answer)


def send_page(handler: RequestHandler, document: str) -> None:
    """Send a page."""
    put_headers(handler, _PAGE_HEADERS)
    handler.finish(document)


def send_static(handler: RequestHandler, file: StaticFile, version: str) -> None:
    """Send a file of the front end, unless the browser has it already.

    Parameters
    ----------
    handler : RequestHandler
        Who asks.
    file : StaticFile
        What for.
    version : str
        What the address says of the front end's version: with the right one it is never asked
        again, with another one, or none, every time.
    """
    is_fixed = version == bundle.version()
    accepted = handler.request.headers.get("Accept-Encoding", "")
    put_headers(
        handler,
        {
            "Content-Type": "text/javascript; charset=utf-8",
            "Cache-Control": "private, max-age=31536000, immutable" if is_fixed else "no-cache",
            "ETag": f'W/"{file.digest}"',
            "Vary": "Accept-Encoding",
        },
    )
    if handler.check_etag_header():
        handler.set_status(304)
        handler.finish()
    elif _GZIP.search(accepted):
        handler.set_header("Content-Encoding", "gzip")
        handler.finish(file.compressed)
    else:
        handler.finish(file.content)


def send_error(handler: RequestHandler, status: int, error: BaseException | None) -> None:
    """Send what went wrong in MLflow's form, without a trace of the server's inside.

    Parameters
    ----------
    handler : RequestHandler
        Whose answer it is.
    status : int
        The status that tornado chose.
    error : BaseException or None
        What was raised.
    """
    write_error(handler, status, error)
    handler.finish()


def write_error(
    handler: RequestHandler, status: int, error: BaseException | None, home: str | None = None
) -> None:
    """Do as `send_error` does, but leave the answer to be finished.

    Parameters
    ----------
    handler, status, error
        As `send_error` has them.
    home : str or None
        Relative address of the first page, if a person is answered and not a program.
    """
    fault = _fault(handler, status, error)
    handler.set_status(fault.status, responses.get(fault.status, "Unknown"))
    if home is None:
        body = msgspec.json.encode({"error_code": fault.code, "message": fault.message})
        put_headers(handler, {"Content-Type": "application/json"})
    else:
        body = error_page(fault.status, fault.message, home).encode()
        put_headers(handler, _PAGE_HEADERS)
    for name, value in fault.headers.items():
        handler.set_header(name, value)
    handler.set_header("Content-Length", str(len(body)))
    if fault.status in {429, 503}:
        handler.set_header("Retry-After", str(RETRY_SECONDS))
    handler.write(body)


def _fault(handler: RequestHandler, status: int, error: BaseException | None) -> _Fault:
    if isinstance(error, NbtrackError) and error.http_status != _SERVER_FAULT:
        if error.public != error.message:
            log.warning("%s %s: %s", handler.request.method, handler.request.path, error.message)
        headers = error.headers if isinstance(error, RequestRefused) else {}
        return _Fault(error.http_status, error.error_code, _short(error.public), headers)
    if error is None or (isinstance(error, HTTPError) and status < _SERVER_FAULT):
        message = _http_message(error) or responses.get(status, "Unknown")
        return _Fault(status, _CODES.get(status, "BAD_REQUEST"), _short(message), {})
    number = _number(handler)
    log.error(
        "Error %s in %s %s", number, handler.request.method, handler.request.path, exc_info=error
    )
    message = f"The server made a mistake; its log has it under the number {number}."
    return _Fault(_SERVER_FAULT, _CODES[_SERVER_FAULT], message, {})


def _number(handler: RequestHandler) -> str:
    """Return the id that the gate of the standalone server gave a request, elsewhere a new one."""
    given = handler.request.headers.get("X-Request-Id", "")
    return given if _NUMBER.fullmatch(given) else secrets.token_hex(4)


def _http_message(error: BaseException | None) -> str:
    if not isinstance(error, HTTPError) or not error.log_message:
        return ""
    return error.log_message % error.args if error.args else error.log_message


def _short(message: str) -> str:
    # A lone surrogate of a client's text cannot be sent back.
    text = message.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"

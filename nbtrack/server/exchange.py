"""One request and its answer, for every endpoint of the table and for both hosts.

A host (the standalone server, Jupyter) has a tornado handler of its own that lets nobody pass
without credentials, and then hands over to an `Exchange`: `begin` before the body arrives,
`receive` for each piece of the body, `answer` at its end, `fail` for what was raised anywhere.
"""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING

from tornado.web import HTTPError

from nbtrack.errors import InvalidValue, NbtrackError, Unavailable
from nbtrack.rest import codec
from nbtrack.rest.endpoint import Answer
from nbtrack.server.transfers import ReceivedFile, send_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Struct
    from tornado.web import RequestHandler

    from nbtrack.rest.endpoint import Endpoint
    from nbtrack.server.service import Service

log = logging.getLogger("nbtrack.server")

JSON_BYTES = 16 * 2**20
# What a client is told to wait before it asks again.
RETRY_SECONDS = 1

_CODES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "ENDPOINT_NOT_FOUND",
    405: "BAD_REQUEST",
    409: "RESOURCE_CONFLICT",
    429: "REQUEST_LIMIT_EXCEEDED",
    501: "NOT_IMPLEMENTED",
    503: "TEMPORARILY_UNAVAILABLE",
}


class TooLarge(NbtrackError):
    """The body of a request is larger than the server takes."""

    error_code = "INVALID_PARAMETER_VALUE"
    http_status = 413


class Exchange:
    """One request and its answer.

    Parameters
    ----------
    handler : RequestHandler
        Tornado's side of it.
    endpoint : Endpoint
        What is asked.
    service : Service
        Who is asked.
    path_values : mapping
        What stands in the path for the names in braces, decoded once.
    """

    def __init__(
        self,
        handler: RequestHandler,
        endpoint: Endpoint,
        service: Service,
        path_values: Mapping[str, str],
    ) -> None:
        self._handler = handler
        self._endpoint = endpoint
        self._service = service
        self._path_values = path_values
        self._body = bytearray()
        self._received: ReceivedFile | None = None

    async def begin(self) -> None:
        """Look at the head of the request; open the file that an upload goes to."""
        if self._endpoint.answer is Answer.UPLOAD:
            self._handler.request.connection.set_max_body_size(2**62)  # type: ignore[union-attr]
            serve = partial(self._endpoint.serve, self._service.backend, self._from_query())
            self._received = await ReceivedFile.begin(serve, self._service)
            return
        length = self._handler.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > JSON_BYTES:
            raise _too_large()

    async def receive(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if self._received is not None:
            await self._received.write(piece)
        elif len(self._body) + len(piece) > JSON_BYTES:
            raise _too_large()
        else:
            self._body += piece

    async def answer(self) -> None:
        """Do what is asked and send the answer."""
        if self._received is not None:
            await self._received.finish()
            self._handler.finish()
            return
        request = self._from_query() if self._asks_by_query() else self._from_body()
        serve = partial(self._endpoint.serve, self._service.backend, request)
        if self._endpoint.answer is Answer.DOWNLOAD:
            await send_file(self._handler, await self._service.with_files(serve), self._service)
            return
        call = self._service.write if self._endpoint.writes else self._service.read
        answer = await call(serve)
        if self._endpoint.answer is Answer.TEXT:
            self._handler.set_header("Content-Type", "text/plain; charset=utf-8")
            self._handler.finish(answer)
        else:
            send_json(self._handler, answer)

    async def abort(self) -> None:
        """Forget an upload that does not come to its end."""
        if self._received is not None:
            await self._received.abort()

    def _asks_by_query(self) -> bool:
        # Very old clients send the parameters of a GET as a JSON body.
        request = self._handler.request
        return request.method in {"GET", "HEAD"} and bool(request.query or not self._body)

    def _from_query(self) -> Struct:
        query = {
            name: [text.decode("utf-8", "surrogateescape") for text in given]
            for name, given in self._handler.request.query_arguments.items()
        }
        given = query | {name: [value] for name, value in self._path_values.items()}
        return codec.decode_query(given, self._endpoint.request)

    def _from_body(self) -> Struct:
        kind = self._handler.request.headers.get("Content-Type", "")
        if kind.partition(";")[0].strip().lower() != "application/json" and self._needs_type():
            raise InvalidValue(
                f"Bad Request. Content-Type must be application/json, not {kind or 'left out'}."
            )
        return codec.decode_body(bytes(self._body), self._endpoint.request, self._path_values)

    def _needs_type(self) -> bool:
        return self._handler.request.method not in {"GET", "HEAD"}


def send_json(handler: RequestHandler, answer: Struct | None) -> None:
    """Send an answer as JSON."""
    handler.set_header("Content-Type", "application/json")
    handler.finish(codec.encode(answer))


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
    code, message = _CODES.get(status, "BAD_REQUEST"), handler._reason  # noqa: SLF001 - tornado's
    if isinstance(error, NbtrackError):
        status, code, message = error.http_status, error.error_code, error.message
    elif isinstance(error, HTTPError):
        message = error.log_message or message
    elif error is not None:
        number = secrets.token_hex(4)
        log.error("Error %s in %s %s", number, handler.request.method, handler.request.path,
                  exc_info=error)  # fmt: skip
        status, code = 500, "INTERNAL_ERROR"
        message = f"The server made a mistake; its log has it under the number {number}."
    handler.set_status(status)
    if isinstance(error, Unavailable) or status in {429, 503}:
        handler.set_header("Retry-After", str(RETRY_SECONDS))
    handler.set_header("Content-Type", "application/json")
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.finish({"error_code": code, "message": message})


def _too_large() -> TooLarge:
    return TooLarge(
        f"The body of the request is larger than {JSON_BYTES // 2**20} MiB. Send less in one "
        "request; files go to the artifact endpoints."
    )

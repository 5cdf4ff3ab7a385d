"""One request and its answer, for every endpoint of the table and for any host.

A host (the standalone server, Jupyter) has a tornado handler of its own, with
``@stream_request_body``, that lets nobody pass without credentials and hands the rest over to an
`Exchange`:

====================== =====================================================================
handler's              calls
====================== =====================================================================
``prepare``            `begin`, or `refuse` with an error for who may not pass
``data_received``      `receive`
every method           `answer`, ``options`` included
``on_connection_close`` `leave`, and tornado's own
``write_error``        `nbtrack.server.replies.send_error`
====================== =====================================================================

None of them raises. A request that is refused before its body has arrived is answered at once, and
the body is passed over: closing the connection would make many clients report a broken connection
in place of the answer.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tornado.iostream import StreamClosedError

from nbtrack.errors import InvalidValue
from nbtrack.rest import codec
from nbtrack.rest.endpoint import WITHOUT_STORE, Answer
from nbtrack.server import connection
from nbtrack.server.bodies import JsonBody, content_encoding, unsupported
from nbtrack.server.downloads import send_file
from nbtrack.server.events import send_events
from nbtrack.server.pages import addresses
from nbtrack.server.replies import (
    RequestRefused,
    put_headers,
    send_frame,
    send_json,
    send_page,
    send_static,
    send_text,
    write_error,
)
from nbtrack.server.uploads import ReceivedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msgspec import Struct
    from tornado.web import RequestHandler

    from nbtrack.rest.endpoint import Endpoint
    from nbtrack.server.events import Listener
    from nbtrack.server.service import Service

T = TypeVar("T")

# How long, and how many bytes of, a body that nobody wants is passed over.
LINGER_SECONDS = 10.0
LINGER_BYTES = 64 * 2**20
# Larger bodies are decoded beside the event loop.
_LARGE_BODY = 256 * 2**10
_READING = frozenset({"GET", "HEAD"})
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Exchange:
    """One request and its answer.

    Parameters
    ----------
    handler : RequestHandler
        Tornado's side of it.
    methods : mapping
        What may be asked at this path, by HTTP method; empty if nothing may.
    service : Service or None
        Who is asked; None for a request that is only refused, or asked of nobody.
    path_values : mapping
        What stands in the path for the names in braces, decoded once.
    """

    def __init__(
        self,
        handler: RequestHandler,
        methods: Mapping[str, Endpoint],
        service: Service | None,
        path_values: Mapping[str, str],
    ) -> None:
        self._handler = handler
        self._request = handler.request
        self._methods = methods
        self._asked_service = service
        self._path_values = path_values
        self._endpoint: Endpoint | None = None
        self._body: JsonBody | None = None
        self._received: ReceivedFile | None = None
        self._patience: connection.Patience | None = None
        self._listener: Listener | None = None
        self._refused = False
        self._passed_over = 0
        self._has_left = False
        connection.take_any_length(self._request)

    async def begin(self) -> None:
        """Look at the head of the request; open the file that an upload goes to."""
        try:
            if self._request.method == "OPTIONS" and self._methods:
                self._send_options()
                return
            self._endpoint = self._find_endpoint()
            if self._endpoint.answer is Answer.UPLOAD:
                await self._begin_upload()
            else:
                self._body = JsonBody(self._request.headers)
        except Exception as error:  # noqa: BLE001 - it becomes the answer
            self.refuse(error)
            return
        if connection.has_body(self._request):
            self._patience = connection.Patience(self._request)

    def refuse(self, error: BaseException, status: int = 500) -> None:
        """Answer with an error, and pass over what the client still sends.

        Parameters
        ----------
        error : BaseException
            What is told: an `NbtrackError` or tornado's ``HTTPError``; anything else is a mistake
            of the server.
        status : int
            Of HTTP, for an error that has none.
        """
        self._refused = True
        if connection.waits_for_continue(self._request):
            self._send_error(error, status)
        else:  # finished at the end of the request: tornado hangs up on an earlier end
            self._answer_early(error, status)

    async def receive(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if self._refused:
            await self._pass_over(piece)
            return
        assert self._patience is not None
        try:
            with self._patience.suspended():
                if self._received is not None:
                    await self._received.write(piece)
                elif self._body is not None:
                    self._body.add(piece)
        except Exception as error:  # noqa: BLE001 - it becomes the answer
            self._refused = True
            await self._abort()
            self._answer_early(error)

    async def answer(self) -> None:
        """Do what is asked and send the answer."""
        self._end_patience()
        if self._refused:
            self._handler.finish()
            return
        try:
            await self._answer()
        except StreamClosedError:
            await self._abort()
        except Exception as error:  # noqa: BLE001 - it becomes the answer
            await self._abort()
            self._send_error(error)

    def leave(self) -> None:
        """Forget what the client that went away had asked for; what it wrote is still written."""
        self._has_left = True
        self._end_patience()
        if self._received is not None:
            self._received.abandon()
        if self._listener is not None:
            self._listener.end()

    @property
    def _service(self) -> Service:
        assert self._asked_service is not None
        return self._asked_service

    def _find_endpoint(self) -> Endpoint:
        method, path = self._request.method or "", self._request.path[:200]
        if not self._methods:
            raise RequestRefused(404, f"This server has no {method} {path}.")
        if method not in self._methods:
            known = " or ".join(sorted(self._methods))
            raise RequestRefused(
                405,
                f"{path} is not asked with {method}, but with {known}.",
                {"Allow": self._allowed()},
            )
        if _BROKEN_ESCAPE.search(self._request.uri or ""):
            raise InvalidValue("The URL has a % without two hexadecimal digits after it.")
        return self._methods[method]

    def _allowed(self) -> str:
        return ", ".join(sorted({*self._methods, "OPTIONS"}))

    def _send_options(self) -> None:
        put_headers(self._handler, {"Allow": self._allowed()})
        self._handler.clear_header("Content-Type")
        self._handler.set_status(204)
        self._refused = True  # `answer` finishes it

    async def _begin_upload(self) -> None:
        assert self._endpoint is not None
        encoding = content_encoding(self._request.headers)
        if encoding:
            raise unsupported(encoding, "identity")
        serve = partial(self._endpoint.serve, self._service.backend, self._from_query())
        self._received = await ReceivedFile.begin(serve, self._service)

    def _answer_early(self, error: BaseException, status: int = 500) -> None:
        self._body = None
        self._end_patience()
        self._handler.clear()
        write_error(self._handler, getattr(error, "status_code", status), error, self._home())
        self._handler.flush()
        self._patience = connection.Patience(self._request, LINGER_SECONDS)

    def _send_error(self, error: BaseException, status: int = 500) -> None:
        self._handler.clear()
        write_error(self._handler, getattr(error, "status_code", status), error, self._home())
        self._handler.finish()

    def _home(self) -> str | None:
        """Return the way to the first page, for what is asked by a person and not a program."""
        endpoint = self._methods.get(self._request.method or "")
        if endpoint is None or endpoint.answer is not Answer.PAGE:
            return None
        return addresses.home(endpoint)

    async def _pass_over(self, piece: bytes) -> None:
        self._passed_over += len(piece)
        if self._passed_over > LINGER_BYTES:
            # First the end of the answer, which makes a client stop sending and read, then ours.
            connection.stop_sending(self._request)
            await asyncio.sleep(0.5)
            connection.hang_up(self._request)

    async def _answer(self) -> None:
        assert self._endpoint is not None
        if self._received is not None:
            await self._received.finish()
            put_headers(self._handler, {})
            self._handler.clear_header("Content-Type")
            self._handler.finish()
            return
        asked = await self._asked()
        if self._endpoint.answer in WITHOUT_STORE:
            self._send_of_front_end(asked)
            return
        serve = partial(self._endpoint.serve, self._service.backend, asked)
        if self._endpoint.answer is Answer.TEXT:
            send_text(self._handler, serve())
        elif self._endpoint.answer is Answer.DOWNLOAD:
            await send_file(self._handler, serve, self._service)
        elif self._endpoint.answer is Answer.FRAME:
            send_frame(self._handler, await self._service.read(partial(self._while_there, serve)))
        elif self._endpoint.answer is Answer.EVENTS:
            await self._send_events(serve)
        elif self._endpoint.writes:
            send_json(self._handler, codec.encode(await self._service.write(serve)))
        else:
            call = self._service.with_files if self._endpoint.files else self._service.read
            send_json(self._handler, await call(partial(self._encoded, serve)))

    def _send_of_front_end(self, asked: Struct) -> None:
        assert self._endpoint is not None
        no_backend: Any = None
        if self._endpoint.answer is Answer.STATIC:
            version = self._handler.get_query_argument("v", "")
            send_static(self._handler, self._endpoint.serve(no_backend, asked), version)
        elif addresses.lacks_slash(self._request, self._endpoint):
            self._handler.redirect(addresses.with_slash(self._request))
        else:
            send_page(self._handler, self._endpoint.serve(no_backend, asked))

    async def _send_events(self, look: Callable[[], str | None]) -> None:
        events = self._service.events
        self._listener = await events.join(partial(self._service.read, look))
        try:
            if not self._has_left:
                await send_events(self._handler, events, self._listener)
        finally:
            events.leave(self._listener)

    def _encoded(self, serve: Callable[[], Struct | None]) -> bytes:
        return codec.encode(self._while_there(serve))

    def _while_there(self, serve: Callable[[], T]) -> T:
        if self._has_left:  # while it waited for its turn
            raise StreamClosedError
        return serve()

    async def _asked(self) -> Struct:
        assert self._endpoint is not None
        assert self._body is not None
        body = self._body.whole()
        # Very old clients send the parameters of a GET as a JSON body.
        if self._request.method in _READING and (self._request.query or not body):
            return self._from_query()
        self._check_content_type(body)
        decode: Callable[[], Struct] = partial(
            codec.decode_body, body, self._endpoint.request, self._path_values
        )
        return await self._service.read(decode) if len(body) > _LARGE_BODY else decode()

    def _from_query(self) -> Struct:
        assert self._endpoint is not None
        try:
            query = {
                name: [text.decode() for text in given]
                for name, given in self._request.query_arguments.items()
            }
        except UnicodeDecodeError:
            raise InvalidValue("The query of the URL is not UTF-8.") from None
        given = query | {name: [value] for name, value in self._path_values.items()}
        return codec.decode_query(given, self._endpoint.request)

    def _check_content_type(self, body: bytes) -> None:
        if self._request.method in _READING or (self._path_values and not body):
            return
        kind = self._request.headers.get("Content-Type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise InvalidValue(
                f"Bad Request. Content-Type must be application/json, not {kind or 'left out'}."
            )

    async def _abort(self) -> None:
        if self._received is not None:
            await self._received.abort()

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.end()

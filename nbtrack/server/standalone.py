"""The standalone server: the table of endpoints on a port of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.web import Application, OutputTransform, RequestHandler, stream_request_body

from nbtrack.server import access_log
from nbtrack.server.exchange import Exchange
from nbtrack.server.gate import NUMBER, Instead
from nbtrack.server.replies import send_error
from nbtrack.server.routes import routes

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders, HTTPServerRequest

    from nbtrack.server.gate import Gate
    from nbtrack.server.routes import Methods
    from nbtrack.server.service import Service


@stream_request_body
class EndpointHandler(RequestHandler):
    """Serves one path of the table."""

    _exchange: Exchange | None = None

    def initialize(self, methods: Methods, service: Service) -> None:
        """Take what the route says."""
        self._methods = methods
        self._service = service

    async def prepare(self) -> None:
        """Look at the head of the request; who asks was looked at by the gate."""
        self._exchange = Exchange(self, self._methods, self._service, self.path_kwargs)
        await self._exchange.begin()

    async def data_received(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        if self._exchange is not None:
            await self._exchange.receive(chunk)

    async def _answer(self, **_path: str) -> None:
        assert self._exchange is not None
        await self._exchange.answer()

    get = head = post = put = patch = delete = options = _answer

    def on_connection_close(self) -> None:
        """Forget an upload whose client went away."""
        super().on_connection_close()
        if self._exchange is not None:
            self._exchange.leave()

    def compute_etag(self) -> None:
        """Answers of the API are not kept, so they need no hash."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error in MLflow's form."""
        send_error(self, status_code, kwargs.get("exc_info", (None, None, None))[1])


@stream_request_body
class StoppedAtGate(EndpointHandler):
    """Answers a request that the gate did not let pass; nothing of it is looked at."""

    def initialize(self, error: Exception) -> None:  # type: ignore[override]  # tornado's hook
        """Take what the gate says."""
        self._error = error

    async def prepare(self) -> None:
        """Answer at once, and pass over the body."""
        if isinstance(self._error, Instead):
            self.set_status(self._error.http_status)
            self.clear_header("Content-Type")
            for name, value in self._error.headers.items():
                self.set_header(name, value)
            self.finish()
        else:
            self._exchange = Exchange(self, {}, None, {})
            self._exchange.refuse(self._error)

    def write_error(self, status_code: int, **_error: Any) -> None:
        """Say the same of methods that tornado does not know."""
        send_error(self, status_code, self._error)


def application(
    service: Service, gate: Gate, prefix: str = "", *, frames: str | None = "SAMEORIGIN"
) -> Application:
    """Return the tornado application that serves a store.

    Parameters
    ----------
    service : Service
        Answers.
    gate : Gate
        Knows the headers that an answer gets.
    prefix : str
        What comes before every path, as a pattern.
    frames : str or None
        Value of ``X-Frame-Options``.
    """

    class Headers(OutputTransform):
        """Headers of every answer, pages and tornado's own mistakes included."""

        def __init__(self, request: HTTPServerRequest) -> None:
            self._request = request

        def transform_first_chunk(
            self,
            status_code: int,
            headers: HTTPHeaders,
            chunk: bytes,
            finishing: bool,  # noqa: ARG002, FBT001 - tornado's signature
        ) -> tuple[int, HTTPHeaders, bytes]:
            headers["Server"] = "nbtrack"
            headers[NUMBER] = self._request.headers[NUMBER]
            for name, value in (_HEADERS | gate.extra_headers(self._request.headers)).items():
                headers.setdefault(name, value)
            if frames is None:
                headers.pop("X-Frame-Options", None)
            else:
                headers["X-Frame-Options"] = frames
            return status_code, headers, chunk

    return Application(
        routes(EndpointHandler, prefix, {"service": service}),
        default_handler_class=EndpointHandler,
        default_handler_args={"methods": {}, "service": service},
        transforms=[Headers],
        log_function=_log,
    )


_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _log(handler: RequestHandler) -> None:
    request = handler.request
    access_log.write(
        peer=str(request.remote_ip),
        method=str(request.method),
        target=str(request.uri),
        status=handler.get_status(),
        seconds=request.request_time(),
        number=request.headers[NUMBER],
    )

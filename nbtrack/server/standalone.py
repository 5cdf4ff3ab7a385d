"""The standalone server: the table of endpoints on a port of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.web import Application, RequestHandler, stream_request_body

from nbtrack.server.exchange import Exchange
from nbtrack.server.replies import send_error
from nbtrack.server.routes import routes

if TYPE_CHECKING:
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
        """Let nobody pass who may not, before the body arrives."""
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


def application(service: Service, prefix: str = "") -> Application:
    """Return the tornado application that serves a store."""
    return Application(
        routes(EndpointHandler, prefix, {"service": service}),
        default_handler_class=EndpointHandler,
        default_handler_args={"methods": {}, "service": service},
    )

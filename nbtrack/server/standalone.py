"""The standalone server: the table of endpoints on a port of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.routing import URLSpec
from tornado.web import Application, OutputTransform, RequestHandler, stream_request_body

from nbtrack.errors import Unavailable
from nbtrack.rest.endpoint import ARTIFACT_PROXY, MLFLOW_3, Answer
from nbtrack.server import access_log
from nbtrack.server.exchange import Exchange
from nbtrack.server.gate import NUMBER, Instead
from nbtrack.server.replies import send_error
from nbtrack.server.routes import routes

if TYPE_CHECKING:
    import re

    from tornado.httputil import HTTPHeaders, HTTPServerRequest

    from nbtrack.server.gate import Gate
    from nbtrack.server.routes import Methods
    from nbtrack.server.service import Service


@stream_request_body
class EndpointHandler(RequestHandler):
    """Serves one path of the table."""

    _exchange: Exchange | None = None
    _logged = False

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
        if not self._finished:
            self.log_once()

    def log_once(self) -> None:
        """Write the line of the log, also for a client that went away before its answer."""
        if self._logged:
            return
        self._logged = True
        request = self.request
        access_log.write(
            peer=str(request.remote_ip),
            method=str(request.method),
            target=str(request.uri),
            status=self.get_status() if self._headers_written else access_log.WENT_AWAY,
            seconds=request.request_time(),
            number=request.headers[NUMBER],
        )

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


def page_paths(prefix: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of the paths of pages for people.

    Parameters
    ----------
    prefix : str
        What comes before every path, as a pattern.
    """
    return tuple(
        rule.regex
        for rule in routes(EndpointHandler, prefix, {})
        if any(endpoint.answer is Answer.PAGE for endpoint in _methods(rule).values())
    )


def application(
    service: Service,
    gate: Gate,
    prefix: str = "",
    *,
    frames: str | None = "SAMEORIGIN",
    only_files: bool = False,
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
    only_files : bool
        Whether everything but ``mlflow-artifacts:/`` is refused.
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

    rules = routes(EndpointHandler, prefix, {"service": service})
    if only_files:
        rules = [rule if _is_about_files(rule) else _closed(rule) for rule in rules]
    return Application(
        rules,
        default_handler_class=EndpointHandler,
        default_handler_args={"methods": {}, "service": service},
        transforms=[Headers],
        log_function=EndpointHandler.log_once,
    )


_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _methods(rule: URLSpec) -> Methods:
    methods: Methods = (rule.kwargs or {}).get("methods", {})
    return methods


def _is_about_files(rule: URLSpec) -> bool:
    return all(
        endpoint.prefixes in {ARTIFACT_PROXY, MLFLOW_3} or endpoint.is_open
        for endpoint in _methods(rule).values()
    )


def _closed(rule: URLSpec) -> URLSpec:
    error = Unavailable(
        "This server passes files on and nothing else: it was started with --artifacts-only. "
        "Runs are for another server."
    )
    return URLSpec(rule.regex.pattern, StoppedAtGate, {"error": error})

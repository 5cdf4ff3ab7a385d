"""The API inside Jupyter: its credentials first, then the exchange that both hosts share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tornado.web import stream_request_body

from nbtrack.errors import Unavailable
from nbtrack.rest.endpoint import NBTRACK, WITHOUT_STORE, Answer
from nbtrack.server.exchange import Exchange
from nbtrack_jupyter.admission import GuardedHandler

if TYPE_CHECKING:
    from nbtrack.rest.endpoint import Endpoint
    from nbtrack.server.routes import Methods
    from nbtrack.server.service import Service
    from nbtrack_jupyter.stores import Stores


@stream_request_body
class EndpointHandler(GuardedHandler):
    """Serves one path, for the default store or for the one that the path names.

    With no methods it answers what no endpoint serves; with a reason, why nothing is served.
    """

    _exchange: Exchange | None = None

    def initialize(self, methods: Methods, stores: Stores, reason: str | None = None) -> None:
        """Take what the route says."""
        self._methods = methods
        self._stores = stores
        self._unusable = reason

    async def prepare(self) -> None:  # type: ignore[override]  # Jupyter's returns an Awaitable
        """Let nobody pass who may not, before the body arrives."""
        endpoint = self._methods.get(self.request.method or "")
        self.is_page = endpoint is not None and endpoint.answer is Answer.PAGE
        values = dict(self.path_kwargs)
        store_id = values.pop("store_id", None)
        self._stores.enter(self)
        try:
            await self._admit(endpoint)
            if self._finished:
                return
            service = await self._service(endpoint, store_id)
        except Exception as error:  # noqa: BLE001 - it becomes the answer
            self._exchange = Exchange(self, self._methods, None, values)
            self._exchange.refuse(error)
            return
        self._exchange = Exchange(self, self._methods, service, values)
        await self._exchange.begin()

    async def data_received(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        if self._exchange is not None:
            await self._exchange.receive(chunk)

    async def _answer(self, **_path: str) -> None:
        assert self._exchange is not None
        await self._exchange.answer()

    get = head = post = put = patch = delete = options = _answer

    def on_finish(self) -> None:
        """Let a stop of the server go on."""
        self._stores.leave(self)

    def on_connection_close(self) -> None:
        """Forget an upload whose client went away."""
        super().on_connection_close()
        self._stores.leave(self)
        if self._exchange is not None:
            self._exchange.leave()

    async def _admit(self, endpoint: Endpoint | None) -> None:
        changes = endpoint is not None and _changes(endpoint)
        await self.admit("write" if changes else "read")
        if self._finished:
            return
        if self._unusable is not None:
            raise Unavailable(self._unusable)
        if self.is_page:
            self.xsrf_token  # noqa: B018 - sets the cookie that the page's requests have to repeat
        if changes:  # a hub must not cull a server that others log to
            self.settings["api_last_activity"] = datetime.now(UTC)

    async def _service(self, endpoint: Endpoint | None, store_id: str | None) -> Service | None:
        if endpoint is None or endpoint.answer in WITHOUT_STORE:
            return None
        if store_id is None:
            return await self._stores.default()
        return await self._stores.of(store_id)


def _changes(endpoint: Endpoint) -> bool:
    """Whether Jupyter's authorizer is asked about writing."""
    if endpoint.writes or endpoint.answer is Answer.UPLOAD:
        return True
    searches = endpoint.path.rpartition("/")[2].startswith("search")
    return endpoint.method != "GET" and not searches and endpoint.prefixes != NBTRACK

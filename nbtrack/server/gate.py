"""The gate of the standalone server: every request passes it, or nothing of the server is reached.

It stands before tornado's router, so that a path needs no guard of its own and cannot be without
one: paths that nothing serves are guarded like all others, and nothing is read of a body before.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest

from nbtrack.errors import NbtrackError
from nbtrack.server.credentials import is_handed_on
from nbtrack.server.replies import RequestRefused

if TYPE_CHECKING:
    import re
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPConnection, HTTPHeaders, RequestStartLine, ResponseStartLine
    from tornado.web import Application, RequestHandler

    from nbtrack.server.credentials import Credentials
    from nbtrack.server.hosts import Hosts
    from nbtrack.server.origins import Origins

NUMBER = "X-Request-Id"
MOST_HEADERS = 100
LONGEST_HEADERS = 24 * 2**10
LONGEST_TARGET = 16 * 2**10
_READING = {"GET", "HEAD"}
_CHALLENGE = 'Bearer realm="nbtrack", Basic realm="nbtrack", charset="UTF-8"'
_NO_HOST = "no.host.invalid"


class Rules(NamedTuple):
    """Whom the gate lets pass.

    Attributes
    ----------
    hosts, origins : Hosts, Origins
        Under which names, and from which pages.
    credentials : Credentials or None
        What is asked of everybody else; None: nothing is asked of anybody.
    trusts_own_user : bool
        Whether the user who started the server needs no credentials.
    prefix : str
        What comes before every path.
    open_paths : frozenset of str
        Where anybody may read, under any host name.
    pages : tuple of pattern
        Paths of pages for people, to which other sites may link.
    """

    hosts: Hosts
    origins: Origins
    credentials: Credentials | None
    trusts_own_user: bool
    prefix: str
    open_paths: frozenset[str]
    pages: tuple[re.Pattern[str], ...]


class Asked(NamedTuple):
    """The head of a request."""

    start: RequestStartLine
    headers: HTTPHeaders

    @property
    def path(self) -> str:
        """Return the path as it was sent."""
        return self.start.path.partition("?")[0]

    @property
    def query(self) -> str:
        """Return what is behind the question mark."""
        return self.start.path.partition("?")[2]


class Gate:
    """Decides about requests.

    Parameters
    ----------
    rules : Rules
        Whom to let pass.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def check(self, asked: Asked, is_own_user: Callable[[], Awaitable[bool]]) -> None:
        """Raise unless a request may go on.

        Parameters
        ----------
        asked : Asked
            The request.
        is_own_user : callable
            Tells whether it comes from the user who runs the server; asked only if need be.

        Raises
        ------
        NbtrackError
            `Instead` if something else is answered than what was asked for, otherwise why not.
        """
        rules, (start, headers) = self._rules, asked
        is_page = any(page.fullmatch(asked.path) for page in rules.pages)
        is_open = asked.path in rules.open_paths and start.method in _READING
        _check_size(asked)
        if not is_open:
            rules.hosts.check(headers.get("Host"))
        rules.origins.check(start.method, headers, is_page=is_page)
        allowed = rules.origins.preflight_for(start.method, headers)
        if allowed is not None:
            raise Instead(204, allowed)
        if is_open or rules.credentials is None:
            return
        if is_page and start.method == "GET":
            self._let_browser_in(asked, rules.credentials)
        if rules.credentials.are_shown(headers):
            return
        if not (
            rules.trusts_own_user
            and not is_handed_on(start.version, headers)
            and await is_own_user()
        ):
            raise _not_known()

    def extra_headers(self, headers: HTTPHeaders) -> dict[str, str]:
        """Return headers that every answer to a request gets."""
        return self._rules.origins.headers_for(headers)

    def _let_browser_in(self, asked: Asked, credentials: Credentials) -> None:
        """Change the token in a page's address into a cookie, so that it stays nowhere."""
        query = parse_qsl(asked.query, keep_blank_values=True)
        tokens = [value for name, value in query if name == "token"]
        if not tokens or not credentials.is_token(tokens[-1]):
            return  # an old one may stand in a bookmark of somebody who needs none
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        secure = asked.headers.get("X-Forwarded-Proto", "").lower() == "https"
        raise Instead(
            303,
            {
                "Location": f"{asked.path}?{rest}" if rest else asked.path,
                "Set-Cookie": credentials.cookie(self._rules.prefix or "/", secure=secure),
            },
        )


class Instead(NbtrackError):
    """Not what was asked for is answered, but this.

    Parameters
    ----------
    status : int
        Of HTTP.
    headers : dict
        The whole answer.
    """

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(f"Answered with {status}.")
        self.http_status = status
        self.headers = headers


class Incoming(HTTPMessageDelegate):
    """One request on its way through the gate.

    Parameters
    ----------
    gate : Gate
        Decides.
    application : Application
        Answers.
    stopped_at_gate : type
        Handler of what does not pass; its ``initialize`` takes the ``error``.
    connection : HTTPConnection
        Where the request comes from.
    is_own_user : callable
        Tells whether the user who runs the server is at its other end.
    """

    def __init__(
        self,
        gate: Gate,
        application: Application,
        stopped_at_gate: type[RequestHandler],
        connection: HTTPConnection,
        is_own_user: Callable[[], Awaitable[bool]],
    ) -> None:
        self._gate = gate
        self._application = application
        self._stopped_at_gate = stopped_at_gate
        self._connection = connection
        self._is_own_user = is_own_user
        self._handler: HTTPMessageDelegate | None = None

    async def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Let the request pass, or not."""
        start: Any = start_line
        headers[NUMBER] = secrets.token_hex(4)  # a client's own would end up in the log
        arguments: dict[str, Any] = {}
        try:
            await self._gate.check(Asked(start, headers), self._is_own_user)
        except NbtrackError as error:
            headers["Host"] = _NO_HOST  # tornado says nothing but 400 to some that are wrong
            arguments = {"error": error}
        request = HTTPServerRequest(connection=self._connection, start_line=start, headers=headers)
        if arguments:
            self._handler = self._application.get_handler_delegate(
                request, self._stopped_at_gate, arguments
            )
        else:
            self._handler = self._application.find_handler(request)
        received = self._handler.headers_received(start, headers)
        if received is not None:
            await received

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Hand on a piece of the body."""
        return self._handler.data_received(chunk) if self._handler is not None else None

    def finish(self) -> None:
        """Hand on that the request has come to its end."""
        if self._handler is not None:
            self._handler.finish()

    def on_connection_close(self) -> None:
        """Hand on that the client went away."""
        if self._handler is not None:
            self._handler.on_connection_close()


def _check_size(asked: Asked) -> None:
    if len(asked.start.path) > LONGEST_TARGET:
        raise RequestRefused(414, f"The URL is longer than {LONGEST_TARGET // 1024} KiB.")
    lengths = [len(name) + len(value) for name, value in asked.headers.get_all()]
    if len(lengths) > MOST_HEADERS or sum(lengths) > LONGEST_HEADERS:
        raise RequestRefused(
            431,
            f"The request has more than {MOST_HEADERS} headers, or more than "
            f"{LONGEST_HEADERS // 1024} KiB of them.",
        )


def _not_known() -> RequestRefused:
    return RequestRefused(
        401,
        "This server asks for its token, and the request shows none that it knows. Clients take it "
        "from MLFLOW_TRACKING_TOKEN, a browser's log-in window as the password. Whoever started "
        "the server can tell it: nbtrack server --token shows it.",
        {"WWW-Authenticate": _CHALLENGE},
    )

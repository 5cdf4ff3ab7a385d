"""What a view asks of its kernel over a comm, answered as a server would over HTTP.

The other side is ``jupyter_extension/ui/src/source/comm.js``. A question is ``{nbtrack: "ask", id,
method, path, args}``, an answer ``{nbtrack: "answer", id, status, type}`` with the body as its one
buffer. The endpoints are those of the REST API, as far as views need them. Questions are answered
by threads: the kernel goes on with its cells meanwhile.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack import bundle
from nbtrack.artifacts import Places
from nbtrack.client.session import READ_TIMEOUT
from nbtrack.errors import InvalidValue, NbtrackError, NotFound
from nbtrack.formatting.numbers import size
from nbtrack.rest import codec
from nbtrack.rest.backend import Backend
from nbtrack.rest.endpoint import REST_OF_PATH, Answer
from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.sentences import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msgspec import Struct

    from nbtrack.client.session import Session
    from nbtrack.rest.endpoint import Download, Endpoint

MOST_OF_A_FILE = 50 * 10**6
_THREADS = 2
_READS = ("runs/", "metrics/", "experiments/", "artifacts/", "get-artifact")
_CHANGES = frozenset(
    {
        "runs/change",
        "runs/update",
        "runs/delete",
        "runs/restore",
        "runs/set-tag",
        "runs/delete-tag",
    }
)
_CHART = f"static/{bundle.CHART}"
_SCRIPT = "text/javascript"
_JSON = "application/json"
_OCTETS = "application/octet-stream"


class Reply(NamedTuple):
    """An answer: status of HTTP, content type and body."""

    status: int
    type: str
    body: bytes


class Desk:
    """Answers what views ask about one store.

    Parameters
    ----------
    session : Session
        The store, and the journal that leads to it: its records are sent before anything is read.
    on_behind : callable
        Called with a sentence when records of this process cannot reach the store, and with an
        empty text when they do again.
    """

    def __init__(
        self,
        session: Session,
        on_behind: Callable[[str], None],
    ) -> None:
        self._session = session
        self._on_behind = on_behind
        self._is_behind = False
        self._backend = Backend(
            session.store,
            Places(session.store.artifact_root, opened_with="nbtrack server --allow-artifact-root"),
        )

    def take(self, message: Any, send: Callable[[dict[str, Any], list[bytes]], object]) -> None:
        """Answer a message that is a question, as soon as a thread is free.

        Parameters
        ----------
        message : object
            What a front end sent.
        send : callable
            Takes the answer's message and its buffers, in another thread.
        """
        if not isinstance(message, dict) or message.get("nbtrack") != "ask":
            return

        def answer() -> None:
            reply = self.answer(
                message.get("method"), message.get("path"), message.get("args") or {}
            )
            head = {"nbtrack": "answer", "id": message.get("id")}
            send({**head, "status": reply.status, "type": reply.type}, [reply.body])

        _threads().submit(answer)

    def answer(self, method: Any, path: Any, args: Any) -> Reply:
        """Answer a question; what goes wrong is an answer too."""
        try:
            if path == _CHART:
                return Reply(200, _SCRIPT, bundle.find(bundle.CHART).content)
            endpoint, values = _found(str(method), f"/{path}")
            return self._served(endpoint, _request(endpoint, args, values))
        except NbtrackError as error:
            return _fault(error.http_status, error.error_code, error.message)
        except Exception as error:  # noqa: BLE001 - a kernel must not hear of it
            return _fault(500, "INTERNAL_ERROR", f"nbtrack made a mistake: {error!r}.")

    def _served(self, endpoint: Endpoint, request: Struct) -> Reply:
        self._ship()
        answer = endpoint.serve(self._backend, request)
        if endpoint.writes:
            self._forget(request)
            self._session.outbox.tell_listeners()
        if endpoint.answer is Answer.DOWNLOAD:
            return Reply(200, _OCTETS, _content(answer))
        if endpoint.answer is Answer.JSON:
            return Reply(200, _JSON, codec.encode(answer))
        return Reply(200, _OCTETS, answer)

    def _ship(self) -> None:
        left = self._session.outbox.flush(READ_TIMEOUT)
        if left:
            self._on_behind(
                f"{count(left, 'record')} of this kernel have not reached the store yet; what is "
                "shown is what is stored."
            )
        elif self._is_behind:
            self._on_behind("")
        self._is_behind = bool(left)

    def _forget(self, request: Struct) -> None:
        # A later call that names the run by its id must see what became of it.
        ids = getattr(request, "run_ids", None) or [getattr(request, "run_id", "")]
        for run_id in ids:
            run = self._session.runs.get(run_id)
            if run is not None and run.ended:
                self._session.runs.pop(run_id, None)


def _content(download: Download) -> bytes:
    with download.file as file:
        if download.stat.size > MOST_OF_A_FILE:
            raise InvalidValue(
                f"{download.name!r} has {size(download.stat.size)}; a kernel sends at most "
                f"{size(MOST_OF_A_FILE)}. nbtrack.Client().download_artifacts copies it."
            )
        return file.read()


def _request(endpoint: Endpoint, args: Any, values: Mapping[str, str]) -> Struct:
    if not isinstance(args, dict):
        raise InvalidValue("What is asked is a JSON object.")
    if endpoint.method != "GET":
        return codec.decode_values({**args, **values}, endpoint.request)
    query = {name: _texts(value) for name, value in args.items() if value is not None}
    return codec.decode_query(
        query | {name: [value] for name, value in values.items()}, endpoint.request
    )


def _texts(value: Any) -> list[str]:
    """Return a value as the query of a URL holds it."""
    each = value if isinstance(value, list) else [value]
    return [one if isinstance(one, str) else json.dumps(one) for one in each]


def _fault(status: int, code: str, message: str) -> Reply:
    body = json.dumps({"error_code": code, "message": message}).encode()
    return Reply(status, _JSON, body)


def _found(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    plain, patterns = _table()
    endpoint = plain.get((method, path))
    if endpoint is not None:
        return endpoint, {}
    for pattern, candidate in patterns:
        found = pattern.fullmatch(path) if candidate.method == method else None
        if found:
            return candidate, found.groupdict()
    raise NotFound(f"A view cannot ask for {method} {path[:200]}.")


@cache
def _table() -> tuple[dict[tuple[str, str], Endpoint], list[tuple[re.Pattern[str], Endpoint]]]:
    plain, patterns = {}, []
    for endpoint in filter(_is_for_views, ENDPOINTS):
        for path in endpoint.paths:
            if "{" in path:
                patterns.append((_pattern(path), endpoint))
            else:
                plain[endpoint.method, path] = endpoint
    return plain, patterns


def _is_for_views(endpoint: Endpoint) -> bool:
    if endpoint.answer in {Answer.TEXT, Answer.UPLOAD, Answer.PAGE}:
        return False
    return endpoint.path in _CHANGES if endpoint.writes else endpoint.path.startswith(_READS)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    pattern = re.escape(parts[0])
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        pattern += f"(?P<{name}>{'.+' if name in REST_OF_PATH else '[^/]+'}){re.escape(literal)}"
    return re.compile(pattern)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "nbtrack-views")

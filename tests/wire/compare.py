"""Play a script against two servers, and find every field in which their answers differ."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Reply
    from tests.wire.hosts import Host

ABSENT = "absent"
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_GENERATED_NAME = re.compile(r"[a-z]+-[a-z]+(-\d+)?")
_NOW = 1_700_000_000_001  # milliseconds since the epoch; the script itself uses round, older ones


class Player:
    """Makes the calls of a script and keeps what was answered.

    Parameters
    ----------
    host : Host
        Who is asked.
    client : MlflowClient
        Of that host.

    Attributes
    ----------
    answers : dict
        Name of a call -> its answer in plain values, ids, times and URLs replaced.
    """

    def __init__(self, host: Host, client: Any) -> None:
        self.host = host
        self.client = client
        self.answers: dict[str, Any] = {}
        self._ids: dict[str, str] = {}

    def call(self, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Make a call of the client that works."""
        answer = function(*args, **kwargs)
        self._keep(name, answer)
        return answer

    def refused(
        self, name: str, function: Callable[..., Any], /, *args: Any, says: str = "", **kwargs: Any
    ) -> None:
        """Make a call of the client that raises; ``says`` is a part of the message."""
        from mlflow.exceptions import MlflowException

        try:
            answer = function(*args, **kwargs)
        except MlflowException as error:
            answer = {"error_code": error.error_code, f"says {says!r}": says in error.message}
        self._keep(name, answer)

    def ask(self, name: str, method: str, path: str, /, *args: Any, **kwargs: Any) -> Any:
        """Send a plain request; return the answer if it is JSON."""
        says = kwargs.pop("says", None)
        headers = kwargs.pop("shows", ())
        reply = self.host.ask(method, path, *args, **kwargs)
        answer, body = _read(reply)
        if says is not None:
            message = body.get("message", "") if isinstance(body, dict) else ""
            answer[f"says {says!r}"] = says in message
        for header in headers:
            answer[f"header {header}"] = reply.headers.get(header, ABSENT)
        self._keep(name, answer)
        return body

    def _keep(self, name: str, answer: Any) -> None:
        assert name not in self.answers, name
        self.answers[name] = self._normalised(plain(answer), "")

    def _normalised(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {one: self._normalised(inner, one) for one, inner in value.items()}
        if isinstance(value, list):
            if all(isinstance(one, dict) and {"key", "value"} <= set(one) for one in value):
                value = sorted(value, key=itemgetter("key"))  # a mapping, in no order
            return [self._normalised(inner, key) for inner in value]
        if isinstance(value, str):
            return self._normalised_text(value, key)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > _NOW:
            return "<time>" if value < 2 * _NOW else value
        return value

    def _normalised_text(self, value: str, key: str) -> str:
        if key.endswith("token") and value:
            return "<token>"
        if key in {"run_name", "mlflow.runName"} and _GENERATED_NAME.fullmatch(value):
            return "<generated>"
        value = value.replace(self.host.url, "<server>")
        return _ID.sub(
            lambda found: self._ids.setdefault(found[0], f"<id {len(self._ids) + 1}>"), value
        )


def plain(value: Any) -> Any:
    """Return an answer of the client as dicts, lists and scalars."""
    if hasattr(value, "to_dictionary"):
        value = value.to_dictionary()
    elif hasattr(value, "columns"):  # a data frame
        frame = value.astype(object).where(value.notna(), None)
        value = {column: list(frame[column]) for column in sorted(frame)}
    elif hasattr(value, "token"):
        value = {"page": list(value), "token": value.token or ""}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "__iter__") and not isinstance(value, str):  # an entity: its properties
        return {key: plain(one) for key, one in value}
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def differences(first: Any, second: Any) -> dict[str, tuple[Any, Any]]:
    """Return the dotted paths at which two answers differ, and what stands there.

    Answers of two statuses differ by these alone: what is in them cannot be alike.
    """
    statuses = [one.get("status") if isinstance(one, dict) else None for one in (first, second)]
    if statuses[0] != statuses[1]:
        return {"status": (statuses[0], statuses[1])}
    ours, theirs = dict(_leaves(first, "")), dict(_leaves(second, ""))
    return {
        path: (ours.get(path, ABSENT), theirs.get(path, ABSENT))
        for path in [*ours, *(path for path in theirs if path not in ours)]
        if repr(ours.get(path, ABSENT)) != repr(theirs.get(path, ABSENT))
    }


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        if not value:
            yield path, value
        for key, one in inner:
            yield from _leaves(one, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _read(reply: Reply) -> tuple[dict[str, Any], Any]:
    """Return what of a reply is compared, and its body."""
    kind = reply.headers.get_content_type()
    body = reply.json if kind == "application/json" and reply.body else reply.body
    if reply.status >= 400:
        code = body.get("error_code", ABSENT) if isinstance(body, dict) else ABSENT
        return {"status": reply.status, "error_code": code}, body
    shown = body if isinstance(body, dict) else body.decode("utf-8", "replace")
    return {"status": reply.status, "type": kind, "body": shown}, body

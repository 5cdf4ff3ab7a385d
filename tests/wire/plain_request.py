"""A plain request for a row of the endpoint table, with what must be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

API = "/api/2.0/mlflow/"
AJAX = "/ajax-api/2.0/mlflow/"
FILES = "/api/2.0/mlflow-artifacts/artifacts/"
ANY = object()  # the field is there, whatever its value


@dataclass(frozen=True)
class Request:
    """A request for a row of the table.

    Attributes
    ----------
    method, path : str
        The row, as `nbtrack.rest.endpoint.Endpoint` has it.
    body : dict or bytes
        JSON or a file.
    query : dict
        Parameters; a list is a repeated one.
    parts : dict
        What stands in the path for names in braces.
    fields : dict
        Dotted paths into the answer, and the values there; `ANY` for any, None for no such field.
    status : int
        Status of the answer.
    text : bytes
        The whole body, for what is not JSON.
    """

    method: str
    path: str
    body: dict[str, Any] | bytes | None = None
    query: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    text: bytes | None = None


def get(path: str, query: dict[str, Any] | None = None, **expected: Any) -> Request:
    """Return a request by query string."""
    return Request("GET", path, query=query or {}, **expected)


def post(path: str, body: dict[str, Any], **expected: Any) -> Request:
    """Return a request by JSON body."""
    return Request("POST", path, body=body, **expected)

"""Asking the endpoint table as a server does, without a server: bytes in, bytes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nbtrack.errors import NbtrackError
from nbtrack.rest import codec
from nbtrack.rest.endpoints import ENDPOINTS

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

ROWS = {(row.method, row.path): row for row in ENDPOINTS}


class Rest:
    """The endpoints of a backend."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def post(self, path: str, body: Any = None, /, **path_values: str) -> dict[str, Any]:
        """POST a body: JSON text as bytes, or what becomes JSON."""
        row = ROWS["POST", path]
        text = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        request = codec.decode_body(text, row.request, path_values)
        return json.loads(codec.encode(row.serve(self.backend, request)))

    def get(self, path: str, /, **query: str | list[str]) -> dict[str, Any]:
        """GET with a query string."""
        return json.loads(codec.encode(self._by_query("GET", path, query)))

    def refused(self, path: str, body: Any = None) -> NbtrackError:
        """POST what is refused, and return with what."""
        with pytest.raises(NbtrackError) as caught:
            self.post(path, body)
        return caught.value

    def refused_get(self, path: str, /, **query: str | list[str]) -> NbtrackError:
        """GET what is refused, and return with what."""
        with pytest.raises(NbtrackError) as caught:
            self.get(path, **query)
        return caught.value

    def download(self, path: str, /, **query: str) -> Any:
        """GET a file; the caller closes it."""
        return self._by_query("GET", path, query)

    def upload(self, method: str, path: str, /, *pieces: bytes, **query: str) -> None:
        """Send a file in pieces."""
        with self._by_query(method, path, query) as file:
            for piece in pieces:
                file.write(piece)

    def patch(self, path: str, body: Any, /, **path_values: str) -> dict[str, Any]:
        """PATCH a body."""
        row = ROWS["PATCH", path]
        request = codec.decode_body(json.dumps(body).encode(), row.request, path_values)
        return json.loads(codec.encode(row.serve(self.backend, request)))

    def delete(self, path: str, /, **path_values: str) -> Any:
        """DELETE without a body."""
        row = ROWS["DELETE", path]
        return row.serve(self.backend, codec.decode_body(b"", row.request, path_values))

    def new_run(self, experiment: str = "0", **more: Any) -> str:
        """Begin a run and return its id."""
        answer = self.post("runs/create", {"experiment_id": experiment, **more})
        return answer["run"]["info"]["run_id"]

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run."""
        return self.get("runs/get", run_id=run_id)["run"]

    def _by_query(self, method: str, path: str, query: dict[str, Any]) -> Any:
        row = ROWS[method, path]
        given = {name: [one] if isinstance(one, str) else one for name, one in query.items()}
        return row.serve(self.backend, codec.decode_query(given, row.request))


def by_key(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the values of params or tags by their keys."""
    return {item["key"]: item["value"] for item in items}

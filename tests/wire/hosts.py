"""The servers that the wire tests ask, how MLflow's client reaches them, and plain requests."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from tests.jupyter_servers import running_jupyter
from tests.servers import Reply, body_of, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "t0ken-of-the-wire-tests"
HOSTS = ("standalone", "jupyter")


@dataclass(frozen=True)
class Host:
    """Where a server is, and the token that it asks for.

    Attributes
    ----------
    url : str
        Its address as ``MLFLOW_TRACKING_URI`` has it, without a slash at the end.
    token : str
        Empty where none is needed.
    """

    url: str
    token: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | dict[str, Any] | None = None,
        *,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request; a dict is sent as JSON, a list in the query is a repeated parameter."""
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        address = urlsplit(self.url)
        target = address.path + quote(path, safe="/%")  # an escape stays one
        if query:
            target += "?" + urlencode(query, doseq=True)
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, body_of(answer))
        finally:
            connection.close()


@contextmanager
def standalone(folder: Path) -> Iterator[Host]:
    """Run the standalone server, which asks everybody for a token."""
    environment = {"NBTRACK_SERVER_TOKEN": TOKEN}
    with running_server(folder, environment=environment) as server:
        yield Host(server.url, TOKEN)


@contextmanager
def jupyter(folder: Path) -> Iterator[Host]:
    """Run a Jupyter server under a base_url, whose token opens nbtrack too."""
    with running_jupyter(folder) as server:
        yield Host(server.url, server.token)


def client_settings(host: Host) -> dict[str, str]:
    """Return the environment in which MLflow's client logs to a host, and fails fast."""
    settings = {
        "DO_NOT_TRACK": "true",
        "MLFLOW_TRACKING_URI": host.url,
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    }
    return settings | ({"MLFLOW_TRACKING_TOKEN": host.token} if host.token else {})

"""Whether a server is there, and what it speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.rest.endpoint import MLFLOW_3, ROOT, Answer, Endpoint, Nothing
from nbtrack.version import __version__

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

# The version of MLflow whose wire protocol is served.
PROTOCOL_VERSION = "3.17.2"

_FEATURES = {
    # A client may choose a run's id, so that a repeated create makes no second run.
    "client_run_ids": True,
    # Tables and curves can be asked for as frames, below api/nbtrack/.
    "views": True,
}


class NbtrackInfo(Struct, frozen=True):
    """What only an nbtrack server says."""

    version: str
    store_id: str
    features: dict[str, bool] = field(default_factory=dict)


class ServerInfo(Struct, frozen=True):
    """What a server can do; MLflow's clients ask before the first download of a file."""

    nbtrack: NbtrackInfo
    store_type: str = "SqlStore"
    workspaces_enabled: bool = False
    trace_archival_enabled: bool = False
    multipart_uploads_enabled: bool = False
    multipart_downloads_enabled: bool = False
    presigned_upload_run_id_supported: bool = False
    presigned_upload_model_id_supported: bool = False
    features_enabled: dict[str, bool] = field(default_factory=lambda: {"gateway": False})


def health(_backend: Backend, _request: Nothing) -> str:
    """Say that the server answers."""
    return "OK"


def version(_backend: Backend, _request: Nothing) -> str:
    """Return the version of MLflow whose protocol is spoken."""
    return PROTOCOL_VERSION


def info(backend: Backend, _request: Nothing) -> ServerInfo:
    """Return what the server can do."""
    return ServerInfo(NbtrackInfo(__version__, backend.store.store_id, dict(_FEATURES)))


ENDPOINTS = (
    Endpoint("GET", "health", Nothing, health, prefixes=ROOT, answer=Answer.TEXT, is_open=True),
    Endpoint("GET", "version", Nothing, version, prefixes=ROOT, answer=Answer.TEXT, is_open=True),
    Endpoint("GET", "server-info", Nothing, info, prefixes=MLFLOW_3),
)

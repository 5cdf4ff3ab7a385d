"""`Endpoint`: one row of the REST API, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from nbtrack.artifacts import FileStat
    from nbtrack.rest.backend import Backend

# Prefixes of MLflow's families of routes; programs use /api, browsers /ajax-api.
MLFLOW_2 = ("/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/")
MLFLOW_3 = ("/api/3.0/mlflow/", "/ajax-api/3.0/mlflow/")
PAGES_ONLY = ("/ajax-api/2.0/mlflow/",)
ARTIFACT_PROXY = ("/api/2.0/mlflow-artifacts/", "/ajax-api/2.0/mlflow-artifacts/")
ROOT = ("/",)
# What MLflow does not have: nbtrack's front end asks it.
NBTRACK = ("/api/nbtrack/", "/ajax-api/nbtrack/")

# Names in a path that stand for more than one part of it.
REST_OF_PATH = frozenset({"path", "folder", "tag_key"})


class Nothing(Struct, frozen=True):
    """The request of an endpoint that asks for nothing in particular."""


class Answer(Enum):
    """What an endpoint answers with, and so what its ``serve`` returns."""

    JSON = "a struct, or None for the empty object"
    TEXT = "a text"
    FRAME = "the bytes of a frame, which `nbtrack.rest.frame` writes"
    DOWNLOAD = "a `Download`"
    UPLOAD = "a context manager that gives a file for the body; the answer is empty"
    EVENTS = "a mark of the store's state: sent is a stream that tells when it changes"
    PAGE = "the HTML of a page for people, which the server's own table has"
    STATIC = "a file of the front end, which the server's own table has"


# What is the same for every store, so that none is asked; ``serve`` gets None for it.
WITHOUT_STORE = frozenset({Answer.PAGE, Answer.STATIC})


@dataclass(frozen=True)
class Download:
    """An open file to be sent: whoever takes it closes it."""

    file: BinaryIO
    name: str
    stat: FileStat


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be asked of a server.

    Attributes
    ----------
    method : str
        HTTP method. What is asked with GET can be asked with HEAD where it is a download.
    path : str
        Path below the prefixes; a name in braces is a field of the request and stands for one part
        of the path, those of `REST_OF_PATH` for all the rest, slashes too.
    request : type
        Struct of the parameters, from the query string of a GET or an upload, else from JSON.
    serve : callable
        ``(backend, request)`` to the answer.
    writes : bool
        Whether the store is changed: such calls go through the one writer.
    prefixes : tuple of str
        Where it is served.
    answer : Answer
        Kind of the answer.
    files : bool
        Whether it works on files, as downloads and uploads do: such calls may wait for a disk or a
        network, and must not hold up those that only ask the store.
    is_open : bool
        Whether anybody may ask, without credentials and under any host name.
    """

    method: str
    path: str
    request: type[Struct]
    serve: Callable[[Backend, Any], Any]
    writes: bool = False
    prefixes: tuple[str, ...] = MLFLOW_2
    answer: Answer = Answer.JSON
    files: bool = False
    is_open: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path at which it is served."""
        return tuple(prefix + self.path for prefix in self.prefixes)

"""Files of a run over REST, named by the run: requests, answers and the rows of the table."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast
from urllib.parse import unquote

from msgspec import Struct, field

from nbtrack.artifacts import parts_of
from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Required, RunId
from nbtrack.rest.endpoint import PAGES_ONLY, ROOT, Answer, Download, Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from nbtrack.artifacts import ArtifactFolder, FileInfo
    from nbtrack.rest.backend import Backend

T = TypeVar("T")

# What MLflow takes through this way; larger files go through the proxy (`proxied`).
MOST_OF_AN_UPLOAD = 10 * 2**20


class ListArtifacts(Struct, frozen=True):
    """Ask what is in a folder of a run; ``page_token`` is not needed: there is one page."""

    run_id: RunId
    path: str = ""


class OneArtifact(Struct, frozen=True):
    """Name a file of a run."""

    run_id: RunId
    path: Required


class File(Struct, frozen=True, omit_defaults=True):
    """A file or folder; folders and empty files carry no size."""

    path: str
    is_dir: bool
    file_size: int = 0


class Files(Struct, frozen=True, omit_defaults=True):
    """What is in a folder of a run, relative to the run's files at ``root_uri``."""

    root_uri: str
    files: list[File] = field(default_factory=list)


def listing(backend: Backend, request: ListArtifacts) -> Files:
    """Return what is in a folder of a run."""
    location = backend.store.get_run(request.run_id).info.artifact_uri
    found = backend.places.of(location).list(checked(folder_path, request.path))
    return Files(backend.shown(location), [as_file(one.path, one) for one in found])


def download(backend: Backend, request: OneArtifact) -> Download:
    """Send a file of a run."""
    return download_of(_files_of(backend, request), request.path)


def upload(backend: Backend, request: OneArtifact) -> AbstractContextManager[BinaryIO]:
    """Store a file of a run, of 1 byte to 10 MiB."""
    checked(new_path, request.path)
    return _bounded(_files_of(backend, request).replacing(request.path))


def download_of(folder: ArtifactFolder, path: str) -> Download:
    """Open a file to be sent."""
    file, stat = folder.open_with_stat(path)
    return Download(file, path.rpartition("/")[2], stat)


def as_file(path: str, info: FileInfo) -> File:
    """Return what is known of a file under the path that the answer gives it."""
    return File(path, info.is_dir, info.file_size or 0)


def _files_of(backend: Backend, request: OneArtifact) -> ArtifactFolder:
    checked(parts_of, request.path)
    return backend.places.of(backend.store.get_run(request.run_id).info.artifact_uri)


def folder_path(path: str) -> str:
    """Return a folder's checked path; MLflow's clients may end it with a slash."""
    return "/".join(parts_of(path.removesuffix("/"))) if path else ""


def new_path(path: str) -> str:
    """Return the path of a file to be stored, under which every client finds it again.

    As on MLflow's server there is no ``#`` in it, which ends the path of a URL: a program that does
    not escape it would ask for another file.
    """
    if "#" in unquote(unquote(path)):
        raise InvalidValue(f"Invalid path {path!r}: it contains '#', which ends the path of a URL.")
    return path


def checked(check: Callable[[str], T], path: str) -> T:
    """Check a path; what MLflow's own tests compare is the whole body, so no reason is in it."""
    try:
        return check(path)
    except InvalidValue:
        raise InvalidValue("Invalid path") from None


@contextmanager
def _bounded(place: AbstractContextManager[BinaryIO]) -> Iterator[BinaryIO]:
    with place as file:
        counted = _Counted(file)
        yield cast("BinaryIO", counted)
        if not counted.size:
            raise InvalidValue("The request has no data: an artifact of 1 byte or more is needed.")


class _Counted:
    """A file to write to, up to a size."""

    def __init__(self, file: BinaryIO) -> None:
        self.size = 0
        self._file = file

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > MOST_OF_AN_UPLOAD:
            raise InvalidValue(
                f"Artifact size is too large: at most {MOST_OF_AN_UPLOAD // 2**20} MiB can be sent "
                "here. log_artifact takes files of any size."
            )
        return self._file.write(data)


ENDPOINTS = (
    Endpoint("GET", "artifacts/list", ListArtifacts, listing, files=True),
    Endpoint("GET", "get-artifact", OneArtifact, download, prefixes=ROOT, answer=Answer.DOWNLOAD),
    Endpoint(
        "POST", "upload-artifact", OneArtifact, upload, prefixes=PAGES_ONLY, answer=Answer.UPLOAD
    ),
)

"""Files by their path in the server's own place, as MLflow's clients ask for them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct, field

from nbtrack.errors import NotFound
from nbtrack.rest.artifacts import File, as_file, download_of, folder_path, new_path
from nbtrack.rest.codec import Required
from nbtrack.rest.endpoint import ARTIFACT_PROXY, Answer, Download, Endpoint

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from nbtrack.rest.backend import Backend


class Folder(Struct, frozen=True):
    """Name a folder; without a path all of the server's files."""

    path: str = ""


class Place(Struct, frozen=True):
    """Name a file, or a folder where one will do."""

    path: Required


class Listed(Struct, frozen=True, omit_defaults=True):
    """What is in a folder, relative to it."""

    files: list[File] = field(default_factory=list)


def listing(backend: Backend, request: Folder) -> Listed:
    """Return what is in a folder; nothing for a file, or for what is not there."""
    found = backend.served_files().list(folder_path(request.path))
    return Listed([as_file(one.path.rpartition("/")[2], one) for one in found])


def download(backend: Backend, request: Place) -> Download:
    """Send a file."""
    return download_of(backend.served_files(), request.path)


def upload(backend: Backend, request: Place) -> AbstractContextManager[BinaryIO]:
    """Store a file, of any size; one that is there is replaced."""
    return backend.served_files().replacing(new_path(request.path))


def delete(backend: Backend, request: Place) -> None:
    """Delete a file, or a folder with all in it; what is not there is gone already."""
    with suppress(NotFound):
        backend.served_files().delete(folder_path(request.path))


ENDPOINTS = (
    Endpoint("GET", "artifacts", Folder, listing, prefixes=ARTIFACT_PROXY, files=True),
    Endpoint(
        "GET",
        "artifacts/{path}",
        Place,
        download,
        prefixes=ARTIFACT_PROXY,
        answer=Answer.DOWNLOAD,
    ),
    Endpoint(
        "PUT", "artifacts/{path}", Place, upload, prefixes=ARTIFACT_PROXY, answer=Answer.UPLOAD
    ),
    Endpoint("DELETE", "artifacts/{path}", Place, delete, prefixes=ARTIFACT_PROXY, files=True),
)

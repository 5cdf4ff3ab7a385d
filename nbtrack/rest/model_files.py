"""Files of a logged model over REST, named by the model: requests and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.artifacts import parts_of
from nbtrack.rest.artifacts import Files, as_file, checked, download_of, folder_path
from nbtrack.rest.codec import Required
from nbtrack.rest.endpoint import PAGES_ONLY, Answer, Download, Endpoint

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


class ListModelFiles(Struct, frozen=True):
    """Ask what is in a folder of a model."""

    model_id: Required
    artifact_directory_path: str = ""


class OneModelFile(Struct, frozen=True):
    """Name a file of a model."""

    model_id: Required
    artifact_file_path: Required


def listing(backend: Backend, request: ListModelFiles) -> Files:
    """Return what is in a folder of a model."""
    path = checked(folder_path, request.artifact_directory_path)
    location = backend.store.get_logged_model(request.model_id).info.artifact_uri
    found = backend.places.of(location).list(path)
    return Files(backend.shown(location), [as_file(one.path, one) for one in found])


def download(backend: Backend, request: OneModelFile) -> Download:
    """Send a file of a model."""
    checked(parts_of, request.artifact_file_path)
    location = backend.store.get_logged_model(request.model_id).info.artifact_uri
    return download_of(backend.places.of(location), request.artifact_file_path)


ENDPOINTS = (
    Endpoint(
        "GET", "logged-models/{model_id}/artifacts/directories", ListModelFiles, listing, files=True
    ),
    Endpoint(
        "GET",
        "logged-models/{model_id}/artifacts/files",
        OneModelFile,
        download,
        prefixes=PAGES_ONLY,
        answer=Answer.DOWNLOAD,
    ),
)

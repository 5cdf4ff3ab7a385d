"""Very large files past the server, where their store takes parts by URL, and MLflow's way to ask.

The path in the URL of an upload is the folder that the file goes to; the path in the body is the
file's on the client's machine, of which only the name counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, field

from nbtrack.artifacts import multipart
from nbtrack.errors import InvalidValue
from nbtrack.rest.artifacts import OneArtifact, new_path
from nbtrack.rest.codec import Int64, Required
from nbtrack.rest.endpoint import ARTIFACT_PROXY, Endpoint
from nbtrack.rest.proxied import Place

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

_SEPARATOR = re.compile(r"[/\\]")  # the client may be on Windows


class CreateUpload(Struct, frozen=True):
    """Begin an upload in parts."""

    folder: Required
    path: Required
    num_parts: Int64 = 1


class SentPart(Struct, frozen=True):
    """A part that the store has, by the etag that it answered."""

    part_number: Annotated[int, Meta(ge=1, le=multipart.MOST_PARTS)]
    etag: Required


class CompleteUpload(Struct, frozen=True):
    """End an upload: these are its parts."""

    folder: Required
    path: Required
    upload_id: Required
    parts: list[SentPart] = field(default_factory=list)


class AbortUpload(Struct, frozen=True):
    """Give an upload up."""

    folder: Required
    path: Required
    upload_id: Required


class AskToUpload(Struct, frozen=True):
    """Ask for a URL to which a file can be sent past the server."""

    path: Required
    run_id: str = ""
    model_id: str = ""


def create(backend: Backend, request: CreateUpload) -> multipart.MultipartUpload:
    """Begin an upload in parts that go straight to the store of files."""
    path = new_path(_goal(request.folder, request.path))
    return multipart.create(backend.served_files(), path, request.num_parts)


def complete(backend: Backend, request: CompleteUpload) -> None:
    """Make a file of the parts that were uploaded."""
    path = _goal(request.folder, request.path)
    parts = [multipart.UploadedPart(one.part_number, one.etag) for one in request.parts]
    multipart.complete(backend.served_files(), path, request.upload_id, parts)


def abort(backend: Backend, request: AbortUpload) -> None:
    """Give an upload up and forget its parts."""
    path = _goal(request.folder, request.path)
    multipart.abort(backend.served_files(), path, request.upload_id)


def presigned(backend: Backend, request: Place) -> multipart.Presigned:
    """Return a URL from which a file can be read past the server."""
    return multipart.presigned(backend.served_files(), request.path)


def upload_url(backend: Backend, request: AskToUpload) -> None:
    """Refuse a URL past the server: the files of a run go through it."""
    if bool(request.run_id) == bool(request.model_id):
        raise InvalidValue("Exactly one of run_id and model_id must be provided.")
    if request.model_id:
        backend.store.get_logged_model(request.model_id)
    else:
        backend.store.get_run(request.run_id)
    raise InvalidValue(
        "Presigned upload is not supported for proxied artifact storage: files go through the "
        "server. Upload the file with log_artifact."
    )


def download_url(backend: Backend, request: OneArtifact) -> None:
    """Refuse a URL past the server: the files of a run come through it."""
    backend.store.get_run(request.run_id)
    raise InvalidValue(
        "Presigned download is not supported for proxied artifact storage: the files of a run come "
        "through the server. Read the file with download_artifacts."
    )


def _goal(folder: str, local_path: str) -> str:
    return f"{folder}/{_SEPARATOR.split(local_path)[-1]}"


ENDPOINTS = (
    Endpoint(
        "POST", "mpu/create/{folder}", CreateUpload, create, prefixes=ARTIFACT_PROXY, files=True
    ),
    Endpoint(
        "POST",
        "mpu/complete/{folder}",
        CompleteUpload,
        complete,
        prefixes=ARTIFACT_PROXY,
        files=True,
    ),
    Endpoint("POST", "mpu/abort/{folder}", AbortUpload, abort, prefixes=ARTIFACT_PROXY, files=True),
    Endpoint("GET", "presigned/{path}", Place, presigned, prefixes=ARTIFACT_PROXY, files=True),
    Endpoint("POST", "artifacts/presigned-upload-url", AskToUpload, upload_url),
    Endpoint("POST", "artifacts/presigned-download-url", OneArtifact, download_url),
)

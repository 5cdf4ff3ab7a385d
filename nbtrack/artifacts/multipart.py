"""Uploads in parts and downloads past the server, where a store has URLs that carry permission.

A client that has a very large file asks for one URL per part, PUTs each part straight to the store
and says when all are there; until then nothing is visible. S3 can do that; for other stores every
function raises `Unsupported`, after which MLflow's client sends the file through the server.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from nbtrack.artifacts.resolver import parts_of
from nbtrack.artifacts.s3 import S3Folder
from nbtrack.artifacts.s3_bucket import code_of
from nbtrack.errors import InvalidValue, NotFound, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.artifacts.folder import ArtifactFolder
    from nbtrack.artifacts.s3_bucket import Bucket

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
MOST_PARTS = 10_000
# Seconds that a URL is good for: a part of 100 MiB takes that long at 30 kB/s.
EXPIRY = 3600

# Anything but a space that fits into a URL.
_UPLOAD_ID = re.compile(r"[!-~]{1,1024}")

_UNSUPPORTED = (
    # MLflow's client looks for these words and then uploads the file whole.
    "Multipart upload is not supported for the current artifact repository: only S3 has it. "
    "Upload the file whole."
)
_NO_PRESIGNED = (
    "Presigned URLs are not supported for the current artifact repository: only S3 has them. "
    "Download the file through the server."
)


class Part(Struct, frozen=True):
    """Where one part goes: PUT to the URL, with these headers; the first part has number 1."""

    url: str
    part_number: int
    headers: dict[str, str] = field(default_factory=dict)


class MultipartUpload(Struct, frozen=True):
    """An upload that has begun."""

    upload_id: str
    credentials: list[Part]


class UploadedPart(Struct, frozen=True):
    """A part that is there; the etag is the header of that name in the store's answer."""

    part_number: int
    etag: str
    url: str | None = None


class Presigned(Struct, frozen=True):
    """A URL from which a file can be read with GET, and with HTTP ranges."""

    url: str
    headers: dict[str, str]
    file_size: int


def create(folder: ArtifactFolder, path: str, num_parts: int) -> MultipartUpload:
    """Begin an upload of 1 to 10,000 parts, each but the last of 5 MiB at least.

    Raises
    ------
    Unsupported
        If the store has no such uploads.
    InvalidValue
        If the path or the number of parts is not allowed.
    """
    if not 1 <= num_parts <= MOST_PARTS:
        raise InvalidValue(f"num_parts is {num_parts}; an upload has 1 to {MOST_PARTS:,} parts.")
    parts = parts_of(path)
    s3 = _s3(folder, _UNSUPPORTED)
    s3.check_free(parts)
    with s3.bucket(parts) as bucket:
        key = s3.key(parts)
        upload_id = bucket.call("create_multipart_upload", Key=key)["UploadId"]
        urls = bucket.presigned(
            "upload_part",
            [
                {"Key": key, "UploadId": upload_id, "PartNumber": number}
                for number in range(1, num_parts + 1)
            ],
            EXPIRY,
        )
    return MultipartUpload(upload_id, [Part(url, n) for n, url in enumerate(urls, start=1)])


def complete(
    folder: ArtifactFolder, path: str, upload_id: str, parts: Sequence[UploadedPart]
) -> None:
    """Make one file of the parts, in the order of their numbers; now it is visible.

    Raises
    ------
    NotFound
        If there is no such upload of this path (any more).
    InvalidValue
        If a part is missing, too small, or not the one that was uploaded.
    """
    if not parts:
        raise InvalidValue("parts is empty; name every part that was uploaded.")
    ordered = sorted(parts, key=lambda part: part.part_number)
    listed = [{"PartNumber": part.part_number, "ETag": part.etag} for part in ordered]
    with _request(folder, path, upload_id) as (bucket, key):
        bucket.call(
            "complete_multipart_upload",
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": listed},
        )


def abort(folder: ArtifactFolder, path: str, upload_id: str) -> None:
    """Give an upload up; the store forgets the parts that are there.

    Raises
    ------
    NotFound
        If there is no such upload of this path (any more).
    """
    with _request(folder, path, upload_id) as (bucket, key):
        bucket.call("abort_multipart_upload", Key=key, UploadId=upload_id)


def presigned(folder: ArtifactFolder, path: str) -> Presigned:
    """Return a URL from which a file can be read for an hour, as an attachment.

    Raises
    ------
    Unsupported
        If the store has no such URLs.
    NotFound
        If there is no such file.
    """
    parts = parts_of(path)
    s3 = _s3(folder, _NO_PRESIGNED)
    size = s3.stat(path).size
    with s3.bucket(parts) as bucket:
        # An artifact is inert: no browser may run it on the origin of the store.
        asked = {"Key": s3.key(parts), "ResponseContentDisposition": "attachment"}
        (url,) = bucket.presigned("get_object", [asked], EXPIRY)
    return Presigned(url, {}, size)


def _s3(folder: ArtifactFolder, otherwise: str) -> S3Folder:
    if not isinstance(folder, S3Folder):
        raise Unsupported(otherwise)
    return folder


@contextmanager
def _request(folder: ArtifactFolder, path: str, upload_id: str) -> Iterator[tuple[Bucket, str]]:
    """Give what a request about an upload needs; a mistake in it is the client's."""
    parts = parts_of(path)
    s3 = _s3(folder, _UNSUPPORTED)
    if not _UPLOAD_ID.fullmatch(upload_id):
        raise InvalidValue(
            "upload_id is none that S3 gives; it comes from the answer that began the upload."
        )
    with s3.bucket(parts) as bucket:
        try:
            yield bucket, s3.key(parts)
        except OSError as error:
            mistake = _MISTAKES.get(code_of(error))
            if mistake is None:
                raise
            kind, message = mistake
            raise kind(message.format(path=path)) from None


_MISTAKES: dict[str, tuple[type[Any], str]] = {
    "NoSuchUpload": (
        NotFound,
        "There is no upload of {path!r} with this upload_id (any more); begin a new one.",
    ),
    "InvalidPart": (
        InvalidValue,
        "A part of {path!r} is missing or has another etag than the one given; send it again.",
    ),
    "EntityTooSmall": (
        InvalidValue,
        "A part of {path!r} is too small: each but the last has 5 MiB at least.",
    ),
    "InvalidPartOrder": (InvalidValue, "A part number of {path!r} is given twice."),
    "MalformedXML": (InvalidValue, "The parts of {path!r} are not a list of parts."),
    "InvalidArgument": (InvalidValue, "A part of {path!r} has a number that no part has."),
}

"""Files on their way to and from S3: uploads need no local disk, a download is one request."""

from __future__ import annotations

import functools
import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from nbtrack.artifacts.s3_bucket import code_of
from nbtrack.artifacts.streams import RemoteReader
from nbtrack.errors import Unavailable

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from nbtrack.artifacts.folder import FileStat
    from nbtrack.artifacts.s3_bucket import Bucket
    from nbtrack.artifacts.streams import Telling

# S3 takes parts from 5 MiB on, 10,000 of them.
_PART = 8 << 20
_PARTS_OF_ONE_SIZE = 1000
# A connection that a slow reader left idle is cut by the service; the reading goes on with another.
_RESUMES = 3


class S3Upload(io.RawIOBase):
    """A file whose parts go to S3 as they come; it appears when `finish` was called."""

    def __init__(self, bucket: Bucket, key: str, told: Telling) -> None:
        self._bucket = bucket
        self._told = told
        self._call = functools.partial(bucket.call, Key=key)
        self._gathered = io.BytesIO()
        self._id = ""
        self._parts: list[dict[str, Any]] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest:
            room = self._part_size() - self._gathered.tell()
            self._gathered.write(rest[:room])
            rest = rest[room:]
            if self._gathered.tell() == self._part_size():
                with self._told():
                    self._send_part()
        return size

    def finish(self) -> None:
        with self._told():
            if not self._id:
                self._call("put_object", Body=self._taken())
                return
            if self._gathered.tell():
                self._send_part()
            self._call(
                "complete_multipart_upload",
                UploadId=self._id,
                MultipartUpload={"Parts": self._parts},
            )

    def abort(self) -> None:
        if self._id:
            with suppress(Exception):
                self._call("abort_multipart_upload", UploadId=self._id)

    def _part_size(self) -> int:
        # Ten thousand parts are enough for 440 GB, or 80 GB where all must have one size (R2).
        if getattr(self._bucket.files, "fixed_upload_size", False):
            return _PART
        return _PART * (1 + len(self._parts) // _PARTS_OF_ONE_SIZE)

    def _send_part(self) -> None:
        if not self._id:
            self._id = self._call("create_multipart_upload")["UploadId"]
        number = len(self._parts) + 1
        sent = self._call("upload_part", UploadId=self._id, PartNumber=number, Body=self._taken())
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def _taken(self) -> io.BytesIO:
        body, self._gathered = self._gathered, io.BytesIO()
        body.seek(0)
        return body


class S3Reader(RemoteReader):
    """A file that is read as it arrives; every byte is of the version that was found first."""

    def __init__(self, bucket: Bucket, key: str, found: FileStat, told: Telling) -> None:
        super().__init__(found.size, told)
        self._bucket = bucket
        self._key = key
        self._etag = f'"{found.etag}"'
        self._body: Any = None
        self._body_at = 0

    def _read_at(self, position: int, size: int) -> bytes:
        for left in reversed(range(_RESUMES)):
            try:
                data = self._arrived(position, size)
            except Exception as error:
                self._drop()
                if code_of(error) == "PreconditionFailed":
                    raise Unavailable(
                        f"{self._key!r} was replaced while it was read; read it again."
                    ) from None
                if not left or code_of(error):
                    raise
            else:
                if data:
                    return data
                self._drop()
        return b""

    def _arrived(self, position: int, size: int) -> bytes:
        if self._body is None or self._body_at != position:
            self._drop()
            wanted = f"bytes={position}-"
            answer = self._bucket.call(
                "get_object", Key=self._key, Range=wanted, IfMatch=self._etag
            )
            self._body, self._body_at = answer["Body"], position
        data = cast("bytes", self._bucket.wait_for(self._body.read, size))
        self._body_at += len(data)
        return data

    def _drop(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            with suppress(RuntimeError):  # the loop is closed: so is the connection
                self._bucket.files.loop.call_soon_threadsafe(body.close)

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()

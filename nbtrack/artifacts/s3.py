"""Files in S3, or a service that speaks its language, through s3fs.

Requests go out as the service knows them, not as fsspec's file operations: a key may hold ``*``
or ``?versionId=``, reading is one request however large the file, writing needs no local disk.
"""

from __future__ import annotations

import asyncio
import functools
import io
import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nbtrack.artifacts.beneath import Entry
from nbtrack.artifacts.connections import Connections, connections_to
from nbtrack.artifacts.folder import FileStat
from nbtrack.artifacts.remote import RemoteFolder, is_plain
from nbtrack.artifacts.streams import RemoteReader
from nbtrack.errors import InvalidValue, NotFound, Unavailable
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from nbtrack.artifacts.streams import Telling

# S3 takes parts from 5 MiB on, 10,000 of them, and deletes 1,000 keys a request.
_PART = 8 << 20
_PARTS_OF_ONE_SIZE = 1000
_DELETED_AT_ONCE = 1000
# A connection that a slow reader left idle is cut by the service; the reading goes on with another.
_RESUMES = 3

# A service that is away is told after seconds, not after botocore's five tries of a minute each.
_PATIENCE = {
    "connect_timeout": 5,
    "read_timeout": 30,
    "max_pool_connections": 64,
    "retries": {"mode": "standard", "total_max_attempts": 3},
}


def options_of_environment() -> dict[str, Any]:
    """Return what MLflow's variables for S3 ask for, as s3fs wants it.

    ``AWS_*`` are read by botocore itself
    (https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store).
    """
    environment = os.environ
    config: dict[str, Any] = dict(_PATIENCE)
    style = environment.get("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE")
    if style:
        config["s3"] = {"addressing_style": style}
    options: dict[str, Any] = {"use_listings_cache": False, "config_kwargs": config}
    endpoint = environment.get("MLFLOW_S3_ENDPOINT_URL")
    if endpoint:
        options["endpoint_url"] = endpoint
    if environment.get("MLFLOW_S3_IGNORE_TLS", "").lower() in {"true", "1"}:
        options["client_kwargs"] = {"verify": False}
    extra = environment.get("MLFLOW_S3_UPLOAD_EXTRA_ARGS")
    if extra:
        try:
            options["s3_additional_kwargs"] = dict(json.loads(extra))
        except (ValueError, TypeError):
            raise InvalidValue(
                "MLFLOW_S3_UPLOAD_EXTRA_ARGS is not a JSON object, such as "
                '{"ServerSideEncryption": "AES256"}.'
            ) from None
    return options


class S3Folder(RemoteFolder):
    """Files below ``s3://bucket/prefix``."""

    @functools.cached_property
    def _connections(self) -> Connections:
        # One for all buckets: the bucket is said with each request.
        return connections_to("s3://", options_of_environment(), environment="AWS_")

    @contextmanager
    def _told(self, parts: tuple[str, ...]) -> Iterator[None]:
        with super()._told(parts):
            try:
                yield
            except FileNotFoundError as error:
                if code_of(error) == "NoSuchBucket":
                    raise Unavailable(
                        f"There is no bucket for {without_query(self.root)[0]}; create it or name "
                        "another."
                    ) from None
                raise

    @contextmanager
    def bucket(self, parts: tuple[str, ...]) -> Iterator[Bucket]:
        """Give the bucket to send requests to; what goes wrong becomes a sentence."""
        with self._told(parts), self._connections.lease() as files:
            yield Bucket(files, self.root.partition("://")[2].partition("?")[0].partition("/")[0])

    def key(self, parts: tuple[str, ...]) -> str:
        """Return the name of a file in its bucket."""
        prefix = self.root.partition("://")[2].partition("?")[0].partition("/")[2].strip("/")
        return "/".join((*filter(None, [prefix]), *self.parts, *parts))

    def check_free(self, parts: tuple[str, ...]) -> None:
        """Raise if a folder has this name or a file is where it needs a folder.

        S3 would take both; a copy on any disk would not.
        """
        with self.bucket(parts) as bucket:
            bucket.check_free(self.key(parts), len(parts))

    @contextmanager
    def _replacing(self, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
        self.check_free(parts)
        telling = functools.partial(self._told, parts)
        with self.bucket(parts) as bucket:
            upload = _Upload(bucket, self.key(parts), telling)
        try:
            yield cast("BinaryIO", upload)
            upload.finish()
        except BaseException:
            upload.abort()
            raise

    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]:
        with self.bucket(parts) as bucket:
            found = bucket.stat(self.key(parts))
        telling = functools.partial(self._told, parts)
        return _Reader(bucket, self.key(parts), found, telling).buffered(), found

    def _stat(self, parts: tuple[str, ...]) -> FileStat:
        with self.bucket(parts) as bucket:
            return bucket.stat(self.key(parts))

    def _entries(self, parts: tuple[str, ...]) -> list[Entry]:
        prefix = f"{self.key(parts)}/".lstrip("/")
        seen = []
        with self.bucket(parts) as bucket:
            for page in bucket.pages(Prefix=prefix, Delimiter="/"):
                folders = (found["Prefix"][:-1] for found in page.get("CommonPrefixes", ()))
                seen += [Entry(name.removeprefix(prefix), None) for name in folders]
                files = page.get("Contents", ())
                seen += [Entry(file["Key"].removeprefix(prefix), file["Size"]) for file in files]
        return sorted({entry for entry in seen if is_plain(entry.name)}, key=lambda entry: entry[0])

    def _delete(self, parts: tuple[str, ...]) -> None:
        key = self.key(parts)
        with self.bucket(parts) as bucket:
            if not bucket.delete(key):
                raise NotFound(f"No such artifact: {'/'.join(parts)!r}.")


class Bucket:
    """Requests to one bucket. Errors are s3fs's, such as `FileNotFoundError`."""

    def __init__(self, files: Any, name: str) -> None:
        self.files = files
        # botocore begins a body anew when it tries again; s3fs would go on where it was.
        files.retries = 1
        self.name = name

    def call(self, request: str, **arguments: Any) -> dict[str, Any]:
        """Send a request, named and answered as botocore has it."""
        return cast("dict[str, Any]", self.files.call_s3(request, Bucket=self.name, **arguments))

    def wait_for(self, function: Any, *arguments: Any, **named: Any) -> Any:
        """Run a coroutine function on the file system's event loop, which is another thread's."""
        from fsspec.asyn import sync

        return sync(self.files.loop, function, *arguments, **named)

    def presigned(self, request: str, many: list[dict[str, Any]], seconds: int) -> list[str]:
        """Return a URL for each of many requests, which carry this process's permission."""
        client = self.files.s3

        async def sign() -> list[str]:
            return [
                await client.generate_presigned_url(
                    request, Params={"Bucket": self.name, **arguments}, ExpiresIn=seconds
                )
                for arguments in many
            ]

        return cast("list[str]", self.wait_for(sign))

    def pages(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Return the pages of a listing."""
        page = self.call("list_objects_v2", **arguments)
        yield page
        while page.get("IsTruncated"):
            token = page["NextContinuationToken"]
            page = self.call("list_objects_v2", ContinuationToken=token, **arguments)
            yield page

    def stat(self, key: str) -> FileStat:
        try:
            head = self.call("head_object", Key=key)
        except FileNotFoundError:
            if self.call("list_objects_v2", Prefix=f"{key}/", MaxKeys=1).get("KeyCount"):
                raise IsADirectoryError(key) from None
            raise
        modified = round(head["LastModified"].timestamp() * 1000)
        return FileStat(head["ContentLength"], modified, head["ETag"].strip('"'))

    def check_free(self, key: str, depth: int) -> None:
        names = key.split("/")
        above = ["/".join(names[:count]) for count in range(len(names) - depth + 1, len(names))]
        call = functools.partial(self.files._call_s3, Bucket=self.name)  # noqa: SLF001 - fsspec's async methods begin so

        async def ask() -> list[Any]:
            return await asyncio.gather(
                call("list_objects_v2", Prefix=f"{key}/", MaxKeys=1),
                *(call("head_object", Key=file) for file in above),
                return_exceptions=True,
            )

        listed, *heads = self.wait_for(ask)
        for answer in (listed, *heads):
            # Who may only write still may; a missing file is what is hoped for.
            if isinstance(answer, BaseException) and not isinstance(
                answer, (FileNotFoundError, PermissionError)
            ):
                raise answer
        if isinstance(listed, dict) and listed.get("KeyCount"):
            raise IsADirectoryError(key)
        if any(isinstance(head, dict) for head in heads):
            raise NotADirectoryError(key)

    def delete(self, key: str) -> bool:
        """Delete a file, or all below a folder; return whether there was anything."""
        keys = [
            file["Key"]
            for page in self.pages(Prefix=f"{key}/")
            for file in page.get("Contents", ())
        ]
        with suppress(FileNotFoundError):
            self.call("head_object", Key=key)
            keys.append(key)
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            chosen = [{"Key": each} for each in keys[start : start + _DELETED_AT_ONCE]]
            answer = self.call("delete_objects", Delete={"Objects": chosen, "Quiet": True})
            for failed in answer.get("Errors", ()):
                raise PermissionError(f"{failed.get('Code')} for {failed.get('Key')!r}")
        return bool(keys)


class _Upload(io.RawIOBase):
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
        if self._bucket.files.fixed_upload_size:
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


class _Reader(RemoteReader):
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


def code_of(error: Exception) -> str:
    """Return the service's name of an error that s3fs translated."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))

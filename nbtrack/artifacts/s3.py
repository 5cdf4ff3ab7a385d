"""Files in S3, or a service that speaks its language, through s3fs."""

from __future__ import annotations

import functools
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nbtrack.artifacts.beneath import Entry
from nbtrack.artifacts.connections import Connections, connections_to
from nbtrack.artifacts.remote import RemoteFolder
from nbtrack.artifacts.resolver import is_plain
from nbtrack.artifacts.s3_bucket import Bucket, code_of
from nbtrack.artifacts.s3_transfer import S3Reader, S3Upload
from nbtrack.errors import InvalidValue, NotFound, Unavailable
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.artifacts.folder import FileStat

# A service that is away is told after seconds, not after botocore's five tries of a minute each.
# URLs are signed as files with a KMS key and the newer regions want it.
_CONFIG = {
    "signature_version": "s3v4",
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
    config: dict[str, Any] = dict(_CONFIG)
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

    @property
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
            upload = S3Upload(bucket, self.key(parts), telling)
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
        return S3Reader(bucket, self.key(parts), found, telling).buffered(), found

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

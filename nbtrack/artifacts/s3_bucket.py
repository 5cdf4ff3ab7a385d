"""Requests to an S3 bucket, as the service knows them, sent through s3fs.

Not by fsspec's file operations: they take ``*`` or ``?versionId=`` in a key for something else.
"""

from __future__ import annotations

import asyncio
import functools
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from nbtrack.artifacts.folder import FileStat

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELETED_AT_ONCE = 1000


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
        sign = functools.partial(self.files.s3.generate_presigned_url, ExpiresIn=seconds)

        async def sign_all() -> list[str]:
            urls = []
            for arguments in many:
                urls.append(await sign(request, Params={"Bucket": self.name, **arguments}))
                # Ten thousand take seconds, and the transfers of this process share the loop.
                await asyncio.sleep(0)
            return urls

        return cast("list[str]", self.wait_for(sign_all))

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


def code_of(error: Exception) -> str:
    """Return the service's name of an error that s3fs translated."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))

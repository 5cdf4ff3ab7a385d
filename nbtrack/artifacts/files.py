"""Where a run's files are: on this machine, or wherever fsspec reaches.

`open_artifacts` tells them apart by the run's ``artifact_uri``.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from nbtrack.artifacts import beneath
from nbtrack.artifacts.folder import ArtifactFolder, FileStat
from nbtrack.artifacts.resolver import parts_of
from nbtrack.errors import InvalidValue, NbtrackError, NotFound, Refused, Unavailable
from nbtrack.platforms import WINDOWS
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from collections.abc import Iterator

STORE_SCHEME = "mlflow-artifacts:"

_SCHEME = re.compile(r"([A-Za-z][\w+.-]+):(?=/)")
_RUN_PARTS = re.compile(r"(?P<root>.+)/(?P<run>[0-9a-f]{32})/artifacts/?")
# Writing to these is all or nothing already; the others get a temporary name and a rename.
_WHOLE_ALREADY = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "memory"}
_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "azure"),
    **dict.fromkeys(("hdfs", "arrow_hdfs"), "hdfs"),
    **dict.fromkeys(("sftp", "ssh"), "sftp"),
}


def open_artifacts(artifact_uri: str, artifact_root: str) -> ArtifactFolder:
    """Return the folder of a run's files.

    Parameters
    ----------
    artifact_uri : str
        As the run carries it: ``mlflow-artifacts:/<experiment>/<run>/artifacts`` for files in the
        store's own root, else a local path or any fsspec URL.
    artifact_root : str
        What ``mlflow-artifacts:/`` stands for in the run's store: a path or an fsspec URL.
    """
    if not artifact_uri.startswith(STORE_SCHEME):
        place, query = without_query(artifact_uri)
        found = _RUN_PARTS.fullmatch(place)
        if found is None:
            return open_place(artifact_uri, ())
        return open_place(f"{found['root']}{query}", (found["run"], "artifacts"))
    inner = artifact_uri.removeprefix(STORE_SCHEME)
    if inner.startswith("//"):
        raise Refused(
            f"The files of this run are behind the server of {artifact_uri!r}, which this store "
            "does not know. Read them through that server's tracking URI."
        )
    return open_place(artifact_root, parts_of(inner.strip("/")))


def local_path(uri: str) -> Path | None:
    """Return the path that a path or ``file:`` URI means, None for any other URL."""
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return Path(uri)
    if scheme[1].lower() not in {"file", "local"}:
        return None
    try:
        parsed = urlsplit(uri)
    except ValueError as error:
        raise InvalidValue(f"{uri!r} is not a URL: {error}.") from None
    if parsed.netloc not in {"", "localhost"}:
        raise Refused(f"{uri!r} is a path of another machine, {parsed.netloc}.")
    path = unquote(parsed.path)
    return Path(path.lstrip("/") if WINDOWS else path)


def open_place(root: str, parts: tuple[str, ...]) -> ArtifactFolder:
    if "::" in root:
        raise InvalidValue(
            f"{root!r} chains file systems with '::', which is not allowed; name the place itself."
        )
    path = local_path(root)
    return RemoteFolder(root, parts) if path is None else LocalFolder(path, parts)


class LocalFolder(ArtifactFolder):
    """Files on this machine, below ``root``, a folder that may itself be reached through links."""

    def __init__(self, root: Path, parts: tuple[str, ...] = ()) -> None:
        self.root = root
        self.parts = parts

    @contextmanager
    def _replacing(self, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
        with (
            _told("/".join(parts)),
            beneath.replacing(self.root, (*self.parts, *parts)) as file,
        ):
            yield file

    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]:
        with _told("/".join(parts)):
            file = beneath.open_file(self.root, (*self.parts, *parts))
        return file, _stat_of(os.fstat(file.fileno()))

    def _stat(self, parts: tuple[str, ...]) -> FileStat:
        file, found = self._open(parts)
        file.close()
        return found

    def _entries(self, parts: tuple[str, ...]) -> list[beneath.Entry]:
        try:
            return beneath.entries(self.root, (*self.parts, *parts))
        except (FileNotFoundError, NotADirectoryError, Refused):
            return []
        except (OSError, UnicodeEncodeError):
            with _told("/".join(parts)):
                raise

    def _delete(self, parts: tuple[str, ...]) -> None:
        with _told("/".join(parts)):
            beneath.remove(self.root, (*self.parts, *parts))


def _stat_of(found: os.stat_result) -> FileStat:
    etag = f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}"
    return FileStat(found.st_size, found.st_mtime_ns // 1_000_000, etag)


class RemoteFolder(ArtifactFolder):
    """Files behind an fsspec file system (https://filesystem-spec.readthedocs.io)."""

    def __init__(self, root: str, parts: tuple[str, ...] = ()) -> None:
        self.root = root
        self.parts = parts

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, and the root's path in it."""
        import fsspec

        scheme = urlsplit(self.root).scheme
        try:
            files, path = fsspec.core.url_to_fs(self.root)
        except ImportError as error:
            extra = _EXTRAS.get(scheme)
            hint = f"pip install 'nbtrack[{extra}]'" if extra else str(error)
            raise InvalidValue(f"{scheme}:// needs a package that is not here: {hint}") from error
        except ValueError as error:
            raise InvalidValue(f"Files cannot be kept at {self.root!r}: {error}") from error
        return files, path.partition("?")[0]

    def _path(self, parts: tuple[str, ...]) -> str:
        return "/".join((self._place[1].rstrip("/"), *self.parts, *parts))

    @contextmanager
    def _replacing(self, parts: tuple[str, ...]) -> Iterator[BinaryIO]:
        # Gathered here first: a remote file that is being written to may appear half written.
        with tempfile.TemporaryDirectory(prefix="nbtrack-") as here:
            gathered = Path(here, "file")
            with gathered.open("wb") as file:
                yield file
            with _told_of_remote("/".join(parts)):
                self._upload(str(gathered), self._path(parts))

    def _upload(self, local: str, goal: str) -> None:
        files, _ = self._place
        if files.isdir(goal):
            raise IsADirectoryError(goal)
        if urlsplit(self.root).scheme in _WHOLE_ALREADY:
            files.put_file(local, goal)
            return
        folder = goal.rpartition("/")[0]
        interim = f"{folder}/{beneath.PART_PREFIX}{os.urandom(8).hex()}"
        files.makedirs(folder, exist_ok=True)
        try:
            files.put_file(local, interim)
            if files.exists(goal):  # a rename replaces nothing on HDFS and some FTP servers
                files.rm_file(goal)
            files.mv(interim, goal)
        except BaseException:
            with suppress(Exception):
                files.rm_file(interim)
            raise

    def _open(self, parts: tuple[str, ...]) -> tuple[BinaryIO, FileStat]:
        found = self._stat(parts)
        with _told_of_remote("/".join(parts)):
            return cast("BinaryIO", self._place[0].open(self._path(parts), "rb")), found

    def _stat(self, parts: tuple[str, ...]) -> FileStat:
        files, _ = self._place
        with _told_of_remote("/".join(parts)):
            info = files.info(self._path(parts))
            if info["type"] == "directory":
                raise IsADirectoryError(self._path(parts))
        return FileStat(
            int(info["size"]), None, hashlib.sha256(repr(info).encode()).hexdigest()[:32]
        )

    def _entries(self, parts: tuple[str, ...]) -> list[beneath.Entry]:
        files, _ = self._place
        folder = self._path(parts)
        try:
            with _told_of_remote("/".join(parts)):
                files.invalidate_cache(folder)
                found = files.ls(folder, detail=True)
        except (NotFound, InvalidValue):
            return []
        inside = files._strip_protocol(folder).rstrip("/") + "/"  # noqa: SLF001 - no public form exists
        seen = set()
        for info in found:
            path = files._strip_protocol(info["name"]).rstrip("/")  # noqa: SLF001 - as above
            name = path.removeprefix(inside)
            # A folder's own marker, and a file asked for as a folder, are listed as themselves.
            if path.startswith(inside) and _is_plain(name):
                size = None if info["type"] == "directory" else int(info.get("size") or 0)
                seen.add(beneath.Entry(name, size))
        return sorted(seen, key=lambda entry: entry.name)

    def _delete(self, parts: tuple[str, ...]) -> None:
        with _told_of_remote("/".join(parts)):
            self._place[0].rm(self._path(parts), recursive=True)


def _is_plain(name: str) -> bool:
    """Whether a listed name can be asked for (a store shared with others may hold any)."""
    try:
        return len(parts_of(name)) == 1 and not name.startswith(beneath.PART_PREFIX)
    except InvalidValue:
        return False


_MEANINGS: dict[int, tuple[type[NbtrackError], str]] = {
    errno.ENOENT: (NotFound, "No such artifact: {path!r}."),
    errno.EISDIR: (InvalidValue, "Invalid path {path!r}: it is a folder."),
    errno.ENOTDIR: (InvalidValue, "Invalid path {path!r}: a file is where it needs a folder."),
    errno.EEXIST: (InvalidValue, "Invalid path {path!r}: a folder has this name."),
    errno.ENAMETOOLONG: (InvalidValue, "Invalid path {path!r}: it is too long for the disk."),
    errno.EACCES: (Refused, "No permission for the file {path!r}: {error}."),
    errno.EPERM: (Refused, "No permission for the file {path!r}: {error}."),
    errno.EROFS: (Refused, "The file {path!r} is on a disk that cannot be written to."),
    errno.ENOSPC: (Unavailable, "The disk is full: {path!r} was not written. Free some space."),
    errno.EDQUOT: (Unavailable, "The disk quota is used up: {path!r} was not written."),
}


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn an error of the file system into a sentence about the artifact."""
    try:
        yield
    except UnicodeEncodeError:
        raise InvalidValue(
            f"Invalid path {path!r}: it holds half a character (a lone surrogate)."
        ) from None
    except OSError as error:
        kind, message = _MEANINGS.get(
            _number(error), (Unavailable, "The file {path!r} could not be used: {error}.")
        )
        raise kind(message.format(path=path, error=error.strerror or error)) from error


@contextmanager
def _told_of_remote(path: str) -> Iterator[None]:
    """Do as `_told` does, also for what a service's own library raises."""
    try:
        with _told(path):
            yield
    except NbtrackError:
        raise
    except Exception as error:
        raise Unavailable(
            f"The file {path!r} could not be used: {type(error).__name__}: {error}"
        ) from error


def _number(error: OSError) -> int:
    # fsspec raises these classes with a path alone.
    for kind, number in (
        (FileNotFoundError, errno.ENOENT),
        (IsADirectoryError, errno.EISDIR),
        (NotADirectoryError, errno.ENOTDIR),
        (FileExistsError, errno.EEXIST),
        (PermissionError, errno.EACCES),
    ):
        if isinstance(error, kind):
            return number
    return error.errno or 0

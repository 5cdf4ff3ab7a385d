"""Where a run's files are: on this machine, or wherever fsspec reaches.

`open_artifacts` tells them apart by the run's ``artifact_uri``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nbtrack.artifacts.local import LocalFolder
from nbtrack.artifacts.remote import RemoteFolder
from nbtrack.artifacts.resolver import parts_of
from nbtrack.errors import InvalidValue, Refused
from nbtrack.platforms import WINDOWS
from nbtrack.redaction.redact import redact_url
from nbtrack.urls import without_query

if TYPE_CHECKING:
    from nbtrack.artifacts.folder import ArtifactFolder

STORE_SCHEME = "mlflow-artifacts:"

_SCHEME = re.compile(r"([A-Za-z][\w+.-]+):(?=/)")
_RUN_PARTS = re.compile(r"(?P<root>.+)/(?P<run>[0-9a-f]{32})/artifacts/?")


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
        raise Refused(f"{redact_url(uri)!r} is a path of another machine.")
    path = unquote(parsed.path)
    return Path(path.lstrip("/") if WINDOWS else path)


def open_place(root: str, parts: tuple[str, ...]) -> ArtifactFolder:
    """Return the folder at checked ``parts`` below a root that somebody trusted named."""
    if "::" in root:
        raise InvalidValue(
            f"{root!r} chains file systems with '::', which is not allowed; name the place itself."
        )
    path = local_path(root)
    if path is not None:
        return LocalFolder(path, parts)
    kind = _kind_of(root.partition("://")[0].lower())
    return kind(root, parts)


def _kind_of(scheme: str) -> type[RemoteFolder]:
    """Return the class for a store; some can do better than fsspec's common interface."""
    if scheme in {"s3", "s3a"}:
        from nbtrack.artifacts.s3 import S3Folder

        return S3Folder
    if scheme == "ftp":
        from nbtrack.artifacts.ftp import FtpFolder

        return FtpFolder
    return RemoteFolder

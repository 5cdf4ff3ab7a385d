"""Which places a server opens: what its operator named, whatever clients write into their runs.

A run's ``artifact_uri`` is data that a client chose. `Places.of` opens it only below the server's
own destination or a root that the operator listed, and then relative to that root, so that neither
the text of the location nor a link on the disk leads elsewhere.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from nbtrack.artifacts.files import STORE_SCHEME, local_path, open_place
from nbtrack.artifacts.resolver import parts_of
from nbtrack.errors import InvalidValue, NbtrackError, Refused
from nbtrack.platforms import WINDOWS
from nbtrack.redaction.redact import redact_url
from nbtrack.urls import SCHEME, without_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.artifacts.folder import ArtifactFolder

# Long locations are stored whole but not repeated whole.
_SHOWN = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Places:
    """The places whose files a server reads and writes.

    Parameters
    ----------
    destination : str
        What ``mlflow-artifacts:/`` stands for: a path or an fsspec URL, named by the operator.
    allowed_roots : sequence of str
        More places below which runs may have their files, named by the operator.
    opened_with : str
        How the operator names more of them, for messages.

    Raises
    ------
    InvalidValue
        If one of them is not a place of files.
    """

    def __init__(
        self,
        destination: str,
        allowed_roots: Sequence[str] = (),
        *,
        opened_with: str = "--allow-artifact-root",
    ) -> None:
        self._opened_with = opened_with
        self._roots = [_Root.named(place) for place in (destination, *allowed_roots)]

    def served(self) -> ArtifactFolder:
        """Return the folder that ``mlflow-artifacts:/`` stands for."""
        return self._roots[0].folder(())

    def of(self, artifact_uri: str) -> ArtifactFolder:
        """Return the folder at the location of a run, model or experiment.

        Raises
        ------
        Refused
            Unless the location is ``mlflow-artifacts:/…`` or below an allowed root.
        """
        try:
            if artifact_uri.startswith(STORE_SCHEME):
                return self._roots[0].folder(_parts_behind_scheme(artifact_uri))
            location = _taken_apart(artifact_uri)
            for root in self._roots:
                parts = root.parts_to(location)
                if parts is not None:
                    return root.folder(parts)
        except NbtrackError as error:
            self._refuse(artifact_uri, error.message)
        return self._refuse(artifact_uri, "it is below no place that this server was told to open.")

    def _refuse(self, uri: str, why: str) -> NoReturn:
        shown = redact_url(uri)
        if len(shown) > _SHOWN:
            shown = f"{shown[:_SHOWN]}…"
        raise Refused(
            f"The files at {shown!r} are not opened by this server: {why} "
            f"Whoever runs the server can open a place with {self._opened_with}."
        )


class _Location(NamedTuple):
    """A location taken apart: ``place`` is scheme and host, or what a path starts with."""

    place: str
    query: str
    inner: str


class _Root(NamedTuple):
    """A place that the operator named, and the locations that mean it."""

    place: str
    locations: tuple[_Location, ...]

    @classmethod
    def named(cls, place: str) -> _Root:
        try:
            if place.startswith(STORE_SCHEME):
                raise InvalidValue(
                    "that is what clients call this server's files; name the path or URL behind it."
                )
            path = local_path(place)
            if path is None:
                return cls(place, (_taken_apart(place),))
        except NbtrackError as error:
            raise InvalidValue(
                f"Files cannot be kept at {redact_url(place)!r}: {error.message}"
            ) from None
        # A later change of the working directory must not move it; links on the way to it are
        # the operator's, and runs may carry either spelling.
        here = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
        spellings = dict.fromkeys((here, here.resolve()))
        return cls(str(here), tuple(_of_path(each) for each in spellings))

    def parts_to(self, location: _Location) -> tuple[str, ...] | None:
        """Return the way from this root down to a location, None if it is not below."""
        parts = parts_of(location.inner) if location.inner else ()
        for root in self.locations:
            above = tuple(part for part in root.inner.split("/") if part)
            if (
                root.place == location.place
                and parts[: len(above)] == above
                and location.query in {"", root.query}
            ):
                return parts[len(above) :]
        return None

    def folder(self, parts: tuple[str, ...]) -> ArtifactFolder:
        return open_place(self.place, parts)


def _taken_apart(uri: str) -> _Location:
    """Take a location apart without looking at any disk."""
    if "::" in uri:
        raise InvalidValue("it chains file systems with '::'.")
    if _CONTROL.search(uri):  # urlsplit would drop some of them
        raise InvalidValue("it contains a control character.")
    path = local_path(uri)
    if path is not None:
        if SCHEME.match(uri) is None:
            _check_plain(uri)
        elif "?" in uri or "#" in uri:
            raise InvalidValue("it has a query or a fragment, which a file does not have.")
        return _of_path(path)
    before, query = without_query(uri)
    scheme, sign, rest = before.partition("://")
    if not sign:
        raise InvalidValue("it is neither an absolute path nor a URL with '://'.")
    host, _, inner = rest.partition("/")
    return _Location(f"{scheme.lower()}://{host}", query, inner.removesuffix("/"))


def _of_path(path: Path) -> _Location:
    if not path.is_absolute():
        raise InvalidValue("it is relative; a server opens absolute paths and URLs only.")
    return _Location(os.path.normcase(path.anchor), "", path.as_posix()[len(path.anchor) :])


def _check_plain(path: str) -> None:
    # Path drops "." silently, and a store writes its locations without any.
    text = path.replace("\\", "/") if WINDOWS else path
    if any(part in {".", ".."} for part in text.split("/")):
        raise InvalidValue("it contains '.' or '..'.")


def _parts_behind_scheme(uri: str) -> tuple[str, ...]:
    inner = uri.removeprefix(STORE_SCHEME)
    if inner.startswith("//") and not inner.startswith("///"):
        raise InvalidValue("it names another server, and a server fetches nothing for its clients.")
    inner = inner.removeprefix("//").removeprefix("/").removesuffix("/")
    if "?" in inner or "#" in inner:
        raise InvalidValue("it has a query or a fragment, which mean nothing here.")
    return parts_of(inner) if inner else ()

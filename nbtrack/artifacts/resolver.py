"""The one check that every artifact path passes, whoever names it: user, client or listing.

A path comes as a relative POSIX path, already decoded once if it travelled in a URL. It leaves as
its parts, and files are opened below the root part by part, so no string is ever compared with a
root. What still contains an escape of something forbidden (``%2e%2e``, ``%252f``) is refused:
somebody behind nbtrack might decode once more.
"""

from __future__ import annotations

import re
from typing import NoReturn
from urllib.parse import unquote

from nbtrack.errors import InvalidValue

_MOST_DECODINGS = 8
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def parts_of(path: str) -> tuple[str, ...]:
    """Split an artifact path into its checked parts.

    Raises
    ------
    InvalidValue
        For anything but a relative path in its plain form: NUL and control characters,
        backslashes, empty parts, ``.`` and ``..``, absolute paths, drive letters, and
        percent-escapes of any of these.

    Examples
    --------
    >>> parts_of("plots/learning curve.png")
    ('plots', 'learning curve.png')
    """
    if not isinstance(path, str):
        raise InvalidValue(f"An artifact path is text, not {type(path).__name__}.")
    parts = _checked(path, path)
    decoded = path
    for _ in range(_MOST_DECODINGS):
        again = unquote(decoded, errors="surrogateescape")
        if again == decoded:
            return parts
        if len(_checked(again, path)) != len(parts):
            _refuse(path, "it hides a slash")
        decoded = again
    return _refuse(path, "it is escaped too many times")


def joined(*paths: str | None) -> str:
    """Join artifact paths, leaving out empty ones, and check the result ("" is the root)."""
    path = "/".join(p for p in paths if p)
    return "/".join(parts_of(path)) if path else ""


def _checked(path: str, shown: str) -> tuple[str, ...]:
    if not path:
        _refuse(shown, "it is empty")
    if _CONTROL.search(path):
        _refuse(shown, "it contains a control character")
    if "\\" in path:
        _refuse(shown, "it contains a backslash; write / between folders")
    if path.startswith("/"):
        _refuse(shown, "it is absolute; name it relative to the run's files")
    if _DRIVE.match(path):
        _refuse(shown, "it starts with a drive letter; name it relative to the run's files")
    parts = tuple(path.split("/"))
    for part in parts:
        if not part:
            _refuse(shown, "it ends with a slash or has two in a row")
        if part in {".", ".."}:
            _refuse(shown, f"it contains {part!r}")
    return parts


def _refuse(path: str, why: str) -> NoReturn:
    raise InvalidValue(f"Invalid path {path!r}: {why}.")

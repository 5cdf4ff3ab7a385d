"""The one check that every artifact path passes, whoever names it: user, client or listing.

A path comes as a relative POSIX path, already decoded once if it travelled in a URL. It leaves as
its parts, and files are opened below the root part by part, so no string is ever compared with a
root. What still contains an escape of something forbidden (``%2e%2e``, ``%252f``) is refused:
somebody behind nbtrack might decode once more. So is what only looks like a way upwards, such as
full-width dots: somebody might normalise it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NoReturn
from urllib.parse import unquote

from nbtrack.errors import InvalidValue
from nbtrack.platforms import WINDOWS

# What is being uploaded has such a name where a file needs one, and is never shown.
PART_PREFIX = ".nbtrack-part-"

_MOST_DECODINGS = 8
# What Linux, macOS and Windows disks take; a file kept elsewhere is copied to one sooner or later.
_LONGEST_NAME = 255
_LONGEST_PATH = 4096
_DEEPEST = 100
_SHOWN = 200
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# "." "/" and "\\" in more bytes than UTF-8 has for them, which careless decoders take.
_OVERLONG = re.compile(r"(?i)%c[01]%|%e0%[89]|%f0%8")
# Letters that look like a slash and that Unicode does not take for one when it normalises.
_LIKE_SLASH = str.maketrans(dict.fromkeys("\u2044\u2215\u29f8\u2216\u29f5\u29f9", "/"))
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_NOT_ON_WINDOWS = re.compile(
    r"""(?i)(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])[ ]*"""
    r"""(?:[.:].*)?"""
    r"""|.*[<>:"|?*].*|.*[. ]"""
)


def parts_of(path: str) -> tuple[str, ...]:
    """Split an artifact path into its checked parts.

    Raises
    ------
    InvalidValue
        For anything but a relative path in its plain form: NUL and control characters,
        backslashes, empty parts, ``.`` and ``..``, absolute paths, drive letters, and
        percent-escapes of any of these, letters that look like them; names and paths too long for
        a disk; on Windows also what Windows takes for a device, a stream or another name.

    Examples
    --------
    >>> parts_of("plots/learning curve.png")
    ('plots', 'learning curve.png')
    """
    if not isinstance(path, str):
        raise InvalidValue(f"An artifact path is text, not {type(path).__name__}.")
    if len(path) > _LONGEST_PATH:
        _refuse(path, "it is too long")
    parts = _checked(path, path)
    for part in parts:
        _check_name(part, path)
    _check_looks(path, path)
    decoded = path
    for _ in range(_MOST_DECODINGS):
        again = unquote(decoded, errors="surrogateescape")
        if again == decoded:
            return parts
        if len(_checked(again, path)) != len(parts) or _OVERLONG.search(decoded):
            _refuse(path, "it hides a slash or a dot")
        _check_looks(again, path)
        decoded = again
    return _refuse(path, "it is escaped too many times")


def joined(*paths: str | None) -> str:
    """Join artifact paths, leaving out empty ones, and check the result ("" is the root)."""
    path = "/".join(p for p in paths if p)
    return "/".join(parts_of(path)) if path else ""


def is_plain(name: str, folder: tuple[str, ...] = ("folder",)) -> bool:
    """Whether a listed name can be asked for (a place shared with others may hold any).

    Parameters
    ----------
    name : str
        Of a file or folder.
    folder : tuple of str
        Where it is: a path may not begin like a drive (``a:b``), but a name in a folder may.
    """
    try:
        return parts_of("/".join((*folder, name))) == (*folder, name)
    except InvalidValue:
        return False


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
    if len(parts) > _DEEPEST:
        _refuse(shown, f"it is more than {_DEEPEST} folders deep")
    for part in parts:
        if not part:
            _refuse(shown, "it ends with a slash or has two in a row")
        if part in {".", ".."}:
            _refuse(shown, f"it contains {part!r}")
    return parts


def _check_name(name: str, path: str) -> None:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        _refuse(path, "it holds half a character (a lone surrogate)")
    if size > _LONGEST_NAME:
        _refuse(path, f"a name in it is too long for a disk, which takes {_LONGEST_NAME} bytes")
    if name.startswith(PART_PREFIX):
        _refuse(path, f"names that begin with {PART_PREFIX} are nbtrack's own")
    if WINDOWS and _NOT_ON_WINDOWS.fullmatch(name):
        _refuse(path, f"{name!r} is not a file name on Windows")


def _check_looks(path: str, shown: str) -> None:
    looks = unicodedata.normalize("NFKC", path).translate(_LIKE_SLASH).replace("\\", "/")
    if looks.startswith("/"):
        _refuse(shown, "it looks absolute")
    if any(part.strip() in {"", ".", ".."} for part in looks.split("/")):
        _refuse(shown, "a name in it looks like '.' or '..' or like nothing")


def _refuse(path: str, why: str) -> NoReturn:
    shown = path if len(path) <= _SHOWN else f"{path[:_SHOWN]}…"
    raise InvalidValue(f"Invalid path {shown!r}: {why}.")

"""Files below a local root, reached without ever following a link, and written whole or not at all.

Like `nbtrack.platforms`, this module is where operating systems differ: POSIX works relative to
open folders; Windows, which has no such calls, checks each part of the path (not run).
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from nbtrack import store_folder
from nbtrack.artifacts.resolver import PART_PREFIX, is_plain
from nbtrack.errors import Refused
from nbtrack.platforms import WINDOWS, open_beneath

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A nameless file gets its name through /proc, which a container may lack.
_TMPFILE = getattr(os, "O_TMPFILE", 0) if Path("/proc/self/fd").is_dir() else 0
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
# Opening a named pipe would wait for a writer; it is refused right after the opening.
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


class Entry(NamedTuple):
    """One name in a folder; ``size`` is None for a folder."""

    name: str
    size: int | None


def open_file(root: Path, parts: Sequence[str]) -> BinaryIO:
    """Open a regular file for reading."""
    descriptor = open_beneath(root, parts, os.O_RDONLY | _NONBLOCK)
    try:
        _check_regular(os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _check_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise FileNotFoundError(errno.ENOENT, "Not a regular file")


def entries(root: Path, parts: Sequence[str]) -> list[Entry]:
    """Return the files and folders in a folder, by name.

    Links, devices and names that nobody can ask for (not UTF-8, control characters) are not seen.
    """
    with _folder(root, parts) as folder, os.scandir(folder) as found:
        seen = []
        for entry in found:
            if not is_plain(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                seen.append(Entry(entry.name, None))
            elif entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    seen.append(Entry(entry.name, entry.stat(follow_symlinks=False).st_size))
    return sorted(seen)


def remove(root: Path, parts: Sequence[str]) -> None:
    """Delete a file, a link (not what it points to) or a folder with all in it."""
    with _folder(root, parts[:-1]) as folder:
        name = parts[-1]
        at = {} if WINDOWS else {"dir_fd": folder}
        target = Path(folder) / name if isinstance(folder, Path) else name
        mode = os.stat(target, follow_symlinks=False, **at).st_mode  # type: ignore[arg-type]  # noqa: PTH116
        if stat.S_ISDIR(mode):
            shutil.rmtree(target, **at)  # type: ignore[arg-type]
        else:
            os.unlink(target, **at)  # type: ignore[arg-type]


@contextmanager
def replacing(root: Path, parts: Sequence[str]) -> Iterator[BinaryIO]:
    """Give a file to write to that takes its place below the root when the block ends well.

    A folder of that name is refused before the block begins. Until it ends nothing is visible under
    the name, after an exception nothing is left. Where the system has files without a name (Linux),
    even a kill in the block leaves nothing behind.
    """
    _make_folders(root, parts)
    if WINDOWS:
        with _folder(root, parts[:-1]) as folder:
            assert isinstance(folder, Path)
            _check_no_folder(folder / parts[-1])
            with _by_path(folder / parts[-1]) as file:
                yield file
        return
    with _folder(root, parts[:-1]) as folder:
        assert isinstance(folder, int)
        _check_no_folder(parts[-1], dir_fd=folder)
        descriptor, part = _new_file(folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(descriptor)
                part = part or _named(descriptor, folder, parts[-1])
                if part:
                    os.rename(part, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            if part:
                with suppress(OSError):
                    os.unlink(part, dir_fd=folder)
            raise


def _check_no_folder(path: str | Path, *, dir_fd: int | None = None) -> None:
    """Raise for a folder at this path, or for a name that the disk cannot hold."""
    with suppress(FileNotFoundError):
        mode = os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _make_folders(root: Path, parts: Sequence[str]) -> None:
    store_folder.make_above(root)
    root.mkdir(exist_ok=True)
    if len(parts) > 1:
        # The last part's absence does not matter: it is only opened to make the folders before it.
        with suppress(FileNotFoundError):
            os.close(
                open_beneath(
                    root, [*parts[:-1], PART_PREFIX], os.O_RDONLY | _NONBLOCK, make_folders=True
                )
            )


def _new_file(folder: int) -> tuple[int, str]:
    """Return a new file in a folder and its name: "" where it needs none."""
    if _TMPFILE:
        # Not every file system knows them (NFS, some overlays); the errors differ by kernel.
        with suppress(OSError):
            return os.open(".", _TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666, dir_fd=folder), ""
    part = PART_PREFIX + os.urandom(8).hex()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(part, flags, 0o666, dir_fd=folder), part


def _named(descriptor: int, folder: int, name: str) -> str:
    """Give a nameless file its name; "" if that is done, else the interim name to rename from."""
    nameless = f"/proc/self/fd/{descriptor}"
    with suppress(FileExistsError):
        os.link(nameless, name, dst_dir_fd=folder, follow_symlinks=True)
        return ""
    part = PART_PREFIX + os.urandom(8).hex()
    os.link(nameless, part, dst_dir_fd=folder, follow_symlinks=True)
    return part


@contextmanager
def _folder(root: Path, parts: Sequence[str]) -> Iterator[int | Path]:
    """Give an open folder (POSIX), or its path after each part was looked at (Windows)."""
    if WINDOWS:
        path = root.resolve()
        for part in parts:
            path /= part
            if path.is_symlink() or getattr(os.path, "isjunction", lambda _: False)(path):
                raise Refused(f"{part!r} is a link; links are not followed here.")
        yield path
        return
    descriptor = open_beneath(root, parts, os.O_RDONLY | _DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _by_path(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(PART_PREFIX + os.urandom(8).hex())
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

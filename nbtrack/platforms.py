"""What differs between operating systems: processes, private files, mounts, paths below a root.

Every POSIX-only call of nbtrack is here, beside the branch that Windows takes. The Windows
branches follow the documentation of the calls they use and were not run.
"""

from __future__ import annotations

import functools
import getpass
import os
import re
import socket
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOWS = sys.platform == "win32"
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
# starttime is field 22 of /proc/PID/stat (man 5 proc); the third is the first behind the name.
_START_FIELD = 19

# Processes


@functools.cache
def boot_id() -> str:
    """Return what this run of the operating system is called, or "" where it cannot be told.

    Equal ids mean the same machine since the same start, so that its process ids can be looked up.
    """
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    with suppress(OSError, ValueError, IndexError):
        return _boot_id_of_macos() if sys.platform == "darwin" else _boot_id_of_windows()
    return ""


def pid_namespace() -> str:
    """Return the namespace in which process ids count, as a container has; "" if unknown."""
    if sys.platform != "linux":
        return "only one"
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def process_start(pid: int) -> str | None:
    """Return when a process began, in the system's own count; None if that cannot be told.

    A process that has ended and only waits for its parent to notice ("zombie") counts as gone.
    """
    if sys.platform == "linux":
        return _start_from_proc(pid)
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return repr(process.create_time())
    except psutil.Error:
        return None


def process_is_gone(pid: int, start: str) -> bool:
    """Whether the process that had this id and began at this time has ended; when in doubt, no."""
    began = process_start(pid)
    if began is not None:
        return began != start
    if _stat_fields(pid):
        return True  # a zombie
    return not _pid_exists(pid)


def host() -> str:
    """Return this machine's name."""
    return socket.gethostname()


def user() -> str:
    """Return the name of the user who runs this process, as MLflow writes it into a run."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's uid often has no name
        return str(os.getuid()) if not WINDOWS else "unknown"


def user_id() -> int | None:
    """Return the number of the user who runs this process; None on Windows, which has none."""
    return None if WINDOWS else os.geteuid()


def runs_as_root() -> bool:
    """Whether this process is the superuser's; on Windows no program asks."""
    return user_id() == 0


def most_open_files() -> int:
    """Return how many files this process may have open, after asking for as many as it may."""
    if WINDOWS:
        return 2048  # what the C library allows; sockets do not count there
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return soft


def fork() -> int | None:
    """Go on as two processes: 0 in the new one, its id in the old; None where that cannot be."""
    return None if WINDOWS else os.fork()


def _start_from_proc(pid: int) -> str | None:
    fields = _stat_fields(pid)
    return fields[_START_FIELD] if fields and fields[0] not in {"Z", "X"} else None


def _stat_fields(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # the name before may hold spaces and parentheses


def _pid_exists(pid: int) -> bool:
    if WINDOWS:
        import psutil

        return bool(psutil.pid_exists(pid))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's process
        return True
    return True


def _boot_id_of_macos() -> str:
    import subprocess

    command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 (fixed)


def _boot_id_of_windows() -> str:
    import psutil

    return f"booted about {psutil.boot_time() // 60:.0f}"  # the clock may be set by seconds


# Private files and folders


def owned_by_this_user(path: Path) -> bool:
    """Whether this user owns a file or folder. Windows: yes, its own access rules decide there."""
    if WINDOWS:
        return True
    return path.stat().st_uid == os.geteuid()


def make_private_dir(path: Path) -> None:
    """Make a folder that only this user can enter (0700), and its parents, unless it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder.")


def open_private(path: Path, *, create: bool = False) -> int:
    """Open a file of this user's for reading and appending; a link in its place is refused.

    Parameters
    ----------
    path : Path
        The file, in a folder that only this user can write to.
    create : bool
        Make it (0600); it must not exist yet.

    Raises
    ------
    OSError
        As `os.open` does.
    """
    flags = os.O_RDWR | os.O_APPEND | _CLOEXEC | _NOFOLLOW | _BINARY
    return os.open(path, flags | (os.O_CREAT | os.O_EXCL if create else 0), 0o600)


def open_for_reading(path: Path) -> int:
    """Open a file of this user's for reading; a link in its place is refused."""
    return os.open(path, os.O_RDONLY | _CLOEXEC | _NOFOLLOW | _BINARY)


def write_private(path: Path, data: bytes) -> None:
    """Replace a file's content at once (0600): a reader sees the old or the new, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = open_private(part, create=True)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def try_lock(descriptor: int) -> bool:
    """Take an open file's lock without waiting; False if another has it. Closing gives it back."""
    try:
        if WINDOWS:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# Mounts

_NETWORK = re.compile(
    r"(nfs\d?|cifs|smb\w*|9p|lustre|gpfs|afs\w*|ceph|glusterfs|beegfs\w*|ncpfs|webdav|davfs\d?"
    r"|vboxsf|virtiofs|prl_fs|vmhgfs|network|fuse(\..+)?|macfuse|osxfuse)"
)


def filesystem_type(path: Path) -> str:
    """Return the type of a path's file system as the mount table calls it, "" if unknown."""
    path = Path(os.path.realpath(path))
    if WINDOWS:
        return _drive_type(path)
    best = ("", "")
    for mount_point, kind in _mounts():
        # Of two file systems mounted on one point, the later hides the earlier.
        if path.is_relative_to(mount_point) and len(mount_point) >= len(best[0]):
            best = (mount_point, kind)
    return best[1]


def is_network_filesystem(path: Path) -> bool:
    """Whether other machines may write to the same files, so that locks cannot be trusted."""
    return _NETWORK.fullmatch(filesystem_type(path).lower()) is not None


def _mounts() -> list[tuple[str, str]]:
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        import psutil

        return [(part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=True)]
    mounts = []
    for line in lines:
        before, _, after = line.partition(" - ")
        mounts.append((_unescaped(before.split()[4]), after.split()[0]))
    return mounts


def _unescaped(field: str) -> str:
    # The mount table writes space, tab, newline and backslash as three octal digits (man 5 fstab).
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)


def _drive_type(path: Path) -> str:
    import ctypes

    remote = 4  # DRIVE_REMOTE of GetDriveTypeW
    drive = path.anchor or "\\"
    return "network" if ctypes.windll.kernel32.GetDriveTypeW(drive) == remote else "local"  # type: ignore[attr-defined,unused-ignore]


# Paths below a root


def open_beneath(
    root: Path,
    parts: Sequence[str],
    flags: int,
    *,
    mode: int = 0o600,
    make_folders: bool = False,
) -> int:
    """Open a file or folder below a root without following any link on the way.

    Parameters
    ----------
    root : Path
        The folder that is not left; it may itself be reached through links.
    parts : sequence of str
        Names of the folders and, last, of the file; none of them "", ".", ".." or with a separator.
        Without parts the root itself is opened.
    flags : int
        As for `os.open`; ``O_NOFOLLOW`` and ``O_CLOEXEC`` are added.
    mode : int
        Permissions of a file that is made.
    make_folders : bool
        Make missing folders on the way.

    Returns
    -------
    int
        A file descriptor that the caller closes.

    Raises
    ------
    Refused
        If a part is not a plain name or leads through a link.
    OSError
        As `os.open` does.
    """
    for part in parts:
        if part in {"", ".", ".."} or "/" in part or "\0" in part or (WINDOWS and "\\" in part):
            raise Refused(
                f"{part!r} is not a name of a file or folder; use plain names below the root."
            )
    if WINDOWS:
        return _open_by_path(root, parts, flags, mode, make_folders=make_folders)
    folder = os.open(root, os.O_RDONLY | _DIRECTORY | _CLOEXEC)
    if not parts:
        return folder
    try:
        for part in parts[:-1]:
            inner = _enter(folder, part, make=make_folders)
            os.close(folder)
            folder = inner
        return _open_at(folder, parts[-1], flags, mode)
    finally:
        os.close(folder)


def _enter(folder: int, name: str, *, make: bool) -> int:
    flags = os.O_RDONLY | _DIRECTORY
    try:
        return _open_at(folder, name, flags, 0)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):
        os.mkdir(name, 0o777, dir_fd=folder)
    return _open_at(folder, name, flags, 0)


def _open_at(folder: int, name: str, flags: int, mode: int) -> int:
    try:
        return os.open(name, flags | _NOFOLLOW | _CLOEXEC, mode, dir_fd=folder)
    except OSError as error:
        # A link is ELOOP for a file and ENOTDIR for a folder: look, to say which.
        with suppress(OSError):
            if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise Refused(f"{name!r} is a link; links are not followed here.") from error
        raise


def _open_by_path(
    root: Path, parts: Sequence[str], flags: int, mode: int, *, make_folders: bool
) -> int:
    path = root.resolve()
    for number, part in enumerate(parts, start=1):
        path /= part
        if path.is_symlink() or getattr(os.path, "isjunction", lambda _: False)(path):
            raise Refused(f"{part!r} is a link; links are not followed here.")
        if make_folders and number < len(parts):
            path.mkdir(exist_ok=True)
    return os.open(path, flags | _BINARY, mode)

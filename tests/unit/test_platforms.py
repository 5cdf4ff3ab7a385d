"""What the operating system says about processes, files and mounts."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nbtrack import platforms
from nbtrack.errors import Refused

posix = pytest.mark.skipif(platforms.WINDOWS, reason="This is about POSIX systems.")
linux = pytest.mark.skipif(sys.platform != "linux", reason="This is about Linux.")


def test_the_machine_has_an_identity():
    assert platforms.boot_id() == platforms.boot_id() != ""
    assert platforms.pid_namespace()
    assert platforms.host()
    assert platforms.user()


@posix
def test_a_user_without_a_name_is_a_number(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _: (_ for _ in ()).throw(KeyError))
    assert platforms.user() == str(os.getuid())


def test_this_process_is_there():
    start = platforms.process_start(os.getpid())
    assert start
    assert not platforms.process_is_gone(os.getpid(), start)


def test_another_process_under_the_same_number_is_not_the_one_that_was_meant():
    assert platforms.process_is_gone(os.getpid(), "long ago")


def test_a_process_that_ended_is_gone_also_before_its_parent_asks():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = platforms.process_start(child.pid)
    assert not platforms.process_is_gone(child.pid, start)
    child.kill()
    deadline = time.monotonic() + 10
    while not platforms.process_is_gone(child.pid, start):  # a zombie until `wait` below
        assert time.monotonic() < deadline
    child.stdin.close()
    child.wait()
    assert platforms.process_is_gone(child.pid, start)


@linux
def test_a_process_with_an_odd_name_is_read(tmp_path):
    odd = tmp_path / "a ) R 1 (b"
    odd.symlink_to("/bin/sleep")
    child = subprocess.Popen([str(odd), "30"])
    assert platforms.process_start(child.pid).isdigit()
    child.kill()
    child.wait()


@posix
def test_private_things_are_private(tmp_path):
    folder = tmp_path / "a" / "b"
    platforms.make_private_dir(folder)
    os.close(platforms.open_private(folder / "file", create=True))
    platforms.write_private(folder / "other", b"x")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "other").stat().st_mode) == 0o600
    assert platforms.owned_by_this_user(folder)


def test_many_may_make_a_folder_at_once(tmp_path):
    failures = []

    def make():
        try:
            platforms.make_private_dir(tmp_path / "x" / "y")
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=make) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        platforms.make_private_dir(tmp_path / "file")


def test_writing_replaces_the_content_and_leaves_nothing_else(tmp_path):
    for content in (b"one", b"two"):
        platforms.write_private(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["file"]


def test_a_lock_is_held_until_its_file_is_closed(tmp_path):
    first = platforms.open_private(tmp_path / "file", create=True)
    second = platforms.open_private(tmp_path / "file")
    assert platforms.try_lock(first)
    assert not platforms.try_lock(second)
    os.close(first)
    assert platforms.try_lock(second)
    os.close(second)


@linux
def test_the_file_system_of_a_path_is_read_from_the_mount_table():
    assert platforms.filesystem_type(Path("/proc/self/status")) == "proc"
    assert not platforms.is_network_filesystem(Path("/proc"))


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "lustre", "gpfs", "fuse.sshfs"]
)
def test_file_systems_of_the_network_are_known(monkeypatch, kind):
    monkeypatch.setattr(platforms, "_mounts", lambda: [("/", "ext4"), ("/net/a b", kind)])
    assert platforms.is_network_filesystem(Path("/net/a b/folder"))
    assert not platforms.is_network_filesystem(Path("/net/a bc"))


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuseblk", "zfs", "apfs"]
)
def test_file_systems_of_this_machine_are_not_taken_for_the_networks(monkeypatch, kind):
    monkeypatch.setattr(platforms, "_mounts", lambda: [("/", "nfs"), ("/", kind)])
    assert not platforms.is_network_filesystem(Path("/anything"))


def test_a_file_below_a_root_is_opened_and_folders_are_made(tmp_path):
    flags = os.O_WRONLY | os.O_CREAT
    file = platforms.open_beneath(tmp_path, ["a", "b", "c.txt"], flags, make_folders=True)
    os.write(file, b"x")
    os.close(file)
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "x"


@pytest.mark.parametrize("part", ["", ".", "..", "a/b", "/etc", "a\0b"])
def test_what_is_not_a_plain_name_is_refused(tmp_path, part):
    with pytest.raises(Refused, match="use plain names"):
        platforms.open_beneath(tmp_path, ["a", part], os.O_RDONLY)


@pytest.mark.parametrize("parts", [["link"], ["link", "passwd"], ["folder", "file"]])
def test_a_link_below_the_root_is_refused(tmp_path, parts):
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="is a link"):
        platforms.open_beneath(tmp_path, parts, os.O_RDONLY)


def test_a_root_that_is_itself_a_link_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    os.close(platforms.open_beneath(tmp_path / "root", [], os.O_RDONLY))


def test_a_missing_file_below_a_root_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        platforms.open_beneath(tmp_path, ["a", "b"], os.O_RDONLY)

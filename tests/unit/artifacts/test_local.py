"""Files on this machine: links, kills, what disks refuse."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbtrack.artifacts import beneath, open_artifacts
from nbtrack.errors import InvalidValue, NotFound, Refused, Unavailable

RUN = "mlflow-artifacts:/3/" + "a" * 32 + "/artifacts"


@pytest.fixture
def place(tmp_path):
    return tmp_path / "artifacts" / "3" / ("a" * 32) / "artifacts"


@pytest.fixture
def on_disk(tmp_path):
    return open_artifacts(RUN, str(tmp_path / "artifacts"))


def test_links_are_neither_followed_nor_listed(on_disk, place, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    on_disk.write("inside.txt", b"1")
    (place / "folder").symlink_to(outside)
    (place / "file").symlink_to(outside / "secret")
    for path in ("folder/secret", "file"):
        with pytest.raises(Refused, match="link"):
            on_disk.read(path)
    with pytest.raises(Refused, match="link"):
        on_disk.write("folder/new", b"1")
    assert [file.path for file in on_disk.list()] == ["inside.txt"]
    assert on_disk.list("folder") == []
    on_disk.write("file", b"mine")
    on_disk.delete("folder")
    assert (outside / "secret").read_text() == "secret"
    assert not (place / "file").is_symlink()


def test_deleting_a_tree_does_not_follow_links(on_disk, place, tmp_path):
    (tmp_path / "kept").write_text("kept")
    on_disk.write("a/b.txt", b"1")
    (place / "a" / "link").symlink_to(tmp_path)
    on_disk.delete("a")
    assert (tmp_path / "kept").read_text() == "kept"


def test_a_link_in_the_place_of_a_runs_folder_is_refused(on_disk, place, tmp_path):
    place.parent.parent.mkdir(parents=True)
    place.parent.symlink_to(tmp_path)
    with pytest.raises(Refused, match="link"):
        on_disk.write("a.txt", b"1")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Named pipes need POSIX.")
def test_a_pipe_is_no_file(on_disk, place):
    on_disk.write("a.txt", b"1")
    os.mkfifo(place / "pipe")
    with pytest.raises(NotFound):
        on_disk.read("pipe")
    assert [file.path for file in on_disk.list()] == ["a.txt"]


def test_a_name_too_long_for_the_disk_is_a_sentence(on_disk):
    with pytest.raises(InvalidValue, match="too long"):
        on_disk.write("x" * 300, b"1")


def test_a_users_own_location_is_used(tmp_path):
    place = tmp_path / "my files"
    folder = open_artifacts(f"{place}/{'b' * 32}/artifacts", str(tmp_path / "unused"))
    folder.write("a.txt", b"1")
    assert (place / ("b" * 32) / "artifacts" / "a.txt").read_bytes() == b"1"
    uri = place.as_uri() + f"/{'b' * 32}/artifacts"
    assert open_artifacts(uri, "").read("a.txt") == b"1"


_SLOW_UPLOAD = """
import sys, time
from nbtrack.artifacts import open_artifacts
class Slow:
    def __init__(self): self.sent = 0
    def read(self, size=-1):
        self.sent += 1
        if self.sent == 3:
            print("halfway", flush=True)
            time.sleep(60)
        return b"x" * 100_000
open_artifacts(sys.argv[1], sys.argv[2]).write("big/file.bin", Slow())
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="Nameless files need Linux.")
def test_a_killed_upload_leaves_nothing_behind(on_disk, place, tmp_path):
    on_disk.write("big/file.bin", b"before")
    arguments = [sys.executable, "-c", _SLOW_UPLOAD, RUN, str(tmp_path / "artifacts")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"halfway\n"
        process.send_signal(signal.SIGKILL)
    assert [path.name for path in Path(place).rglob("*")] == ["big", "file.bin"]
    assert on_disk.read("big/file.bin") == b"before"


def test_a_disk_without_nameless_files_gets_whole_files_too(on_disk, place, monkeypatch):
    monkeypatch.setattr(beneath, "_TMPFILE", 0)
    on_disk.write("a/b.txt", b"1")
    on_disk.write("a/b.txt", b"2")
    assert on_disk.read("a/b.txt") == b"2"
    with pytest.raises(InvalidValue, match="a folder"):
        on_disk.write("a", b"3")
    assert sorted(path.name for path in place.rglob("*")) == ["a", "b.txt"]


def test_a_question_mark_in_a_local_path_is_a_letter(tmp_path):
    run = "a" * 32
    folder = open_artifacts(f"{tmp_path}/why?/{run}/artifacts", "")
    folder.write("a.txt", b"1")
    assert (tmp_path / "why?" / run / "artifacts" / "a.txt").read_bytes() == b"1"


@pytest.mark.parametrize("path", ["a" * 300, "\ud800.txt"])
def test_a_name_that_no_disk_takes_is_refused_with_a_sentence(tmp_path, path):
    folder = open_artifacts(str(tmp_path), "")
    for use in (folder.list, folder.read, lambda name: folder.write(name, b"")):
        with pytest.raises(InvalidValue, match=r"too long|half a character"):
            use(path)


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="Linux takes any bytes.")
def test_a_name_that_nobody_can_ask_for_is_not_listed(on_disk, place):
    on_disk.write("a", b"1")
    for name in (b"\xff", b"a\nb", b".nbtrack-part-x", b"back\\slash"):
        Path(os.fsdecode(os.path.join(os.fsencode(place), name))).write_bytes(b"2")  # noqa: PTH118
    assert [file.path for file in on_disk.list()] == ["a"]


def test_a_file_whose_folder_is_deleted_meanwhile_is_to_be_sent_again(on_disk):
    def delete_meanwhile():
        with on_disk.replacing("plots/a.png") as file:
            file.write(b"1")
            on_disk.delete("plots")

    with pytest.raises(Unavailable, match="was deleted while the file was written"):
        delete_meanwhile()
    on_disk.write("plots/a.png", b"2")
    assert on_disk.read("plots/a.png") == b"2"

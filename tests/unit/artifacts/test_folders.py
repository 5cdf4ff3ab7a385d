"""Folders of files, on disk and behind fsspec: the same behaviour of both."""

import io
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from nbtrack.artifacts import FileInfo, beneath, open_artifacts
from nbtrack.errors import InvalidValue, NotFound, Refused, Unavailable

RUN = "mlflow-artifacts:/3/" + "a" * 32 + "/artifacts"


@pytest.fixture(params=["disk", "memory"])
def folder(request, tmp_path):
    if request.param == "disk":
        return open_artifacts(RUN, str(tmp_path / "artifacts"))
    return open_artifacts(RUN, f"memory://{uuid.uuid4().hex}")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "artifacts" / "3" / ("a" * 32) / "artifacts"


@pytest.fixture
def on_disk(tmp_path):
    return open_artifacts(RUN, str(tmp_path / "artifacts"))


def test_what_was_written_is_read_back(folder):
    folder.write("a.txt", b"one")
    folder.write("größe 1/😀.bin", io.BytesIO(b"two"))
    assert folder.read("a.txt") == b"one"
    assert folder.read("größe 1/😀.bin") == b"two"


def test_a_file_can_be_replaced(folder):
    folder.write("a.txt", b"a longer text")
    folder.write("a.txt", b"short")
    assert folder.read("a.txt") == b"short"


def test_an_empty_file_is_a_file(folder):
    folder.write("empty", b"")
    assert folder.read("empty") == b""
    assert folder.list() == [FileInfo("empty", is_dir=False, file_size=0)]


def test_a_listing_shows_one_level_by_name(folder):
    for path in ("b.txt", "a/x.txt", "a/deep/y.txt"):
        folder.write(path, b"12")
    assert folder.list() == [
        FileInfo("a", is_dir=True),
        FileInfo("b.txt", is_dir=False, file_size=2),
    ]
    assert folder.list("a") == [
        FileInfo("a/deep", is_dir=True),
        FileInfo("a/x.txt", is_dir=False, file_size=2),
    ]


def test_a_listing_of_a_file_or_of_nothing_is_empty(folder):
    assert folder.list() == []
    folder.write("a.txt", b"1")
    assert folder.list("a.txt") == []
    assert folder.list("nothing/here") == []


def test_a_missing_file_is_not_found(folder):
    with pytest.raises(NotFound, match=r"No such artifact: 'a.txt'"):
        folder.read("a.txt")
    with pytest.raises(NotFound):
        folder.delete("a.txt")


def test_a_folder_is_put_with_its_tree(folder, tmp_path):
    source = tmp_path / "model"
    (source / "deep").mkdir(parents=True)
    (source / "a b.txt").write_bytes(b"1")
    (source / "deep" / "c.txt").write_bytes(b"2")
    folder.put(source, "models/m1")
    assert folder.read("models/m1/a b.txt") == b"1"
    assert folder.read("models/m1/deep/c.txt") == b"2"


def test_a_file_that_is_not_here_cannot_be_put(folder):
    with pytest.raises(NotFound, match=r"no file or folder 'nothing\.txt' here"):
        folder.put("nothing.txt", "a")


def test_a_download_keeps_the_tree(folder, tmp_path):
    folder.write("a/b/c.txt", b"1")
    folder.write("d.txt", b"2")
    assert folder.download("a/b/c.txt", tmp_path / "one").read_bytes() == b"1"
    assert (tmp_path / "one" / "a" / "b" / "c.txt").exists()
    everything = folder.download("", tmp_path / "all")
    assert (everything / "a" / "b" / "c.txt").read_bytes() == b"1"
    assert (everything / "d.txt").read_bytes() == b"2"
    assert folder.download("a", tmp_path / "part") == tmp_path / "part" / "a"
    with pytest.raises(NotFound):
        folder.download("nothing", tmp_path / "none")


def test_a_file_or_a_folder_can_be_deleted_but_not_the_root(folder):
    folder.write("a/b.txt", b"1")
    folder.write("c.txt", b"1")
    folder.delete("a")
    folder.delete("c.txt")
    assert folder.list() == []
    with pytest.raises(InvalidValue, match="cannot be deleted"):
        folder.delete("")


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "%2e%2e/x", "a\\b", "a\0"])
def test_no_call_takes_a_path_that_leaves_the_folder(folder, path, tmp_path):
    for call in (
        lambda: folder.write(path, b""),
        lambda: folder.read(path),
        lambda: folder.open(path),
        lambda: folder.list(path),
        lambda: folder.delete(path),
        lambda: folder.download(path, tmp_path),
    ):
        with pytest.raises(InvalidValue, match="Invalid path"):
            call()


def test_a_file_in_the_way_of_a_folder_is_a_sentence(folder):
    folder.write("a", b"1")
    with pytest.raises(InvalidValue, match="Invalid path 'a/b'"):
        folder.write("a/b", b"2")
    assert folder.read("a") == b"1"


def test_a_folder_in_the_way_of_a_file_is_a_sentence(folder):
    folder.write("a/b", b"1")
    with pytest.raises(InvalidValue, match="Invalid path 'a'"):
        folder.write("a", b"2")
    assert folder.read("a/b") == b"1"


def test_an_error_in_the_middle_leaves_nothing_behind(folder):
    class Broken:
        def __init__(self):
            self.parts = [b"a part"]

        def read(self, size=-1):
            if not self.parts:
                raise RuntimeError("the cable is out")
            return self.parts.pop()

    with pytest.raises(RuntimeError, match="cable"):
        folder.write("a/b.txt", Broken())
    assert folder.list("a") == []


def test_links_are_neither_followed_nor_listed(on_disk, root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    on_disk.write("inside.txt", b"1")
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
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
    assert not (root / "file").is_symlink()


def test_deleting_a_tree_does_not_follow_links(on_disk, root, tmp_path):
    (tmp_path / "kept").write_text("kept")
    on_disk.write("a/b.txt", b"1")
    (root / "a" / "link").symlink_to(tmp_path)
    on_disk.delete("a")
    assert (tmp_path / "kept").read_text() == "kept"


def test_a_link_in_the_place_of_a_runs_folder_is_refused(on_disk, root, tmp_path):
    root.parent.parent.mkdir(parents=True)
    root.parent.symlink_to(tmp_path)
    with pytest.raises(Refused, match="link"):
        on_disk.write("a.txt", b"1")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Named pipes need POSIX.")
def test_a_pipe_is_no_file(on_disk, root):
    on_disk.write("a.txt", b"1")
    os.mkfifo(root / "pipe")
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


@pytest.mark.parametrize(
    "uri", ["zip://a.txt::memory://x", "simplecache::s3://bucket/x", "memory://a::file:///etc"]
)
def test_chained_file_systems_are_refused(uri):
    with pytest.raises(InvalidValue, match="chains file systems"):
        open_artifacts(uri, "")


def test_files_behind_another_server_are_refused():
    with pytest.raises(Refused, match="behind the server"):
        open_artifacts("mlflow-artifacts://other.org/1/x", "")


def test_a_path_of_another_machine_is_refused():
    with pytest.raises(Refused, match="another machine"):
        open_artifacts(f"file://other.org/data/{'a' * 32}/artifacts", "")


def test_an_unknown_protocol_is_a_sentence():
    with pytest.raises(InvalidValue, match="carrier"):
        open_artifacts("carrier://pigeon", "").write("a", b"")


def test_a_protocol_without_its_package_says_what_to_install():
    folder = open_artifacts("gs://bucket/x", "")
    with pytest.raises(InvalidValue, match=r"pip install 'nbtrack\[gcs\]'"):
        folder.list()


def test_an_uri_that_leaves_the_store_is_refused():
    with pytest.raises(InvalidValue, match="Invalid path"):
        open_artifacts("mlflow-artifacts:/../../etc", "/tmp/x")


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
def test_a_killed_upload_leaves_nothing_behind(on_disk, root, tmp_path):
    on_disk.write("big/file.bin", b"before")
    arguments = [sys.executable, "-c", _SLOW_UPLOAD, RUN, str(tmp_path / "artifacts")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"halfway\n"
        process.send_signal(signal.SIGKILL)
    assert [path.name for path in Path(root).rglob("*")] == ["big", "file.bin"]
    assert on_disk.read("big/file.bin") == b"before"


def test_a_disk_without_nameless_files_gets_whole_files_too(on_disk, root, monkeypatch):
    monkeypatch.setattr(beneath, "_TMPFILE", 0)
    on_disk.write("a/b.txt", b"1")
    on_disk.write("a/b.txt", b"2")
    assert on_disk.read("a/b.txt") == b"2"
    with pytest.raises(InvalidValue, match="a folder"):
        on_disk.write("a", b"3")
    assert sorted(path.name for path in root.rglob("*")) == ["a", "b.txt"]


class _Elsewhere(MemoryFileSystem):
    """A file system that is not known to write a file whole: files are uploaded and renamed."""

    protocol = "elsewhere"
    store = {}  # noqa: RUF012 - as MemoryFileSystem has it
    pseudo_dirs = [""]  # noqa: RUF012 - as above

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("elsewhere://", "memory://"))


@pytest.fixture
def elsewhere():
    fsspec.register_implementation("elsewhere", _Elsewhere, clobber=True)
    _Elsewhere.store.clear()
    _Elsewhere.pseudo_dirs[:] = [""]
    return open_artifacts(RUN, "elsewhere://place")


def test_an_upload_elsewhere_gets_its_name_when_it_is_whole(elsewhere):
    elsewhere.write("a/b.txt", b"1")
    elsewhere.write("a/b.txt", b"2")
    assert elsewhere.read("a/b.txt") == b"2"
    assert [file.path for file in elsewhere.list("a")] == ["a/b.txt"]


def test_an_upload_elsewhere_that_fails_leaves_the_old_file(elsewhere, monkeypatch):
    elsewhere.write("a.txt", b"1")

    def fail(self, *args, **kwargs):
        raise RuntimeError("connection lost")

    monkeypatch.setattr(_Elsewhere, "put_file", fail)
    with pytest.raises(Unavailable, match=r"'a\.txt' could not be used.*connection lost"):
        elsewhere.write("a.txt", b"2")
    assert elsewhere.read("a.txt") == b"1"
    assert [file.path for file in elsewhere.list()] == ["a.txt"]


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

"""Folders of files, on disk and behind fsspec: the same behaviour of all."""

import io
import os

import pytest

from nbtrack.artifacts import FileInfo
from nbtrack.errors import InvalidValue, NotFound
from tests.needs import needs


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


def test_every_file_in_a_folder_is_listed_also_one_named_like_a_drive(folder):
    needs(os.name != "nt", "Windows has no such names.")
    folder.write("a/b:c", b"1")
    assert [file.path for file in folder.list("a")] == ["a/b:c"]


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

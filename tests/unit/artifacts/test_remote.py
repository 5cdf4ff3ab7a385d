"""Locations, and stores that fsspec reaches."""

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from nbtrack.artifacts import open_artifacts
from nbtrack.errors import InvalidValue, Refused, Unavailable

RUN = "mlflow-artifacts:/3/" + "a" * 32 + "/artifacts"


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

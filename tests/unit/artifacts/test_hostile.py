"""Paths and locations that mean harm: each refused with a sentence, none reaches outside."""

import itertools
import os
import shutil
import threading
import time
from contextlib import suppress

import pytest

from nbtrack.artifacts import Places, multipart, resolver
from nbtrack.errors import InvalidValue, NbtrackError, Refused

SECRET = "the secret"
RUN = "a" * 32

PATHS = [
    # upwards, in every escape
    "..",
    "../secret",
    "../../secret",
    "a/../../secret",
    "a/..",
    "./../secret",
    "..//secret",
    ".../../secret",
    "%2e%2e/secret",
    "%2e%2e%2fsecret",
    "..%2fsecret",
    "%252e%252e%252fsecret",
    "%25252e%25252e/secret",
    "a/%2e%2e/%2e%2e/secret",
    "..%c0%af../secret",
    "..%5csecret",
    "..\\secret",
    "a\\..\\..\\secret",
    # what looks like it
    "\uff0e\uff0e/secret",
    "\uff0e\uff0e\uff0fsecret",
    "\u2025/secret",
    "\u2024\u2024/secret",
    "\ufe52\ufe52/secret",
    "..\u2215secret",
    "..\u2044secret",
    "..\u29f8secret",
    "..\uff3csecret",
    "..\u2216secret",
    ".. /secret",
    " ../secret",
    "..\u00a0/secret",
    "..\u3000/secret",
    "a/ /b",
    "%e3%80%80",
    # absolute, drives, shares, devices
    "/etc/passwd",
    "//etc/passwd",
    "///etc/passwd",
    "%2fetc%2fpasswd",
    "\uff0fetc/passwd",
    "\u2215etc/passwd",
    "C:/Windows/win.ini",
    "c:secret",
    "C%3a/Windows",
    "\\\\host\\share",
    "\\\\?\\C:\\x",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "s3://bucket/key",
    "http://169.254.169.254/latest/meta-data",
    "memory://x",
    "zip://a::file:///etc/passwd",
    # empty, odd, long
    "",
    ".",
    "./a",
    "a/.",
    "a//b",
    "a/",
    "/",
    "a\0b",
    "a%00b",
    "a%2500.txt",
    "a\nb",
    "a\r\nSet-Cookie: x=1",
    "a\x1b[2J",
    "a\x7f",
    "a\u2028b",
    "\ud800",
    "a/\udcff",
    ".nbtrack-part-0123456789abcdef",
    "a/.nbtrack-part-x/b",
    "x" * 256,
    "\u00fc" * 128,
    "a/" + "x" * 300 + "/b",
    "a/" * 101 + "b",
    "a/" * 3000 + "b",
    "x/" * 2500,
    "%25" + "25" * 20 + "2e",
]


@pytest.fixture
def outside(tmp_path):
    """A folder with a secret beside and above the places of files."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "inside").write_text("inside")
    return tmp_path


def everything_in(folder):
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def uses(folder, path, here):
    return {
        "read": lambda: folder.read(path),
        "stat": lambda: folder.stat(path),
        "open": lambda: folder.open(path),
        "write": lambda: folder.write(path, b"harm"),
        "replacing": lambda: folder.replacing(path).__enter__(),
        "delete": lambda: folder.delete(path),
        "create": lambda: multipart.create(folder, path, 1),
        "presigned": lambda: multipart.presigned(folder, path),
        **({"list": lambda: folder.list(path)} if path else {}),
        **({"download": lambda: folder.download(path, here)} if path else {}),
    }


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_a_hostile_path_is_refused_by_every_call_on_every_store(outside, path, tmp_path):
    before = everything_in(outside)
    # No store is asked: of S3 and FTP there is not even a server here.
    for root in (str(outside / "served"), "memory://served", "s3://bucket/p", "ftp://host/x"):
        folder = Places(root).served()
        for name, use in uses(folder, path, tmp_path / "here").items():
            with pytest.raises(InvalidValue, match="Invalid path") as caught:
                use()
            assert len(caught.value.message) < 1000, name
    assert everything_in(outside) == before


LOCATIONS = [
    "/etc",
    "/",
    "//etc",
    "{root}/../secret",
    "{root}/../served2",
    "{root}2",
    "{root}2/x",
    "{root}/./x/../../secret",
    "{root}/a/../..",
    "{root}/%2e%2e/secret",
    "{root}\\..\\secret",
    "{root}/a\0b",
    "{root}/a\nb",
    "{root}/\uff0e\uff0e/secret",
    "{parent}",
    "{parent}/secret",
    "~",
    "~/x",
    "~root/.ssh",
    "relative/path",
    "./relative",
    "../secret",
    "",
    " ",
    ".",
    "..",
    "file:{root}/../secret",
    "file://{root}/../secret",
    "file://{root}/%2e%2e/secret",
    "file://{root}/%252e%252e/secret",
    "file://{root}%2f..%2fsecret",
    "file://{root}?x=1",
    "file://{root}#x",
    "file://{root}/a%00b",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "file://host{root}",
    "file://host@localhost{root}/x",
    "file://[::1]{root}",
    "file://[{root}",
    "file:etc",
    "FILE:///etc",
    "local:///etc/passwd",
    "local:/etc/passwd",
    "local:etc",
    "dbfs:/x",
    "s3:bucket",
    "s3://bucket/other",
    "s3://bucket/below/../other",
    "s3://bucket/below2",
    "s3://bucket/below/%2e%2e/other",
    "s3://bucket/below//other",
    "s3://bucket2/below",
    "s3://bucket@evil.org/below",
    "s3://bucket:80/below/x",
    "s3://BUCKET/below/x",
    "s3://bucket/below/x?versionId=1",
    "s3://bucket/below/x?endpoint_url=http://evil.org",
    "s3a://bucket/below/x",
    "s3://bucket\\@evil.org/below",
    "s3://",
    "s3:///bucket/below",
    "ftp://user:pw@evil.org/data/x",
    "ftp://user:pw@host@evil.org/data/x",
    "ftp://host/data/x",
    "ftp://other:pw@host/data/x",
    "ftp://user:pw@host:2121/data/x",
    "ftp://user:pw@host/data/../x",
    "ftp://user:pw@host/data2",
    "http://169.254.169.254/latest",
    "https://evil.org/x",
    "http://127.0.0.1:5000/api",
    "memory://",
    "memory://x",
    "gs://bucket/x",
    "sftp://root@localhost/etc",
    "smb://host/share",
    "git://x",
    "github://org:repo@main/x",
    "hf://datasets/x",
    "data:text/plain,x",
    "jar:file:///x!/y",
    "zip://a::file:///etc/passwd",
    "simplecache::s3://bucket/below/x",
    "s3://bucket/below/x::file:///etc",
    "filecache::file:///etc",
    "reference://::x",
    "runs:/x/y",
    "models:/x/1",
    "mlflow-artifacts:/../secret",
    "mlflow-artifacts:/a/../../secret",
    "mlflow-artifacts:/%2e%2e/secret",
    "mlflow-artifacts:/\uff0e\uff0e/secret",
    "mlflow-artifacts:////etc",
    "mlflow-artifacts:/a//b",
    "mlflow-artifacts://evil.org/1/x",
    "mlflow-artifacts://localhost:5000/1/x",
    "mlflow-artifacts://user:pw@evil.org/x",
    "mlflow-artifacts:/x?root=/etc",
    "mlflow-artifacts:/x#y",
    "mlflow-artifacts:/a\\..\\b",
    "mlflow-artifacts:/" + "x" * 300,
    "MLFLOW-ARTIFACTS:/x",
    "\ud800",
    "{root}/" + "x" * 300,
    "{root}/" + "a/" * 3000,
    "\\\\host\\share",
    "C:\\Windows",
    "C:/Windows",
]


@pytest.mark.parametrize("location", LOCATIONS, ids=range(len(LOCATIONS)))
def test_a_hostile_location_is_not_opened(outside, location, monkeypatch):
    monkeypatch.chdir(outside)
    root = outside / "served"
    roots = [str(root), "s3://bucket/below", "ftp://user:pw@host/data"]
    places = Places(str(root), roots)
    # Not format(): the location itself may hold braces.
    uri = location.replace("{root}", str(root)).replace("{parent}", str(outside))
    before = everything_in(outside)
    with pytest.raises(Refused, match="--allow-artifact-root") as caught:
        places.of(uri)
    assert len(caught.value.message) < 1000
    assert ":pw" not in caught.value.message
    assert everything_in(outside) == before


@pytest.mark.parametrize(
    "name", ["~", "aux", "con.txt", "nul", "a.", "a ", "xx:y", "...", "-rf", "$HOME"]
)
def test_a_name_that_means_something_elsewhere_is_a_plain_file_here(outside, name):
    folder = Places(str(outside / "served")).served()
    folder.write(name, b"1")
    assert (outside / "served" / name).read_bytes() == b"1"


@pytest.mark.parametrize(
    "name",
    [
        "aux",
        "CON.txt",
        "nul .x",
        "a.",
        "a ",
        "xx:y",
        "file.txt::$DATA",
        "COM1",
        "lpt\u00b2",
        "a*",
        "con",
    ],
)
def test_windows_gets_no_device_no_stream_and_no_name_it_would_change(name, monkeypatch):
    monkeypatch.setattr(resolver, "WINDOWS", True)
    with pytest.raises(InvalidValue, match="not a file name on Windows"):
        resolver.parts_of(f"folder/{name}")
    assert resolver.parts_of("folder/console.txt") == ("folder", "console.txt")


@pytest.mark.skipif(os.name == "nt", reason="Links need a privilege on Windows.")
def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere(outside):
    """One thread swaps a folder for a link to the outside and back while others use it."""
    folder = Places(str(outside / "served")).served()
    (outside / "elsewhere").mkdir()
    (outside / "elsewhere" / "file").write_text(SECRET)
    place = outside / "served" / "swapped"
    kept = outside / "served" / "kept"
    folder.write("swapped/file", b"mine")
    done = threading.Event()

    def swap():
        while not done.is_set():
            # A writer may be faster and make a folder there at any step.
            for step in (
                lambda: place.rename(kept),
                lambda: place.symlink_to(outside / "elsewhere"),
                place.unlink,
                lambda: shutil.rmtree(place),
                lambda: kept.rename(place),
                lambda: shutil.rmtree(kept),
            ):
                with suppress(OSError):
                    step()

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    try:
        deadline = time.monotonic() + 30
        for number in itertools.count():
            if (number > 200 and "Refused" in seen) or time.monotonic() > deadline:
                break
            for use in (
                lambda: folder.read("swapped/file"),
                lambda: folder.list("swapped"),
                lambda n=number: folder.write(f"swapped/new{n}", b"harm"),
                lambda n=number: folder.delete(f"swapped/new{n}"),
            ):
                try:
                    seen.add(str(use()))
                except NbtrackError as error:
                    seen.add(type(error).__name__)
    finally:
        done.set()
        thread.join()
    assert not [each for each in seen if SECRET in each]
    assert [path.name for path in (outside / "elsewhere").iterdir()] == ["file"]
    assert (outside / "elsewhere" / "file").read_text() == SECRET
    assert "Refused" in seen

"""Files on their way: ranges, memory, kills, many at once; in each kind of store."""

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from nbtrack.artifacts import FileInfo, open_artifacts
from nbtrack.errors import InvalidValue, NotFound
from tests.unit.artifacts.conftest import RUN

MIB = 1 << 20
BYTES = random.Random(3).randbytes(3 * MIB + 17)

NAMES = [
    "with space.txt",
    " leading and trailing ",
    "größe/指标/😀.json",
    "e\u0301 and \u00e9",
    "a+b%c%20d",
    "what?.txt",
    "a?versionId=1",
    "number#1",
    "star*[ab]{c}",
    "semi;colon&and=equals,comma",
    "'quotes\"",
    "-rf",
    "~",
    "deep/" * 20 + "file",
]


def test_any_plain_name_is_kept(folder):
    for name in NAMES:
        folder.write(name, name.encode())
        assert folder.read(name) == name.encode()
        above = name.rpartition("/")[0]
        assert folder.list(above) == [FileInfo(name, is_dir=False, file_size=len(name.encode()))]
        folder.delete(name.partition("/")[0])
        with pytest.raises(NotFound):
            folder.stat(name)


def test_deleting_a_name_with_a_pattern_deletes_nothing_else(folder):
    for name in ("a*", "ab", "[ab]", "b", "a?"):
        folder.write(name, b"1")
    for name in ("a*", "[ab]", "a?"):
        folder.delete(name)
    assert [file.path for file in folder.list()] == ["ab", "b"]


def test_a_part_of_a_file_is_read_by_seeking(folder):
    folder.write("a.bin", BYTES)
    with folder.open("a.bin") as file:
        for start, size in ((0, 10), (MIB - 3, 10), (2 * MIB, 100), (5, 2 * MIB), (len(BYTES), 9)):
            assert file.seek(start) == start
            assert file.read(size) == BYTES[start : start + size]
        assert file.seek(-7, io.SEEK_END) == len(BYTES) - 7
        assert file.read() == BYTES[-7:]
        file.seek(0)
        assert file.read() == BYTES


def test_a_file_is_opened_with_what_is_known_of_it(folder):
    folder.write("a.bin", BYTES)
    file, found = folder.open_with_stat("a.bin")
    with file:
        assert found == folder.stat("a.bin")
    assert found.size == len(BYTES)
    assert '"' not in found.etag
    assert found.modified is None or found.modified > 1_600_000_000_000


def test_an_etag_changes_with_the_content(folder):
    folder.write("a.bin", b"one")
    before = folder.stat("a.bin")
    folder.write("a.bin", b"another")
    assert folder.stat("a.bin").etag != before.etag


def test_a_folder_is_no_file_and_nothing_is_not_found(folder):
    folder.write("a/b", b"1")
    for call in (folder.stat, folder.open, folder.open_with_stat, folder.read):
        with pytest.raises(InvalidValue, match="Invalid path 'a': it is a folder"):
            call("a")
        with pytest.raises(NotFound, match="No such artifact: 'c'"):
            call("c")
        with pytest.raises(NotFound, match=r"No such artifact: 'a/c'"):
            call("a/c")


def test_a_place_that_is_taken_is_refused_before_anything_is_sent(folder):
    folder.write("a/b", b"1")
    for path in ("a", "a/b/c", "a/b/c/d"):
        with pytest.raises(InvalidValue, match=f"Invalid path '{path}'"), folder.replacing(path):
            pytest.fail("nothing may be sent")
    assert folder.read("a/b") == b"1"


def test_an_upload_is_invisible_until_it_is_whole(folder):
    with folder.replacing("a/b.bin") as file:
        file.write(BYTES)
        file.write(b"end")
        assert folder.list("a") == []
    assert folder.read("a/b.bin") == BYTES + b"end"


def test_an_upload_that_breaks_leaves_what_was_there(folder):
    folder.write("a.bin", b"before")

    def upload():
        with folder.replacing("a.bin") as file:
            for _ in range(4):
                file.write(BYTES)
            raise RuntimeError("the cable is out")

    with pytest.raises(RuntimeError, match="cable"):
        upload()
    assert folder.read("a.bin") == b"before"
    assert [each.path for each in folder.list()] == ["a.bin"]


_KILLED = """
import sys, time
from nbtrack.artifacts import open_artifacts
with open_artifacts(sys.argv[1], sys.argv[2]).replacing("big.bin") as file:
    for _ in range(3):
        file.write(b"x" * 9_000_000)
    print("halfway", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("root", ["disk", "s3", "ftp"], indirect=True)
def test_a_kill_in_the_middle_of_an_upload_leaves_what_was_there(folder, root):
    folder.write("big.bin", b"before")
    arguments = [sys.executable, "-c", _KILLED, RUN, root]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"halfway\n"
        process.send_signal(signal.SIGKILL)
    assert [file.path for file in folder.list()] == ["big.bin"]
    assert folder.read("big.bin") == b"before"


_MEASURED = """
import hashlib, json, resource, sys
from nbtrack.artifacts import open_artifacts
unit = 1 if sys.platform == "darwin" else 1024
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
folder = open_artifacts(sys.argv[1], sys.argv[2])
folder.write("small.bin", b"x")
folder.read("small.bin")
before, up, down = peak(), hashlib.sha256(), hashlib.sha256()
with folder.replacing("big.bin") as file:
    for number in range(64):
        block = number.to_bytes(1) * (1 << 20)
        up.update(block)
        file.write(block)
with folder.open("big.bin") as file:
    while block := file.read(1 << 20):
        down.update(block)
print(json.dumps([up.hexdigest() == down.hexdigest(), peak() - before]))
"""


@pytest.mark.skipif(os.name == "nt", reason="The peak of memory is asked for as POSIX has it.")
@pytest.mark.parametrize("root", ["disk", "s3", "ftp"], indirect=True)
def test_a_large_file_passes_both_ways_in_little_memory(root):
    arguments = [sys.executable, "-c", _MEASURED, RUN, root]
    same, grown = json.loads(subprocess.check_output(arguments))
    assert same
    assert grown < 32 * MIB


def test_eight_threads_use_one_folder_at_once(root):
    folder = open_artifacts(RUN, root)

    def there_and_back(number):
        data = hashlib.sha256(b"%d" % number).digest() * 20_000
        for each in range(3):
            path = f"folder {number % 2}/{number}-{each}.bin"
            folder.write(path, data)
            with folder.open(path) as file:
                file.seek(1000)
                assert file.read(5000) == data[1000:6000]
            assert folder.read(path) == data
            assert path in [file.path for file in folder.list(f"folder {number % 2}")]

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(there_and_back, number) for number in range(8)]:
            done.result()
    assert len(folder.list("folder 0")) == len(folder.list("folder 1")) == 12


_FORKED = """
import os, sys
from nbtrack.artifacts import open_artifacts
folder = open_artifacts(sys.argv[1], sys.argv[2])
folder.write("a", b"1")
children = []
for number in range(3):
    child = os.fork()
    if not child:
        folder.write(f"of {number}", folder.read("a") * 100_000)
        os._exit(0)
    children.append(child)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
print([(file.path, len(folder.read(file.path))) for file in folder.list()])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Forking needs POSIX.")
@pytest.mark.parametrize("root", ["s3", "ftp"], indirect=True)
def test_forked_children_share_no_connection_with_their_parent(root):
    arguments = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKED, RUN, root]
    said = subprocess.check_output(arguments, text=True, timeout=50)
    files = [("a", 1), ("of 0", 100_000), ("of 1", 100_000), ("of 2", 100_000)]
    assert said == f"[0, 0, 0]\n{files}\n"


def test_a_file_may_be_read_by_another_thread_than_the_one_that_opened_it(folder):
    folder.write("a.bin", BYTES)
    with ThreadPoolExecutor(2) as threads:
        file = threads.submit(folder.open, "a.bin").result()
        parts = [threads.submit(file.read, MIB).result() for _ in range(4)]
        threads.submit(file.close).result()
    assert b"".join(parts) == BYTES

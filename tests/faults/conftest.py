"""Real processes that log, and the store in which all of it must arrive."""

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from nbtrack.store.open import open_store
from tests.needs import needs

WRITER = Path(__file__).with_name("writer.py")


class Writers:
    """A process that has imported everything and forks a fresh writer on request."""

    def __init__(self, folder):
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, str(WRITER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, **what):
        """Start a writer and return its process id."""
        what.setdefault("folder", str(self.folder))
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def stop(self):
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


class Ledger:
    """Numbers that survive a writer: what it had been promised when it died."""

    SLOTS = 64

    def __init__(self, path):
        path.write_bytes(bytes(8 * self.SLOTS))
        self.path = path
        self._file = path.open("r+b")
        self._memory = mmap.mmap(self._file.fileno(), 8 * self.SLOTS)

    def clear(self, slot):
        struct.pack_into("q", self._memory, 8 * slot, -1)

    def __getitem__(self, slot):
        return struct.unpack_from("q", self._memory, 8 * slot)[0]

    def close(self):
        self._memory.close()
        self._file.close()


class SmallDisk:
    """A file system in memory with room for little."""

    def __init__(self, folder):
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, size):
        """Leave about so many bytes free; None: all of them."""
        self._ballast.unlink(missing_ok=True)
        if size is None:
            return
        descriptor = os.open(self._ballast, os.O_WRONLY | os.O_CREAT)
        with suppress(OSError):  # no space left
            while os.write(descriptor, bytes(4096)):
                pass
        os.ftruncate(descriptor, max(0, os.fstat(descriptor).st_size - size // 4096 * 4096))
        os.close(descriptor)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def store(folder):
    with open_store(f"sqlite:///{folder}/nbtrack.db") as opened:
        yield opened


@pytest.fixture
def writers(folder, store):
    started = Writers(folder)
    yield started
    started.stop()


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture
def kill():
    return lambda pid: os.kill(pid, signal.SIGKILL)


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "nbtrack-test", str(folder)]
    needs("mount", "A small disk needs the command mount: run the tests on Linux.")
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    needs(mounted, "A small disk is mounted by root: run the tests as root, or in a container.")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)

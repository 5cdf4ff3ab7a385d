"""A real store, and records to send to it."""

import time
from pathlib import Path

import pytest

from nbtrack.delivery.outbox import Outbox
from nbtrack.store.open import open_store
from nbtrack.store.records import CreateRun


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/store/nbtrack.db") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "store" / "journal"


@pytest.fixture
def outbox(store, folder):
    made = Outbox(store, folder)
    yield made
    made.close(5)


@pytest.fixture
def run_id(outbox):
    outbox.append(CreateRun("a" * 32, "0", "run", "me", int(time.time() * 1000), []))
    return "a" * 32

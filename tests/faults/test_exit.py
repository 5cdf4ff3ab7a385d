"""What a process does with its records when it ends."""

import os
import sqlite3
import subprocess
import sys
import time

import pytest

from nbtrack.delivery.recovery import journals, recover

RUN = "a" * 32
SCRIPT = """
import sys, time, warnings
warnings.simplefilter("error")
from pathlib import Path
from nbtrack.delivery.outbox import Outbox
from nbtrack.store.open import open_store
from nbtrack.store.records import CreateRun, LogMetric
folder = Path(sys.argv[1])
store = open_store(f"sqlite:///{folder}/nbtrack.db")
store._database.patience = 0.2
outbox = Outbox(store, folder / "journal")
outbox.append(CreateRun("a" * 32, "0", "ends", "me", 1, []))
for step in range(20_000):
    outbox.append(LogMetric("a" * 32, "loss", step / 2, step, step))
"""


def script(folder, end="", **environment):
    return subprocess.run(
        [sys.executable, "-c", SCRIPT + end, str(folder)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("end", "code"),
    [("", 0), ("sys.exit(3)", 3), ("raise KeyError", 1), ("import threading", 0)],
)
def test_a_process_that_ends_ships_everything_first(store, folder, end, code):
    ended = script(folder, end)
    assert ended.returncode == code
    assert "nbtrack:" not in ended.stderr
    assert len(store.metric_history(RUN, "loss")) == 20_000
    assert journals(folder / "journal") == []


def test_a_process_that_ends_at_once_leaves_its_records_to_the_next(store, folder):
    script(folder, "import os; os._exit(0)")
    assert recover(store, folder / "journal").closed == (RUN,)
    assert len(store.metric_history(RUN, "loss")) == 20_000


def test_an_end_without_the_store_is_bounded_and_says_what_is_left(store, folder):
    other = sqlite3.connect(folder / "nbtrack.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    ended = script(folder, NBTRACK_EXIT_SECONDS="1")
    assert time.monotonic() - began < 15
    other.execute("ROLLBACK")
    other.close()
    assert ended.returncode == 0
    assert "20,001 records kept in" in ended.stderr
    assert "nbtrack sync" in ended.stderr
    assert recover(store, folder / "journal").shipped == 20_001

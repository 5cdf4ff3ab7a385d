"""``nbtrack doctor`` sees what a killed process left behind; ``nbtrack sync`` settles it."""

import json
import signal
import sqlite3
import subprocess
import sys

import pytest

import nbtrack as nb
from nbtrack.cli import checks

KILLED = """
import os, signal, sys
import nbtrack
run = nbtrack.start_run(run_name="killed")
nbtrack.log_metric("acc", 0.5)
nbtrack.search_runs()
for step in range(200):
    nbtrack.log_metric("loss", 1.0, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed():
    """Leave a run whose process is gone, and its journal."""
    done = subprocess.run([sys.executable, "-c", KILLED], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_the_doctor_finds_nothing_wrong_with_a_good_store(nbtrack):
    with nb.start_run():
        nb.log_metric("acc", 1)
    result = nbtrack("doctor")
    assert result.exit_code == 0, result.output
    assert "Nothing needs attention." in result.output
    for topic in ("nbtrack", "sqlite", "store", "rule", "schema", "file system", "disk"):
        assert f"  {topic} " in result.output or f"· {topic} " in result.output


def test_the_doctor_changes_nothing(nbtrack, tmp_path):
    result = nbtrack("doctor")
    assert result.exit_code == 0
    assert "There is no store yet" in result.output
    assert list((tmp_path / "project").iterdir()) == []


def test_the_doctors_findings_as_json(nbtrack):
    found = json.loads(nbtrack("doctor", "--json").output)
    assert {"topic": "nbtrack", "text": nb.__version__, "level": "ok", "advice": ""} in found


def test_the_doctor_sees_a_dead_process_and_sync_settles_it(nbtrack, killed):
    ill = nbtrack("doctor")
    assert ill.exit_code == 1
    assert "which has ended" in ill.output
    assert "-> nbtrack sync ends it." in ill.output

    synced = nbtrack("sync")
    assert synced.exit_code == 0, synced.output
    assert "1 run of ended processes closed." in synced.output

    assert nbtrack("doctor").exit_code == 0
    shown = json.loads(nbtrack("runs", "show", "killed", "--json").output)
    assert shown["info"]["status"] == "KILLED"
    assert shown["data"]["metrics"] == {"acc": 0.5, "loss": 1.0}


def test_a_listing_tells_the_truth_about_a_killed_run(nbtrack, killed):
    assert "KILLED" in nbtrack("runs", "list").output


def test_sync_reports_a_damaged_journal(nbtrack, killed, tmp_path):
    (journal,) = (tmp_path / "project" / ".nbtrack" / "journal").glob("*.journal")
    content = bytearray(journal.read_bytes())
    content[-30] ^= 0xFF
    journal.write_bytes(content)
    result = nbtrack("sync")
    assert "1 record could not be read: the file was damaged." in result.output
    assert "The damaged journal is kept:" in result.output


def test_sync_without_a_store_is_a_sentence(nbtrack):
    result = nbtrack("sync")
    assert result.exit_code == 1
    assert "There is no store at" in result.stderr


def test_the_doctor_refuses_a_foreign_database_with_a_sentence(nbtrack, tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE things (a)")
    connection.close()
    result = nbtrack("--tracking-uri", tmp_path / "other.db", "doctor")
    assert result.exit_code == 1
    assert "is a database of another program" in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_the_doctor_sees_a_store_that_others_can_enter(nbtrack, tmp_path):
    with nb.start_run():
        pass
    (tmp_path / "project" / ".nbtrack").chmod(0o755)
    result = nbtrack("doctor")
    assert result.exit_code == 1
    assert "-> chmod 700" in result.output


@pytest.mark.parametrize(
    ("version", "mended"),
    [("3.40.1", False), ("3.44.6", True), ("3.50.6", False), ("3.50.7", True), ("3.51.3", True)],
)
def test_the_doctor_knows_which_sqlite_has_the_fix(monkeypatch, version, mended):
    monkeypatch.setattr(sqlite3, "sqlite_version", version)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", tuple(map(int, version.split("."))))
    (finding,) = checks._sqlite()
    assert (finding.level == "ok") is mended

"""Which store a process uses, and what a session does when the store does not answer."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import nbtrack
from nbtrack.client import session
from nbtrack.errors import InvalidValue


def test_naming_a_store_opens_nothing(tmp_path):
    nbtrack.set_tracking_uri(f"sqlite:///{tmp_path / 'runs.db'}")
    assert nbtrack.get_tracking_uri() == f"sqlite:///{tmp_path / 'runs.db'}"
    assert not (tmp_path / "runs.db").exists()


def test_a_store_is_found_when_it_is_needed(tmp_path):
    with nbtrack.start_run():
        pass
    assert Path(".nbtrack/nbtrack.db").exists()
    assert nbtrack.get_tracking_uri().endswith(".nbtrack/nbtrack.db")


def test_a_later_chdir_moves_nothing(tmp_path, monkeypatch):
    nbtrack.set_tracking_uri("sqlite:///runs.db")
    expected = nbtrack.get_tracking_uri()
    monkeypatch.chdir(tmp_path)
    assert nbtrack.get_tracking_uri() == expected
    with nbtrack.start_run():
        pass
    assert not (tmp_path / "runs.db").exists()


def test_a_path_names_a_store_too(tmp_path):
    nbtrack.set_tracking_uri(tmp_path / "here")
    with nbtrack.start_run() as run:
        pass
    nbtrack.set_tracking_uri(str(tmp_path / "here"))
    assert nbtrack.get_run(run.run_id).info == run.info


def test_a_run_stays_in_the_store_where_it_began(tmp_path):
    with nbtrack.start_run() as run:
        nbtrack.set_tracking_uri(f"sqlite:///{tmp_path / 'other.db'}")
        nbtrack.log_metric("m", 1)
    assert len(nbtrack.search_runs()) == 0
    nbtrack.set_tracking_uri(None)
    assert nbtrack.get_run(run.run_id).data.metrics == {"m": 1.0}


def test_nonsense_is_refused_when_it_is_said():
    with pytest.raises(InvalidValue, match="keeps nothing"):
        nbtrack.set_tracking_uri("sqlite:///:memory:")


def test_a_session_is_shared_by_all_names_of_a_store(tmp_path):
    one = session.session_for(f"sqlite:///{tmp_path / 'runs.db'}")
    assert session.session_for(tmp_path / "runs.db") is one


def test_a_read_says_when_records_are_on_the_way(spoken):
    import sqlite3

    with nbtrack.start_run() as run:
        run.session.flush()
        blocker = sqlite3.connect(".nbtrack/nbtrack.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        nbtrack.log_metric("m", 1)
        assert run.session.flush(0.2) == 1
        blocker.execute("ROLLBACK")
        blocker.close()
        assert any("have not reached" in line for line in spoken())
    assert nbtrack.get_run(run.run_id).data.metrics == {"m": 1.0}


def test_a_forked_child_logs_to_the_run_and_leaves_its_end_to_the_parent():
    script = """
import os, nbtrack
with nbtrack.start_run(run_name="forked") as run:
    nbtrack.log_metric("parent", 1)
    child = os.fork()
    if child == 0:
        nbtrack.log_metric("child", 2)
        raise SystemExit(0) if False else __import__("os")._exit(
            0 if nbtrack.client.session.current_session().outbox.flush(10) == 0 else 1)
    assert os.waitpid(child, 0)[1] == 0
    nbtrack.log_metric("after", 3)
"""
    if not hasattr(os, "fork"):
        pytest.skip("Forks need POSIX.")
    subprocess.run([sys.executable, "-c", script], check=True, timeout=50)
    run = nbtrack.get_run("forked")
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"parent": 1.0, "child": 2.0, "after": 3.0}


def test_many_threads_begin_runs_while_old_ones_are_forgotten(monkeypatch):
    monkeypatch.setattr(session, "_MOST_REMEMBERED_RUNS", 20)
    nbtrack.search_runs()  # open the store first

    def begin(_):
        for _ in range(40):
            with nbtrack.start_run() as run:
                pass
        return run

    with ThreadPoolExecutor(4) as threads:
        assert len({run.run_id for run in threads.map(begin, range(4))}) == 4

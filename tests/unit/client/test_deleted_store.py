"""What happens in a process whose store is deleted while it runs."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbtrack

SCRIPT = """
import shutil, nbtrack
nbtrack.start_run(run_name="old")
nbtrack.log_metric("a", 1, synchronous=True)
shutil.rmtree(".nbtrack")
nbtrack.log_metric("a", 2)
nbtrack.end_run()
"""


def test_a_deleted_store_is_not_waited_for_and_nothing_is_promised():
    began = time.monotonic()
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert time.monotonic() - began < 5
    last = done.stderr.splitlines()[-1]
    assert "kept in" in last
    assert "only where it is put back, nbtrack sync sends them" in last
    assert "The next process" not in done.stderr
    assert "goes on sending" not in done.stderr
    assert len(list(Path(".nbtrack/journal").iterdir())) == 1


def test_new_runs_begin_a_new_store(spoken):
    nbtrack.set_experiment("mine")
    old = nbtrack.start_run(run_name="old")
    old.session.flush()
    shutil.rmtree(".nbtrack")
    old.log_metric("a", 1)
    nbtrack.end_run()
    with nbtrack.start_run(run_name="new") as new:
        nbtrack.log_metric("a", 2)
    with nbtrack.start_run(run_name="newer"):
        pass
    assert nbtrack.get_run("new").data.metrics == {"a": 2.0}
    names = {run.info.run_name for run in nbtrack.search_runs(output_format="list")}
    assert names == {"new", "newer"}
    assert nbtrack.get_experiment(new.info.experiment_id).name == "mine"
    said = [line for line in spoken() if "What begins now goes to" in line]
    assert len(said) == 1


def test_a_client_of_a_deleted_store_uses_what_is_there_now(tmp_path):
    client = nbtrack.Client(tmp_path / "runs")
    client.create_experiment("old")
    shutil.rmtree(tmp_path / "runs")
    client.create_experiment("new")
    assert client.get_experiment_by_name("old") is None
    assert client.get_experiment_by_name("new") is not None


def test_a_store_that_is_put_back_gets_what_was_logged_meanwhile():
    run = nbtrack.start_run(run_name="old")
    run.session.flush()
    Path(".nbtrack").rename("elsewhere")
    run.log_metric("a", 1)
    assert run.session.flush(5) > 0
    Path("elsewhere").rename(".nbtrack")
    assert run.session.flush(5) == 0
    assert nbtrack.get_run("old").data.metrics == {"a": 1.0}

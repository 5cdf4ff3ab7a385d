"""What is left of a run whose kernel died: every acknowledged record, and the true end."""

import signal

import pytest

from tests.notebook.kernels import Kernel, runs_of

_COUNTING = """%%track victim
lr = 0.1
import pathlib, nbtrack
counted = pathlib.Path("counted")
for step in range(10**6):
    nbtrack.log_metric("step", step, step=step)
    if step % 100 == 0:
        counted.write_text(str(step))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_kernels_run_is_closed_by_the_next_reader(fresh, number):
    fresh.send(_COUNTING)
    fresh.wait_for(fresh.folder / "counted")
    fresh.kill(number)
    acknowledged = int((fresh.folder / "counted").read_text() or 0)
    reader = Kernel(fresh.folder)
    try:
        reader.run("%track")
        (run,) = runs_of(fresh.folder)
    finally:
        reader.close()
    assert run.info.status == "KILLED"
    assert run.info.end_time >= run.info.start_time
    assert run.data.tags["nbtrack.end_reason"]
    assert run.data.metrics["step"] >= acknowledged


def test_a_restart_in_the_middle_of_a_cell_leaves_nothing_running(fresh):
    fresh.send(
        "%%track victim\nimport pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)"
    )
    fresh.wait_for(fresh.folder / "begun")
    fresh.manager.restart_kernel(now=True)
    fresh.client.wait_for_ready(timeout=30)
    fresh.run("%load_ext nbtrack")
    fresh.run("%%track after\nx = 1")
    assert [run.info.status for run in fresh.runs()] == ["KILLED", "FINISHED"]

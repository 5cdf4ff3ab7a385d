"""Series of the machine's load."""

import time

import nbtrack
from nbtrack.notebook.resources import PREFIX, Resources


def test_a_run_that_lasts_gets_series_of_the_load():
    resources = Resources(every=0.02, after=0.0)
    with nbtrack.start_run() as run:
        resources.begin(run)
        end = time.monotonic() + 10
        while not run.data.metrics and time.monotonic() < end:
            time.sleep(0.05)
        resources.end(run)
    metrics = run.data.metrics
    assert metrics[f"{PREFIX}kernel_memory_usage_megabytes"] > 10
    assert 0 <= metrics[f"{PREFIX}cpu_utilization_percentage"] <= 100
    assert 0 < metrics[f"{PREFIX}system_memory_usage_percentage"] < 100


def test_a_short_run_gets_none():
    resources = Resources(every=0.01, after=60.0)
    with nbtrack.start_run() as run:
        resources.begin(run)
        time.sleep(0.1)
        resources.end(run)
    assert run.data.metrics == {}

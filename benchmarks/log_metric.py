"""What it costs to log a point, as a multiple of the system call that it cannot do without.

Goal: the mean of `nbtrack.log_metric` is at most 4 times that of `os.write` of an equal line to an
equal file. Floor and candidates take turns in short rounds of one process, so that what else the
machine does hits all of them alike; the table shows the median round.

    python benchmarks/log_metric.py [--rounds 300] [--calls 500]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import nbtrack
from nbtrack.client.session import current_session
from nbtrack.delivery.journal import Journal
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.outbox import Outbox
from nbtrack.store.open import open_store
from nbtrack.store.records import CreateRun, LogMetric, RunStatus, UpdateRun

RUN_ID = "0123456789abcdef" * 2
START = 1_700_000_000_000
GOAL = 4.0


def timed(call, calls):
    """Return the time of each call in ns, given what makes one."""
    clock = time.perf_counter_ns
    times = []
    for number in range(calls):
        began = clock()
        call(number)
        times.append(clock() - began)
    return times


def looped(call, calls):
    """Return the mean time of a call in ns, without the clock in it."""
    began = time.perf_counter_ns()
    for number in range(calls):
        call(number)
    return (time.perf_counter_ns() - began) / calls


def fluent_call(folder):
    """Return a function that logs by `nbtrack.log_metric` into an active run."""
    os.environ["NBTRACK_TRACKING_URI"] = str(folder / "fluent")
    nbtrack.start_run()
    log_metric = nbtrack.log_metric
    return lambda number: log_metric("train/loss", 0.123456789, step=number)


def contenders(folder):
    """Return name -> function of one call, the first being the floor, and what ends it all."""
    journal = Journal(folder / "lone", this_process("f" * 32, "e" * 32))
    journal.append(LogMetric(RUN_ID, "train/loss", 0.123456789, START, 0))
    line = journal.path.read_bytes().splitlines(keepends=True)[-1]
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    floor = os.open(folder / "floor", flags, 0o600)
    outbox = Outbox(open_store(f"sqlite:///{folder}/nbtrack.db"), folder / "journal")
    outbox.append(CreateRun(RUN_ID, "0", "bench", "me", START, []))
    found = {
        "os.write of an equal line": lambda _: os.write(floor, line),
        "Journal.append": lambda number: journal.append(
            LogMetric(RUN_ID, "train/loss", 0.123456789, START, number)
        ),
        "Outbox.append, shipping": lambda number: outbox.append(
            LogMetric(RUN_ID, "train/loss", 0.123456789, START, number)
        ),
    }
    found["nbtrack.log_metric"] = fluent_call(folder)

    def end():
        """Ship everything before the folder is deleted."""
        outbox.append(UpdateRun(RUN_ID, RunStatus.FINISHED, START))
        outbox.close(60.0)
        nbtrack.end_run()
        current_session().outbox.close(60.0)

    return found, end


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=300)
    options.add_argument("--calls", type=int, default=500)
    options.add_argument("--short", action="store_true", help="5 rounds of 2,000 calls")
    chosen = options.parse_args()
    if chosen.short:
        chosen.rounds, chosen.calls = 5, 2000
    with tempfile.TemporaryDirectory() as folder:
        calls, end = contenders(Path(folder))
        means = {name: [] for name in calls}
        singles = {name: [] for name in calls}
        for _ in range(chosen.rounds):
            for name, call in calls.items():
                means[name].append(looped(call, chosen.calls))
                singles[name] += timed(call, chosen.calls // 5)
                time.sleep(0.002)
        end()
    report(means, singles)


def report(means, singles):
    floor = means["os.write of an equal line"]
    print(f"{'':28} {'mean us':>8} {'p50 us':>8} {'p99 us':>8} {'p99.9 us':>9} {'ratio':>6}")
    for name, values in means.items():
        ordered = sorted(singles[name])
        p50, p99, p999 = (ordered[int(len(ordered) * part)] / 1000 for part in (0.5, 0.99, 0.999))
        ratio = statistics.median(mine / bare for mine, bare in zip(values, floor, strict=True))
        mean = statistics.median(values) / 1000
        print(f"{name:28} {mean:8.2f} {p50:8.2f} {p99:8.2f} {p999:9.2f} {ratio:5.2f}x")
    print(f"goal: mean of nbtrack.log_metric at most {GOAL:g}x")


if __name__ == "__main__":
    main()

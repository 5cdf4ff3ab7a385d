"""A process that logs as fast as it can; run by the tests, never collected.

Reads one JSON object a line, forks for each, and the child logs points and tags into a run until
it is killed or has logged `count`. What a call has promised stands in a file mapped into memory,
which outlives the process.
"""

import json
import mmap
import os
import signal
import struct
import sys
import time
from pathlib import Path

from nbtrack.delivery.outbox import Outbox, close_all
from nbtrack.entities import Param, RunStatus, Tag
from nbtrack.store.open import open_store
from nbtrack.store.records import CreateRun, LogBatch, LogMetric, UpdateRun


def work(what):
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    folder = Path(what["folder"])
    with Path(what["ledger"]).open("r+b") as file:
        promised = mmap.mmap(file.fileno(), 0)
    at = 8 * what["slot"]
    outbox = Outbox(open_store(f"sqlite:///{folder}/nbtrack.db"), folder / "journal")
    run_id, count = what["run_id"], what.get("count", 1 << 40)
    outbox.append(CreateRun(run_id, "0", "killed", "me", int(time.time() * 1000), []))
    struct.pack_into("q", promised, at, 0)
    for step in range(1, count + 1):
        outbox.append(LogMetric(run_id, "loss", step / 2, step, step))
        struct.pack_into("q", promised, at, step)
        if step % 100 == 0:
            outbox.append(LogBatch(run_id, [], [Param(f"p{step}", "v")], [Tag("last", str(step))]))
    outbox.append(UpdateRun(run_id, RunStatus.FINISHED, int(time.time() * 1000)))
    close_all()


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the children
    for line in sys.stdin:
        if os.fork() == 0:
            try:
                work(json.loads(line))
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()

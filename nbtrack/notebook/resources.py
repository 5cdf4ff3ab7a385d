"""How busy the machine is while a run lasts: series under MLflow's names for system metrics.

One thread a kernel looks up every few seconds whether a cell has been running long enough; cells
that are short pay nothing for it. Names: mlflow/system_metrics in MLflow's sources; the memory of
the kernel itself is nbtrack's own.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.guard import report

if TYPE_CHECKING:
    from nbtrack.client.active_run import ActiveRun

PREFIX = "system/"
_MEGABYTE = 1_000_000


class Resources:
    """Samples of the running cell's machine.

    Parameters
    ----------
    every : float
        Seconds between samples.
    after : float
        Seconds a cell must have been running before its first sample.
    """

    def __init__(self, every: float = 5.0, after: float = 10.0) -> None:
        self._every = every
        self._after = after
        self._runs: dict[str, tuple[ActiveRun, float]] = {}
        self._process: Any = None
        self._thread: threading.Thread | None = None

    def begin(self, run: ActiveRun) -> None:
        """Sample for a run from now on."""
        self._runs[run.run_id] = (run, time.monotonic())
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="nbtrack-res", daemon=True)
            self._thread.start()

    def end(self, run: ActiveRun) -> None:
        """Stop sampling for a run."""
        self._runs.pop(run.run_id, None)

    def _watch(self) -> None:
        while True:
            time.sleep(self._every)
            now = time.monotonic()
            long = [run for run, began in list(self._runs.values()) if now - began >= self._after]
            try:
                if long:
                    self._sample(long, now)
            except Exception as error:  # noqa: BLE001 - a machine that does not tell its load
                report("read the load of the machine", error)
                return

    def _sample(self, runs: list[ActiveRun], now: float) -> None:
        import psutil

        if self._process is None:
            self._process = psutil.Process()
            psutil.cpu_percent()  # its first answer is about no time at all
            return
        memory = psutil.virtual_memory()
        values = {
            f"{PREFIX}cpu_utilization_percentage": psutil.cpu_percent(),
            f"{PREFIX}system_memory_usage_megabytes": memory.used / _MEGABYTE,
            f"{PREFIX}system_memory_usage_percentage": memory.percent,
            f"{PREFIX}kernel_memory_usage_megabytes": self._process.memory_info().rss / _MEGABYTE,
        }
        for run in runs:
            _, began = self._runs.get(run.run_id, (run, now))
            run.log_metrics(values, step=int((now - began) / self._every))

"""What is logged while a cell runs: the last value of each key, and the chart that grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.client import stack
from nbtrack.notebook.guard import guarded
from nbtrack.notebook.resources import PREFIX

if TYPE_CHECKING:
    from nbtrack.client.active_run import ActiveRun
    from nbtrack.views.live_chart import LiveChart


class Live:
    """Watches the metrics of one run; with ``draw`` a chart of them grows under the cell."""

    def __init__(self, run: ActiveRun | None, *, draw: bool) -> None:
        self._latest: dict[str, tuple[int, float]] = {}
        self._chart: LiveChart | None = None
        if run is None:
            return
        stack.observe(run.run_id, self._note)
        if draw:
            from nbtrack.views.live_chart import LiveChart

            self._chart = LiveChart()

    @property
    def latest(self) -> dict[str, float]:
        """The value of each metric at its last step."""
        return {key: value for key, (_, value) in list(self._latest.items())}

    @guarded("draw the last frame of the chart")
    def finish(self) -> None:
        """Draw the last frame, which is what the saved notebook keeps."""
        if self._chart is not None:
            self._chart.finish()

    def _note(self, key: str, value: float, step: int, timestamp: int) -> None:
        if key.startswith(PREFIX):  # the machine's load is no result of the cell
            return
        if self._chart is not None:
            self._chart.add(key, value, step, timestamp)
        known = self._latest.get(key)
        if known is None or step >= known[0]:
            self._latest[key] = (step, value)

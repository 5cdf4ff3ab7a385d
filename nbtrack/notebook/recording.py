"""What is captured while a cell runs, and how it becomes records of its run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.entities import RunStatus
from nbtrack.errors import InvalidValue
from nbtrack.notebook import surroundings
from nbtrack.notebook.capture import rule
from nbtrack.notebook.capture.redact import redact
from nbtrack.notebook.outcome import without_colours
from nbtrack.notebook.summary import Note, Setting, Summary
from nbtrack.views.numbers import count
from nbtrack.views.text import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.client.active_run import ActiveRun
    from nbtrack.notebook.attempts import Attempt
    from nbtrack.notebook.kernel import Kernel
    from nbtrack.notebook.options import Options
    from nbtrack.notebook.outcome import Outcome
    from nbtrack.notebook.summary import Score

ERROR_FILE = "error.txt"
OUTPUT_FILE = "output.txt"
_MOST_LEFT_OUT = 6
_HINT = (
    "no param or metric found. Assign one (lr = 0.1, acc = model.score(X, y)), end the cell with "
    "a score, or write nbtrack.log(acc=…)"
)


class Recording:
    """The captures of one cell; without a run (``--dry``) nothing is written."""

    def __init__(self, kernel: Kernel, info: Any, asked: Options, run: ActiveRun | None) -> None:
        self._kernel = kernel
        self._asked = asked
        self._run = run
        self._logged: dict[str, float] = {}
        self._captured = rule.Captured()
        self._also: list[str] = []
        self.data: dict[str, str] = {}
        self.directions = asked.directions
        names = kernel.shell.user_ns
        self._plan = rule.analyse(info.raw_cell, history=names.get("In", ()))
        self._before = rule.observe(self._plan, names)
        if run is not None:
            self._begin(run, info.raw_cell)

    def _begin(self, run: ActiveRun, raw: str) -> None:
        """Have the background keep what is known before the cell runs."""
        put, asked = self._kernel.background.put, self._asked
        folder = self._kernel.folder
        if not asked.no_source:
            put(
                "keep the source",
                lambda: surroundings.keep_source(run, raw, self._plan, self._before),
            )
            self._also.append("source")
        if not asked.no_git:
            put("ask git", lambda: surroundings.keep_code(run, folder))

    @property
    def params(self) -> dict[str, str]:
        """Params of the run, captured and logged, as text."""
        if self._run is None:
            return {key: str(value) for key, value in self._captured.params.items()}
        return self._run.known_params

    @property
    def metrics(self) -> dict[str, float]:
        """Metrics of the run: logged ones first, at their last step."""
        return {**self._logged, **self._captured.metrics}

    def stop(self, result: Any, outcome: Outcome, *, logged: Mapping[str, float]) -> None:
        """End the captures and record what they found."""
        self._logged = dict(logged)
        self._captured = rule.collect(
            self._plan,
            self._kernel.shell.user_ns,
            before=self._before,
            options=_capture_options(self._asked),
            logged={*logged, *(self.params if self._run else ())},
            result=getattr(result, "result", None),
            failed=outcome.status != RunStatus.FINISHED,
        )
        if self._run is None:
            return
        self._record(self._run, outcome)

    def _record(self, run: ActiveRun, outcome: Outcome) -> None:
        captured = self._captured
        run.log_metrics(captured.metrics)
        self._record_params(run, captured.params)
        found = {
            tags.CAPTURED: json.dumps(
                {
                    "params": list(captured.params),
                    "metrics": list(captured.metrics),
                    "left_out": dict(captured.left_out),
                }
            )
        }
        if captured.read_from:
            found[tags.PARAMS_FROM] = json.dumps(captured.read_from)
        if self.directions:
            found[tags.DIRECTION] = json.dumps(dict(self.directions))
        run.set_tags(found)
        if outcome.error is not None:
            self._record_error(run, outcome)
        # After the cell: it may have imported packages.
        self._kernel.background.put(
            "keep the package versions", lambda: surroundings.keep_environment(run)
        )

    def _record_params(self, run: ActiveRun, params: Mapping[str, Any]) -> None:
        try:
            run.log_params(params)
        except InvalidValue:
            # A resumed run has some already, and the first value stays.
            for key, value in params.items():
                try:
                    run.log_param(key, value)
                except InvalidValue:
                    self._captured.left_out.append(
                        rule.LeftOut(key, "the resumed run has another value")
                    )

    def _record_error(self, run: ActiveRun, outcome: Outcome) -> None:
        from nbtrack.client.failure import error_tags

        assert outcome.error is not None
        found = error_tags(outcome.error)
        run.set_tags({key: redact(without_colours(text)) for key, text in found.items()})
        self._write(ERROR_FILE, redact(outcome.trace))

    def _write(self, path: str, text: str) -> None:
        run = self._run
        assert run is not None
        data = text.encode("utf-8", "backslashreplace")
        self._kernel.background.put(f"keep {path}", lambda: run.artifacts.write(path, data))

    # What is shown

    def summary(
        self,
        outcome: Outcome,
        seconds: float,
        scores: list[Score],
        changed: str,
        previous: Attempt | None,
    ) -> Summary:
        """Return the line under the cell and its notes."""
        assert self._run is not None
        notes = list(self._notes(outcome))
        if previous is not None and changed:
            notes.append(Note(f"changed since {previous.name}", changed))
        return Summary(
            self._run.info.run_name,
            outcome.status,
            seconds,
            self._settings(),
            scores,
            error=redact(without_colours(outcome.line)),
            run_id=self._run.run_id,
            notes=notes,
        )

    def dry_summary(self, outcome: Outcome, seconds: float) -> Summary:
        """Return what would have been captured."""
        from nbtrack.client.direction import is_lower_better
        from nbtrack.notebook.summary import Score

        scores = [Score(k, v, is_lower_better(k)) for k, v in self._captured.metrics.items()]
        notes = [*self._notes(outcome), Note("dry run", "nothing was recorded")]
        return Summary(
            "dry run",
            outcome.status,
            seconds,
            self._settings(),
            scores,
            redact(outcome.line),
            "",
            notes,
        )

    def _settings(self) -> list[Setting]:
        origin = self._captured.read_from
        return [Setting(key, value, origin.get(key, "")) for key, value in self.params.items()]

    def _notes(self, outcome: Outcome) -> list[Note]:
        captured = self._captured
        found = [
            count(len(captured.params), "param") if captured.params else "",
            count(len(captured.metrics), "metric") if captured.metrics else "",
            *self._also,
        ]
        text = ", ".join(part for part in found if part)
        notes = [Note("captured", text)] if text else []
        if outcome.status == RunStatus.FINISHED and not (self.params or self.metrics):
            notes.append(Note("hint", _HINT))
        if captured.left_out:
            shown = [f"{shortened(n)} ({r})" for n, r in captured.left_out[:_MOST_LEFT_OUT]]
            more = len(captured.left_out) - _MOST_LEFT_OUT
            text = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
            notes.append(Note("left out", text))
        return notes


def _capture_options(asked: Options) -> rule.CaptureOptions:
    metrics = None
    if asked.metrics is not None:
        metrics = {key: asked.directions.get(key, "") for key in asked.metrics}
    return rule.CaptureOptions(
        params=asked.params,
        metrics=metrics,
        no_params=asked.no_params,
        no_reads=asked.no_reads,
        no_metrics=asked.no_metrics,
    )

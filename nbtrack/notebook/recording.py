"""What is captured while a cell runs, and how it becomes records and files of its run."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.capture import remember
from nbtrack.client.failure import error_tags
from nbtrack.entities import RunStatus
from nbtrack.errors import InvalidValue
from nbtrack.notebook import surroundings
from nbtrack.notebook.capture import capturers, rule
from nbtrack.notebook.capture.data import datasets
from nbtrack.notebook.capture.figures import FigureWatch
from nbtrack.notebook.capture.output import OutputTee
from nbtrack.notebook.cell_view import CellView
from nbtrack.notebook.guard import guarded
from nbtrack.notebook.known_secrets import secrets_in, without_secrets
from nbtrack.notebook.outcome import without_colours
from nbtrack.notebook.written_files import keep_file, names_in_run, written_files
from nbtrack.sentences import count, say
from nbtrack.views.data_words import described_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbtrack.client.active_run import ActiveRun
    from nbtrack.entities import DatasetInput
    from nbtrack.notebook.kernel import Kernel
    from nbtrack.notebook.options import Options
    from nbtrack.notebook.outcome import Outcome

ERROR_FILE = "error.txt"
OUTPUT_FILE = "output.txt"


class Recording:
    """The captures of one cell; without a run (``--dry``) nothing is written.

    Attributes
    ----------
    captured : Captured
        What the capture rule took.
    also : list of str
        What else was captured, in words for the line under the cell.
    files_kept : int
        How many files that the cell wrote go to the run.
    data : dict of str
        Digest of each frame and array, by its name.
    """

    def __init__(self, kernel: Kernel, info: Any, asked: Options, run: ActiveRun | None) -> None:
        self._kernel = kernel
        self._asked = asked
        self._run = run
        self._raw: str = info.raw_cell
        self._logged: dict[str, float] = {}
        self._data: list[DatasetInput] = []
        self._secrets: frozenset[str] = frozenset()
        # Those that what is written while the cell runs was cleaned of; None before that.
        self._cleaned_of: frozenset[str] | None = None
        self.captured = rule.Captured()
        self.also: list[str] = []
        self.files_kept = 0
        self._plan = rule.CellPlan("")
        self._before = rule.Before()
        self._figures = None if asked.no_figures else FigureWatch(kernel.shell)
        self._output = None if asked.no_output else OutputTee()
        # Nanoseconds since the epoch; 0 if files are not looked for.
        self._folder, self._since = Path(), 0

    def start(self) -> None:
        """Look at what the cell reads, and begin to watch; the cell runs next.

        A part that fails says so, and takes no other with it.
        """
        self._apart("look at the names of this cell", self._look_at_cell)
        self._apart("note the data of this cell", lambda: self._note_data(made=False))
        self._apart("keep what is around this cell", self._keep_surroundings)
        self._apart("see which files this cell writes", self._look_at_folder)
        for watch in (self._figures, self._output):
            if watch is not None:
                self._apart("watch what this cell shows", watch.install)

    @property
    def params(self) -> dict[str, str]:
        """Params of the run, captured and logged, as text."""
        if self._run is None:
            return {key: str(value) for key, value in self.captured.params.items()}
        return self._run.known_params

    @property
    def metrics(self) -> dict[str, float]:
        """Metrics of the run: logged ones first, at their last step."""
        return {**self._logged, **self.captured.metrics}

    @property
    def data(self) -> dict[str, str]:
        """Digest of each frame and array that the cell used."""
        return {item.dataset.name: item.dataset.digest for item in self._data}

    @guarded("record what was captured of this cell")
    def stop(self, result: Any, outcome: Outcome, *, logged: Mapping[str, float]) -> None:
        """End the captures and record what they found."""
        self.end_watching()
        self._logged = dict(logged)
        # Before anything is written.
        self._secrets |= secrets_in(self._kernel.shell.user_ns)
        self._apart("note the data of this cell", lambda: self._note_data(made=True))
        self._apart("find params and metrics", lambda: self._collect(result, outcome))
        if self._run is None:
            return
        run = self._run
        if self._cleaned_of is not None and self._secrets > self._cleaned_of:
            self._apart("keep the source", lambda: self._keep_code(run))
        self._apart("record what was captured", lambda: self._record(run, outcome))
        self._apart("keep the files of this cell", lambda: self._record_files(run, outcome))
        self._apart("ask other packages", lambda: self._ask_others(run, result, outcome))

    def _collect(self, result: Any, outcome: Outcome) -> None:
        self.captured = rule.collect(
            self._plan,
            self._kernel.shell.user_ns,
            before=self._before,
            options=_capture_options(self._asked),
            logged={*self._logged, *(self.params if self._run else ())},
            result=getattr(result, "result", None),
            failed=outcome.status != RunStatus.FINISHED,
        )
        for key, value in self.captured.params.items():
            if self._secrets and isinstance(value, str):
                self.captured.params[key] = self.clean(value)
        remember(self.captured)

    def _apart(self, what: str, part: Callable[[], None]) -> None:
        guarded(what)(part)()

    def end_watching(self) -> None:
        """Take the hooks off the output and the displays."""
        for watch in (self._output, self._figures):
            if watch is not None:
                watch.uninstall()

    # Before the cell

    def _look_at_cell(self) -> None:
        names = self._kernel.shell.user_ns
        self._plan = rule.analyse(self._raw, history=names.get("In", ()))
        self._before = rule.observe(self._plan, names)

    def _look_at_folder(self) -> None:
        if self._asked.artifacts:
            self._folder, self._since = Path.cwd(), time.time_ns()

    def _note_data(self, *, made: bool) -> None:
        if self._asked.no_data:
            return
        found = datasets(
            self._plan.facts,
            self._kernel.shell.user_ns,
            names=self._before.names,
            history=self._plan.history,
            made=made,
        )
        known = self.data
        self._data += [item for item in found if item.dataset.name not in known]
        if self._run is not None:
            for item in self._data:
                self._run.data_names.setdefault(item.dataset.digest, item.dataset.name)

    def _keep_surroundings(self) -> None:
        if not self._asked.no_source:
            self.also.append("source")
        if self._run is not None:
            self._later("look for secrets", self._look_for_secrets)
            self._keep_code(self._run)

    def _keep_code(self, run: ActiveRun) -> None:
        folder, plan, before = self._kernel.folder, self._plan, self._before
        if not self._asked.no_source:
            self._later(
                "keep the source",
                lambda: surroundings.keep_source(run, self._raw, plan, before, self.clean),
            )
        if not self._asked.no_git:
            self._later("ask git", lambda: surroundings.keep_code(run, folder, self.clean))

    def _look_for_secrets(self) -> None:
        """Note what the names hold now: the source is kept while the cell runs, in case it dies."""
        self._secrets |= secrets_in(self._kernel.shell.user_ns)
        self._cleaned_of = self._secrets

    # After the cell

    def _record(self, run: ActiveRun, outcome: Outcome) -> None:
        captured = self.captured
        run.log_metrics(captured.metrics)
        self._record_params(run)
        # Data that the cell logged under another name is noted once, as it says.
        own = self.data.keys()
        self._data = [d for d in self._data if run.data_names[d.dataset.digest] in own]
        run.log_inputs(self._data)
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
        if self._asked.directions:
            found[tags.DIRECTION] = json.dumps(dict(self._asked.directions))
        if outcome.error is not None:
            for key, text in error_tags(outcome.error).items():
                found[key] = self.clean(without_colours(text))
        run.set_tags(found)

    def _record_params(self, run: ActiveRun) -> None:
        params = dict(self.captured.params)
        if self._asked.seed is not None:
            params.setdefault("seed", self._asked.seed)
        try:
            run.log_params(params)
        except InvalidValue:
            # A resumed run has some already, and the first value stays.
            for key, value in params.items():
                try:
                    run.log_param(key, value)
                except InvalidValue:
                    reason = "the run has another value already"
                    self.captured.left_out.append(rule.LeftOut(key, reason))

    def _record_files(self, run: ActiveRun, outcome: Outcome) -> None:
        if outcome.trace:
            self._write(run, ERROR_FILE, outcome.trace)
        printed = self._output.text() if self._output is not None else ""
        if printed.strip():
            self._write(run, OUTPUT_FILE, printed)
            self.also.append("output")
        figures = self._figures.figures() if self._figures is not None else []
        for figure in figures:
            path, content = f"figures/{figure.name}", figure.data
            self._later(f"keep {path}", lambda p=path, c=content: run.artifacts.write(p, c))  # type: ignore[misc]
        if figures:
            self.also.append(count(len(figures), "figure"))
        if self._figures is not None:
            self.captured.left_out.extend(self._figures.left_out)
        if self._data:
            self.also.append(f"data {described_all(self._data)}")
        self._keep_written(run)
        # After the cell: it may have imported packages.
        self._later("keep the package versions", lambda: surroundings.keep_environment(run))

    def _keep_written(self, run: ActiveRun) -> None:
        if not (self._asked.artifacts and self._since):
            return
        paths = list(written_files(self._asked.artifacts, self._folder, self._since))
        for path, name in names_in_run(paths, self._folder).items():
            # A copy of gigabytes must not hold up the next cell.
            self._later(f"keep {name}", partial(keep_file, run.artifacts, path, name, path.stat()))
        self.files_kept = len(paths)
        if paths:
            self.also.append(count(len(paths), "file"))
        else:
            globs = " ".join(self._asked.artifacts)
            self.captured.left_out.append(rule.LeftOut(globs, "the cell wrote no such file"))

    def _ask_others(self, run: ActiveRun, result: Any, outcome: Outcome) -> None:
        names, value = self._kernel.shell.user_ns, getattr(result, "result", None)
        if self._kernel.knows_capturers:
            view = CellView(self._raw, names, value, outcome.error)
            self.captured.left_out.extend(capturers.run_capturers(run, view))
            return
        # Looking through the installed packages takes a while: the first cell does not wait for it.
        view = CellView(self._raw, dict(names), value, outcome.error)

        def ask() -> None:
            for name, reason in capturers.run_capturers(run, view):
                say(f"the capture of {name} failed ({reason}); your code is not affected.")
            self._kernel.knows_capturers = True

        self._later("look for captures of other packages", ask)

    def _write(self, run: ActiveRun, path: str, text: str) -> None:
        def write() -> None:
            run.artifacts.write(path, self.clean(text).encode("utf-8", "backslashreplace"))

        self._later(f"keep {path}", write)

    def clean(self, text: str) -> str:
        """Return a text without what looks or is known to be secret."""
        return without_secrets(text, self._secrets)

    def _later(self, what: str, job: Callable[[], Any]) -> None:
        self._kernel.background.put(what, job)


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

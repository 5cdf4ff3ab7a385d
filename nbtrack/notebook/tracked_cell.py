"""The life of a tracked cell, between its two hooks.

`open_cell` decides whether there is a run at all (a cell that does not compile has none), begins it
and starts the captures; `TrackedCell.close` ends it with its true status, records what was captured
and shows the line under the cell. What can wait goes to the kernel's background thread.
"""

from __future__ import annotations

import ast
import threading
import time
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.client import active_run
from nbtrack.entities import RunStatus
from nbtrack.errors import InvalidValue, NbtrackError
from nbtrack.notebook import seeds
from nbtrack.notebook.attempts import Attempt, cell_of, next_attempt
from nbtrack.notebook.guard import guarded
from nbtrack.notebook.live import Live
from nbtrack.notebook.outcome import Outcome, outcome_of
from nbtrack.notebook.place import cell_id
from nbtrack.notebook.recording import Recording
from nbtrack.notebook.result_line import line_of_dry_run, line_of_run
from nbtrack.notebook.under_cell import show
from nbtrack.sentences import say
from nbtrack.two_words import generated_name

if TYPE_CHECKING:
    from nbtrack.client.active_run import ActiveRun
    from nbtrack.client.session import Session
    from nbtrack.notebook.attempts import Cell
    from nbtrack.notebook.kernel import Kernel
    from nbtrack.notebook.options import Options

# The cell has ended: nobody should wait long for a store that is away, the journal has it all.
_END_TIMEOUT = 2.0
_WAITS_FROM = 1.0


def open_cell(kernel: Kernel, info: Any, asked: Options, *, by_line: bool) -> TrackedCell | None:
    """Begin the run of a cell, or return None if there is nothing to track.

    ``by_line`` is False for a cell that only ``%track on`` asks to track.
    """
    code = getattr(info, "transformed_cell", None) or kernel.shell.transform_cell(info.raw_cell)
    statements = _compiled(kernel.shell, code)
    if statements is None:  # IPython is about to say what is wrong with it
        return None
    if not statements:
        say("this cell was not tracked: it has no code.")
        return None
    if not by_line and all(map(_is_setup, statements)):
        return None
    try:
        begun = None if asked.dry else _begin(kernel, info, asked)
    except NbtrackError as error:
        say(f"this cell was not tracked: {error.message}")
        return None
    cell = TrackedCell(kernel, info, asked, begun)
    try:
        cell.begin()
    except BaseException:
        cell.give_up()
        raise
    return cell


def _compiled(shell: Any, code: str) -> list[ast.stmt] | None:
    """Return the cell's statements, None if Python refuses the cell as a whole."""
    flags = getattr(shell.compile, "flags", 0) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings():
        # IPython compiles the cell again and shows its warnings then.
        warnings.simplefilter("ignore")
        try:
            tree: ast.Module = compile(
                code, "<cell>", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True
            )
            compile(tree, "<cell>", "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError, TypeError, OverflowError, MemoryError, RecursionError):
            return None
    return list(tree.body)


def _is_setup(statement: ast.stmt) -> bool:
    """Tell imports and line magics (``%track off``) from what somebody wants to have tracked."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    called = call.func if isinstance(call, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == "run_line_magic"


class _Begun:
    """A run that began for a cell, and the cell's attempt before it."""

    def __init__(self, run: ActiveRun, attempt: Attempt, previous: Attempt | None) -> None:
        self.run = run
        self.attempt = attempt
        self.previous = previous


def _begin(kernel: Kernel, info: Any, asked: Options) -> _Begun:
    session = kernel.session()
    experiment = kernel.experiment(session, asked.experiment)
    cell = cell_of(
        info.raw_cell,
        notebook=kernel.notebook_name,
        cell_id=cell_id(kernel.shell, info),
        name=asked.name,
    )
    previous = kernel.attempts.previous(session, experiment.experiment_id, cell)
    if asked.resume is not None:
        return _resume(kernel, session, asked.resume, previous, cell)
    attempt = next_attempt("", cell, previous, generated_name())
    parent = kernel.find_run(asked.parent).info.run_id if asked.parent else None
    outer = kernel.outer_run()
    run = active_run.begin_run(
        session,
        experiment,
        name=attempt.name,
        parent_run_id=parent or (outer.run_id if outer else None),
        tags=_tags(asked, attempt),
    )
    attempt.run_id = run.run_id
    if previous is None:
        attempt.first_id = run.run_id
        run.set_tag(tags.ATTEMPT_OF, run.run_id)
    return _Begun(run, attempt, previous)


def _tags(asked: Options, attempt: Attempt) -> dict[str, str]:
    cell = attempt.cell
    found = {
        tags.NOTEBOOK: cell.notebook,
        tags.CELL_HASH: cell.hash,
        tags.ATTEMPT_NUMBER: str(attempt.number),
    }
    if cell.cell_id:
        found[tags.CELL_ID] = cell.cell_id
    if attempt.first_id:
        found[tags.ATTEMPT_OF] = attempt.first_id
    if asked.note:
        found[tags.NOTE] = asked.note
    return {**found, **asked.tags}


def _resume(
    kernel: Kernel, session: Session, reference: str, previous: Attempt | None, cell: Cell
) -> _Begun:
    """Go on with a run: the one that is named, else the cell's last attempt."""
    if not reference and previous is None:
        raise InvalidValue("--resume found no earlier run of this cell; name one: --resume RUN.")
    run_id = kernel.find_run(reference).info.run_id if reference else previous.run_id  # type: ignore[union-attr]
    run = active_run.run_by_id(session, run_id)
    run.resume()
    attempt = Attempt(run_id, run_id, 1, run.info.run_name, cell)
    if previous is not None and previous.run_id == run_id:
        attempt = replace(previous, cell=cell)
    return _Begun(run, attempt, previous)


class TrackedCell:
    """A cell that runs now; ``begun`` is None for ``--dry``, where nothing is recorded."""

    def __init__(self, kernel: Kernel, info: Any, asked: Options, begun: _Begun | None) -> None:
        self._kernel = kernel
        self._asked = asked
        self._begun = begun
        self._run = begun.run if begun else None
        self._raw: str = info.raw_cell
        self._ambient_before = active_run.ambient()
        self._live = Live(self._run, draw=not (asked.no_live or asked.quiet))
        self._recording = Recording(kernel, info, asked, self._run)
        self._started = 0.0

    def begin(self) -> None:
        """Make the run the active one and start the captures; the cell runs next."""
        if self._run is not None:
            self._kernel.open_runs.append((threading.get_ident(), self._run))
            self._kernel.resources.begin(self._run)
            active_run.push(self._run)
            active_run.set_ambient(self._run)
            active_run.set_last_tracked(self._run)
        if self._asked.seed is not None:
            seeds.plant(self._asked.seed, self._raw)
        # Last, so that nothing of ours is captured or measured.
        self._recording.start()
        self._started = time.perf_counter()

    def give_up(self) -> None:
        """End the run of a cell that runs untracked, because `begin` was interrupted or failed."""
        self._recording.end_watching()
        self._end(Outcome(RunStatus.KILLED), active_run.now())

    @guarded("finish the run of this cell")
    def close(self, result: Any) -> None:
        """End the run, record what was captured, show the summary."""
        seconds = time.perf_counter() - self._started
        end_time = active_run.now()
        outcome = outcome_of(self._kernel.shell, result)
        self._live.finish()
        try:
            self._recording.stop(result, outcome, logged=self._live.latest)
        finally:
            self._end(outcome, end_time)
        self._show(outcome, seconds)

    def _end(self, outcome: Outcome, end_time: int) -> None:
        """End the run whatever else failed, so that it does not stay RUNNING."""
        run = self._run
        if run is None:
            return
        self._kernel.open_runs[:] = [o for o in self._kernel.open_runs if o[1] is not run]
        if active_run.ambient() is run:
            before = self._ambient_before
            active_run.set_ambient(None if before is None or before.ended else before)
        self._kernel.resources.end(run)
        run.close(outcome.status, end_time)

    def _show(self, outcome: Outcome, seconds: float) -> None:
        recording, begun = self._recording, self._begun
        if begun is None:
            show(line_of_dry_run(recording, outcome, seconds).mimebundle())
            return
        attempt, previous, run = begun.attempt, begun.previous, begun.run
        attempt.params, attempt.data = recording.params, recording.data
        attempt.metrics = recording.metrics
        replaces = self._asked.on_rerun == "replace" and outcome.status == RunStatus.FINISHED
        self._settle(run, now=bool(attempt.metrics) or replaces)
        if replaces:
            self._replace(attempt)
        if not self._asked.quiet:
            line = line_of_run(
                run,
                recording,
                outcome,
                seconds,
                attempt=attempt,
                previous=previous,
                directions=self._asked.directions,
            )
            show(line.mimebundle())
        self._kernel.attempts.remember(run.info.experiment_id, attempt)
        # A cell of minutes can wait a moment for its files, one of milliseconds not.
        if seconds > _WAITS_FROM:
            self._kernel.background.wait(min(1.0, seconds / 20))

    def _settle(self, run: ActiveRun, *, now: bool) -> None:
        """Have the run's records reach the store; at once if the store is asked next."""
        if now:
            run.settle(_END_TIMEOUT)
        else:
            self._kernel.background.put("ship the run", lambda: run.settle(_END_TIMEOUT))

    def _replace(self, attempt: Attempt) -> None:
        """Put the earlier attempts of this cell into the trash."""
        assert self._run is not None
        condition = f"tags.`{tags.ATTEMPT_OF}` = '{attempt.first_id}'"
        runs = self._run.session.store.search_runs(
            [self._run.info.experiment_id], filter_string=condition
        )
        earlier = [run.info.run_id for run in runs if run.info.run_id != attempt.run_id]
        if earlier:
            self._kernel.to_trash(earlier, f"replace by {attempt.name}")

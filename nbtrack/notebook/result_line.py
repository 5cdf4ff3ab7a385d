"""From what was recorded of a cell to the line that stands under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.entities import RunStatus
from nbtrack.formatting.direction import is_lower_better
from nbtrack.formatting.repeated_params import without_repeats
from nbtrack.formatting.text import shortened
from nbtrack.notebook import comparison
from nbtrack.notebook.outcome import without_colours
from nbtrack.notebook.summary import Note, Score, Setting, Summary
from nbtrack.sentences import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.client.active_run import ActiveRun
    from nbtrack.notebook.attempts import Attempt
    from nbtrack.notebook.outcome import Outcome
    from nbtrack.notebook.recording import Recording

_MOST_LEFT_OUT = 6
_HINT = (
    "no param or metric found. Assign one (lr = 0.1, acc = model.score(X, y)), end the cell with "
    "a score, or write nbtrack.log(acc=…)"
)


def line_of_run(
    run: ActiveRun,
    recording: Recording,
    outcome: Outcome,
    seconds: float,
    *,
    attempt: Attempt,
    previous: Attempt | None,
    directions: Mapping[str, str],
) -> Summary:
    """Return the line under a tracked cell, compared with its last attempt and the best run."""
    scores = comparison.scores(run.session, run.info.experiment_id, attempt, previous, directions)
    notes = list(_notes(recording, outcome))
    if previous is not None:
        changes = comparison.changes(attempt, previous)
        notes.append(Note(f"changed since {previous.name}", changes))
    return _line(run.info.run_name, run.run_id, recording, outcome, seconds, scores, notes)


def line_of_dry_run(recording: Recording, outcome: Outcome, seconds: float) -> Summary:
    """Return the line under a cell with ``--dry``: what would have been recorded."""
    scores = [Score(k, v, is_lower_better(k)) for k, v in recording.metrics.items()]
    notes = [*_notes(recording, outcome), Note("dry run", "nothing was recorded")]
    return _line("dry run", "", recording, outcome, seconds, scores, notes)


def _line(
    name: str,
    run_id: str,
    recording: Recording,
    outcome: Outcome,
    seconds: float,
    scores: Sequence[Score],
    notes: Sequence[Note],
) -> Summary:
    origin = recording.captured.read_from
    params = without_repeats(recording.params)
    settings = [Setting(key, value, origin.get(key, "")) for key, value in params.items()]
    error = recording.clean(without_colours(outcome.line))
    return Summary(name, outcome.status, seconds, settings, scores, error, run_id, notes)


def _notes(recording: Recording, outcome: Outcome) -> Iterator[Note]:
    captured = recording.captured
    found = [
        count(len(captured.params), "param") if captured.params else "",
        count(len(captured.metrics), "metric") if captured.metrics else "",
        *recording.also,
    ]
    text = ", ".join(part for part in found if part)
    if text:
        yield Note("captured", text)
    something = recording.params or recording.metrics or recording.files_kept
    if outcome.status == RunStatus.FINISHED and not something:
        yield Note("hint", _HINT)
    if captured.left_out:
        shown = [f"{shortened(n)} ({reason})" for n, reason in captured.left_out[:_MOST_LEFT_OUT]]
        more = len(captured.left_out) - _MOST_LEFT_OUT
        yield Note("left out", ", ".join(shown) + (f" and {more} more" if more > 0 else ""))

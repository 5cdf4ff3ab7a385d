"""A run against the last attempt of its cell and the best run of its experiment."""

from __future__ import annotations

import ast
import math
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from nbtrack.errors import NbtrackError
from nbtrack.formatting import numbers
from nbtrack.formatting.direction import is_lower_better
from nbtrack.formatting.text import shortened
from nbtrack.notebook.capture.source import parse_cell
from nbtrack.notebook.summary import Score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.client.session import Session
    from nbtrack.notebook.attempts import Attempt

MOST_COMPARED = 4
_MOST_CHANGES = 5


def scores(
    session: Session,
    experiment_id: str,
    attempt: Attempt,
    previous: Attempt | None,
    directions: Mapping[str, str],
) -> list[Score]:
    """Return the run's metrics with what they are compared to.

    A store that cannot answer leaves the comparison with the best out.
    """
    found = []
    for number, (key, value) in enumerate(attempt.metrics.items()):
        given = directions.get(key)
        lower = given == "min" if given else is_lower_better(key)
        last = previous.metrics.get(key) if previous else None
        best, name = None, ""
        if number < MOST_COMPARED:
            best, name = _best(session, experiment_id, attempt.run_id, key, lower=lower)
        found.append(Score(key, value, lower, last, best, name))
    return found


def _best(
    session: Session, experiment_id: str, run_id: str, key: str, *, lower: bool
) -> tuple[float | None, str]:
    """Return the best value of a metric among the other finished runs, and that run's name."""
    if "`" in key:
        return None, ""
    try:
        runs = session.store.search_runs(
            [experiment_id],
            filter_string=f"attributes.status = 'FINISHED' AND attributes.run_id != '{run_id}'",
            order_by=[f"metrics.`{key}` {'ASC' if lower else 'DESC'}"],
            max_results=1,
        )
    except NbtrackError:
        return None, ""
    for run in runs:
        value = run.data.metrics.get(key, math.nan)
        if not math.isnan(value):
            return value, run.info.run_name
    return None, ""


def changes(attempt: Attempt, previous: Attempt) -> str:
    """Say what is different from the previous attempt: params, code, data."""
    params = _changed_params(attempt.params, previous.params)
    new, old = attempt.cell.source, previous.cell.source
    # A line that only got another constant is told by the param.
    code = [] if params and _shape(new) == _shape(old) else _changed_code(new, old)
    parts = [*params, *code, *_changed_data(attempt.data, previous.data)]
    if not parts:
        return "nothing: same params, code and data"
    rest = len(parts) - _MOST_CHANGES
    return " · ".join(parts[:_MOST_CHANGES]) + (f" · and {rest} more" if rest > 0 else "")


def _changed_params(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        texts = [
            "—" if value is None else shortened(numbers.param(value), 24)
            for value in (before, after)
        ]
        found.append(f"{key} {texts[0]} → {texts[1]}")
    return found


def _changed_code(new: str, old: str) -> list[str]:
    before, after = (
        [line.rstrip() for line in text.splitlines() if line.strip()] for text in (old, new)
    )
    added = removed = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += i2 - i1
            added += j2 - j1
    if not (added or removed):
        return []
    return [f"code +{added} -{removed} lines"]


def _shape(source: str) -> list[str]:
    """Return the statements of a cell without their constants."""
    shape = []
    for statement in parse_cell(source).body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant):
                node.value = None
        shape.append(ast.dump(statement))
    return shape


def _changed_data(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    return [
        f"data {name} {'is new' if name not in old else 'changed'}"
        for name, digest in new.items()
        if old.get(name) != digest
    ]

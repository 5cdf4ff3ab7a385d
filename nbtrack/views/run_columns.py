"""Which columns a table of runs has, and what stands in them.

A column is known by the name that filters use for it: ``metrics.acc``, ``params.lr``, ``tags.team``
or one of the attributes in `ATTRIBUTES`.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack import tags
from nbtrack.entities import RunStatus
from nbtrack.errors import InvalidValue
from nbtrack.formatting import numbers
from nbtrack.formatting.direction import is_lower_better
from nbtrack.rest.suggested import by_presence, suggested
from nbtrack.views.static import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbtrack.entities import Run

_STATUS = {
    RunStatus.FINISHED: "✓",
    RunStatus.FAILED: "✗ failed",
    RunStatus.KILLED: "■ killed",
    RunStatus.RUNNING: "… running",
    RunStatus.SCHEDULED: "… scheduled",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A run as a row, with the number of attempts it stands for and its experiment's name."""

    run: Run
    attempts: int = 1
    experiment: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Columns to show, and what was left out of them."""

    names: list[str]
    same_params: dict[str, str]
    more_params: list[str]
    more_metrics: list[str]


def chosen(rows: Sequence[Row]) -> Choice:
    """Choose the columns that tell these runs apart.

    Metrics that most of them have, then params that differ, then metrics of single runs.
    """
    choice = suggested(
        [row.run.data.params for row in rows], [row.run.data.metrics for row in rows]
    )
    names = ["name", "status", "start", "duration"]
    if len({row.run.info.experiment_id for row in rows}) > 1:
        names.insert(1, "experiment")
    if any(row.attempts > 1 for row in rows):
        names.insert(1, "attempts")
    names += [f"metrics.{key}" for key in choice.common_metrics]
    names += [f"params.{key}" for key in choice.params]
    names += [f"metrics.{key}" for key in choice.rare_metrics]
    return Choice(names, choice.same_params, choice.more_params, choice.more_metrics)


def named(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return the columns that somebody asked for, each under its full name.

    A bare key (``lr``) means the param or metric of this name.

    Raises
    ------
    InvalidValue
        If no run has such a column; the message gives the nearest name.
    """
    if not rows:
        return [*names]
    there = known(rows)
    return [_known(name, there) for name in names]


def known(rows: Sequence[Row]) -> list[str]:
    """Return every column that these rows have."""
    return [
        *ATTRIBUTES,
        *(f"metrics.{key}" for key in by_presence([row.run.data.metrics for row in rows])),
        *(f"params.{key}" for key in by_presence([row.run.data.params for row in rows])),
        *(f"tags.{key}" for key in by_presence([row.run.data.tags for row in rows])),
    ]


def filled(name: str, rows: Sequence[Row]) -> tuple[Column, list[Cell]]:
    """Return a column and its cells."""
    kind, _, key = name.partition(".")
    if name in ATTRIBUTES:
        right, cell = ATTRIBUTES[name]
        return Column(name, right=right), [cell(row) for row in rows]
    if kind == "metrics":
        return Column(key, "metrics", right=True), _metric_cells(key, rows)
    values = [getattr(row.run.data, kind, {}).get(key) for row in rows]
    shown = [numbers.param(value) if value is not None else "" for value in values]
    cells = [Cell(text, value if value != text else "") for text, value in _pairs(shown, values)]
    return Column(key, kind, right=_all_numbers(shown)), cells


def _metric_cells(key: str, rows: Sequence[Row]) -> list[Cell]:
    values = [row.run.data.metrics.get(key) for row in rows]
    best = numbers.best(values, lower=_lower_is_better(key, rows))
    texts = numbers.column(values)
    return [
        Cell(text, _in_full(value, text), best=value is not None and value == best)
        for text, value in zip(texts, values, strict=True)
    ]


def _in_full(value: float | None, text: str) -> str:
    return "" if value is None or repr(value) == text else repr(value)


def _lower_is_better(key: str, rows: Iterable[Row]) -> bool:
    for row in rows:
        declared = row.run.data.tags.get(tags.DIRECTION)
        if declared:
            try:
                direction = json.loads(declared).get(key)
            except (ValueError, AttributeError):  # a tag that somebody else wrote
                continue
            if direction in {"min", "max"}:
                return bool(direction == "min")
    return is_lower_better(key)


def _known(name: str, known: Sequence[str]) -> str:
    candidates = [name, f"params.{name}", f"metrics.{name}", f"tags.{name}"]
    for candidate in candidates:
        if candidate in known:
            return candidate
    near = difflib.get_close_matches(name, [*known, *(one.partition(".")[2] for one in known)], 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(known[:20])}."
    raise InvalidValue(f"These runs have no column {name!r}. {hint}")


def _pairs(shown: Sequence[str], values: Sequence[str | None]) -> Iterable[tuple[str, str]]:
    return ((text, value or "") for text, value in zip(shown, values, strict=True))


def _all_numbers(texts: Sequence[str]) -> bool:
    try:
        return [float(text) for text in texts if text] != []
    except ValueError:
        return False


def _name(row: Row) -> Cell:
    info = row.run.info
    child = "↳ " if tags.PARENT_RUN_ID in row.run.data.tags else ""
    return Cell(
        child + (info.run_name or info.run_id[:8]), f"{info.run_name} {info.run_id}".strip()
    )


def _status(row: Row) -> Cell:
    own = row.run.data.tags
    error = own.get(tags.ERROR_TYPE, "")
    text = _STATUS[row.run.info.status]
    reason = own.get(tags.ERROR_MESSAGE) or own.get(tags.END_REASON) or ""
    if error:
        return Cell(f"{text}: {error}", f"{error}: {reason}")
    return Cell(text, reason or str(row.run.info.status).lower())


def _start(row: Row) -> Cell:
    start = row.run.info.start_time
    return Cell(numbers.moment(start), numbers.exact_moment(start))


def _duration(row: Row) -> Cell:
    info = row.run.info
    if info.end_time is None:
        return Cell("")
    milliseconds = info.end_time - info.start_time
    return Cell(numbers.duration(milliseconds / 1000) if milliseconds else "< 1 ms")


# Name -> (whether it is right-aligned, its cell).
ATTRIBUTES: dict[str, tuple[bool, Callable[[Row], Cell]]] = {
    "name": (False, _name),
    "attempts": (True, lambda row: Cell(str(row.attempts))),
    "experiment": (False, lambda row: Cell(row.experiment)),
    "status": (False, _status),
    "start": (False, _start),
    "duration": (True, _duration),
    "user": (False, lambda row: Cell(row.run.info.user_id)),
    "run_id": (False, lambda row: Cell(row.run.info.run_id)),
}

"""The capture rule: what of a cell is a param, what is a metric, and why.

Three calls, in this order::

    plan = analyse(cell_source, history=History(shell.user_ns["In"]))   # pure, before the cell
    before = observe(plan, namespace)                                   # before the cell: what it
    reads captured = collect(plan, namespace, before=before, ...)             # after the cell

None of them raises, touches the contents of an array, or calls ``repr`` of a user's object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.capture.captured import Captured, CaptureOptions, LeftOut
from nbtrack.notebook.capture.history import History
from nbtrack.notebook.capture.judge import Judge
from nbtrack.notebook.capture.reads import Before, look
from nbtrack.notebook.capture.scan import Facts, scan
from nbtrack.notebook.capture.select import select
from nbtrack.notebook.capture.source import parse_cell
from nbtrack.notebook.capture.take import Cell, candidates

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = [
    "Before",
    "CaptureOptions",
    "Captured",
    "CellPlan",
    "History",
    "LeftOut",
    "analyse",
    "collect",
    "observe",
]


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What the source of a cell says.

    Parameters
    ----------
    source : str
        The cell as it was given.
    facts : Facts
        Assignments, reads, functions.
    history : History
        The cells that ran before this one.
    names_stay : bool
        False for ``%%timeit``, whose assignments stay in a function of its own.
    problem : str
        Why nothing can be captured, or "".
    """

    source: str
    facts: Facts = field(default_factory=Facts)
    history: History = field(default_factory=History)
    names_stay: bool = True
    problem: str = ""


def analyse(source: str, *, history: History | Sequence[str] = ()) -> CellPlan:
    """Read a cell's source: raw with its ``%%`` lines, or as IPython transformed it.

    Parameters
    ----------
    source : str
        Text of the cell.
    history : History or sequence of str
        What ran before; ``user_ns["In"]`` will do.
    """
    past = history if isinstance(history, History) else History(history)
    try:
        parsed = parse_cell(source)
        facts = scan(parsed.body)
    except Exception as error:  # noqa: BLE001 capturing never stands in the way of a cell
        return CellPlan(source, history=past, problem=f"the cell was not understood: {error}")
    return CellPlan(source, facts, past, parsed.names_stay, parsed.problem)


def observe(plan: CellPlan, namespace: Mapping[str, Any]) -> Before:
    """Look at what the cell reads, just before it runs."""
    try:
        return look(plan.facts, namespace, plan.history)
    except Exception as error:  # noqa: BLE001 capturing never stands in the way of a cell
        return Before(left_out=[LeftOut("what the cell reads", str(error))])


def collect(
    plan: CellPlan,
    namespace: Mapping[str, Any],
    *,
    before: Before | None = None,
    options: CaptureOptions | None = None,
    logged: Collection[str] = (),
    result: Any = None,
    failed: bool = False,
) -> Captured:
    """Take params and metrics after the cell ran.

    Parameters
    ----------
    namespace : mapping
        ``shell.user_ns``.
    before : Before, optional
        From `observe`; without it nothing counts as read.
    logged : collection of str
        Keys of params and metrics that the run logged explicitly.
    result : object
        IPython's ``result.result``: the value of the last line.
    failed : bool
        An exception ended the cell.
    """
    if plan.problem:
        return Captured(left_out=[LeftOut("the cell", plan.problem)])
    seen = before or Before()
    try:
        judge = Judge(plan.facts, namespace, seen.given)
        cell = Cell(judge, namespace, seen, plan.history, failed, plan.names_stay)
        found = candidates(cell, result)
        return select(found, options or CaptureOptions(), logged, namespace)
    except Exception as error:  # noqa: BLE001 capturing never stands in the way of a cell
        return Captured(left_out=[LeftOut("the cell", f"capturing failed: {error!r}")])

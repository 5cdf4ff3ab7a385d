"""The capture rule: what of a cell is a param, what is a metric, and why.

Three calls, in this order::

    plan = analyse(cell_source, history=History(shell.user_ns["In"]))   # pure, before the cell
    before = observe(plan, namespace)                                   # before the cell: what it reads
    captured = collect(plan, namespace, before=before, ...)             # after the cell

None of them raises, touches the contents of an array, or calls ``repr`` of a user's object.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbtrack.notebook.capture.captured import Captured, CaptureOptions, LeftOut

__all__ = ["Before", "CaptureOptions", "Captured", "CellPlan", "LeftOut", "analyse", "collect", "observe"]


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What the source of a cell says; ``problem`` is a reason why nothing can be captured, or ""."""

    source: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What the cell reads, seen before it ran."""

    scalars: dict[str, Any] = field(default_factory=dict)


def analyse(source: str, *, history: Any = None) -> CellPlan:
    """Read a cell's source (raw, with its ``%%`` lines, or transformed). ``history``: a `lineage.History`."""
    return CellPlan(source)


def observe(plan: CellPlan, namespace: Mapping[str, Any]) -> Before:
    """Look at what the cell reads, just before it runs."""
    return Before()


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

    ``logged`` are keys that the run logged explicitly, ``result`` is IPython's ``result.result`` (the
    value of the last line), ``failed`` says that an exception ended the cell.
    """
    return Captured()

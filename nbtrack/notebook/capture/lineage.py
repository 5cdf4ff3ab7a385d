"""The cells whose values a cell used, by data flow: assignments, changes in place, and functions.

A cell that read ``model`` used the cell that assigned it, the cells that changed it in place since
(``model.fit(X, y)``, ``df["z"] = …``, ``train(model)`` with a function of the notebook), and all
that these cells read in turn.
"""

from __future__ import annotations

import builtins
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.notebook.capture.history import History, facts_of
from nbtrack.redaction.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbtrack.notebook.capture.scan import Facts

_BUILTINS = frozenset(vars(builtins))
_MAX_CELLS = 100
# A cell that never assigned the name may change it too; beyond this many only the origin is sought.
_MAX_CHANGES = 20


class SourceCell(NamedTuple):
    """A cell that a run depends on.

    Parameters
    ----------
    number : int
        Its place in ``In``.
    hash : str
        SHA-256 of its source as it ran, 16 hexadecimal digits.
    gives : tuple of str
        Names it assigned or changed that were used.
    source : str
        Its text, with secrets redacted.
    """

    number: int
    hash: str
    gives: tuple[str, ...]
    source: str


def cell_hash(source: str) -> str:
    """Give 16 hexadecimal digits that ignore trailing space and outer empty lines."""
    lines = [line.rstrip() for line in source.strip("\n").split("\n")]
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def lineage(facts: Facts, history: History, names: Iterable[str] = ()) -> list[SourceCell]:
    """Find the cells that a cell with these facts used, oldest first; never raises.

    Parameters
    ----------
    names : iterable of str
        What the cell read beside what its source says: through functions (`Before.names`).
    """
    used: dict[int, dict[str, None]] = {}
    wanted = dict.fromkeys([*facts.reads, *names])
    waiting = [(name, history.before) for name in wanted if name not in _BUILTINS]
    seen = set(waiting)
    while waiting and len(used) < _MAX_CELLS:
        name, before = waiting.pop()
        for number, cell in _givers(name, history.up_to(before)):
            used.setdefault(number, {})[name] = None
            for read in _needed(name, cell):
                if read in _BUILTINS:
                    continue
                # A function's own reads happen when it is called, later than its definition.
                at = before if name in cell.functions else number
                if (read, at) not in seen:
                    seen.add((read, at))
                    waiting.append((read, at))
    return [_source_cell(history, number, tuple(used[number])) for number in sorted(used)]


def _needed(name: str, cell: Facts) -> Iterable[str]:
    if name in cell.functions and name not in cell.bindings:
        return cell.functions[name]
    return () if cell.never.get(name) == "an import" else cell.reads


def _givers(name: str, history: History) -> Iterator[tuple[int, Facts]]:
    """Yield the cells that changed a name since it was assigned, and the one that assigned it."""
    changes = 0
    for number, facts in history.mentioning(name):
        if name in facts.assigned:
            yield number, facts
            return
        if changes < _MAX_CHANGES and _changes(name, facts, history.up_to(number)):
            changes += 1
            yield number, facts


def _changes(name: str, facts: Facts, history: History) -> bool:
    if name in facts.mutated:
        return True
    return any(
        name in given and _is_notebook_function(callee, facts, history)
        for callee, given in facts.passed
    )


def _is_notebook_function(name: str, facts: Facts, history: History) -> bool:
    if name in facts.functions:
        return True
    origin = history.origin(name)
    return origin is not None and name in facts_of(history.cells[origin]).functions


def _source_cell(history: History, number: int, gives: tuple[str, ...]) -> SourceCell:
    source = history.cells[number]
    return SourceCell(number, cell_hash(source), gives, redact(source))

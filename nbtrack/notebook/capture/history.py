"""Which cell gave a name its value: the notebook's executed cells, searched backwards.

IPython keeps the source of every executed cell in ``In`` (also of those that ran before nbtrack was
loaded). Only cells that hold the name as a word are parsed, and each text only once, so that the
search stays fast in notebooks with hundreds of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from nbtrack.notebook.capture.judge import Judge
from nbtrack.notebook.capture.scan import Facts, scan
from nbtrack.notebook.capture.source import parse_cell

_MAX_DEPTH = 8


@lru_cache(maxsize=1_000)
def facts_of(text: str) -> Facts:
    """Give the facts of a cell's text; a cell that cannot be parsed has none. Not to be changed."""
    try:
        return scan(parse_cell(text).body)
    except RecursionError:
        return Facts()


class History:
    """Executed cells by execution number.

    Parameters
    ----------
    cells : sequence of str
        ``user_ns["In"]``, or the raw sources; index n is ``In[n]``.
    before : int, optional
        Look only at cells with a smaller number (the current cell's ``execution_count``).
    """

    def __init__(self, cells: Sequence[str] = (), *, before: int | None = None) -> None:
        self.cells = cells
        self.before = len(cells) if before is None else min(before, len(cells))

    def up_to(self, before: int) -> History:
        """Give the same history as a cell with this number saw it."""
        return History(self.cells, before=before)

    def mentioning(self, name: str) -> Iterator[tuple[int, Facts]]:
        """Yield (number, facts) of the cells that hold the name as a word, the latest first."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        for number in range(self.before - 1, -1, -1):
            text = self.cells[number]
            if name in text and word.search(text):
                yield number, facts_of(text)

    def origin(self, name: str) -> int | None:
        """Give the number of the last cell that assigned a name, or None."""
        for number, facts in self.mentioning(name):
            if name in facts.assigned:
                return number
        return None

    def is_constant(
        self, name: str, namespace: Mapping[str, Any], depth: int = _MAX_DEPTH
    ) -> bool | None:
        """Whether the cell that assigned a name gave it constants only; None: no cell did."""
        number = self.origin(name)
        if number is None:
            return None
        facts = facts_of(self.cells[number])
        if depth <= 0:
            return False
        if name in facts.never:
            return facts.never[name] != "a loop target"
        earlier = _Earlier(self.up_to(number), namespace, depth - 1)
        judge = Judge(facts, namespace, earlier)
        return judge.name_is_constant(name) or judge.container_is_constant(name)


class _Earlier(Mapping[str, Any]):
    """The names that were constant when a cell ran, asked one by one."""

    def __init__(self, history: History, namespace: Mapping[str, Any], depth: int) -> None:
        self._history = history
        self._namespace = namespace
        self._depth = depth

    def __contains__(self, name: object) -> bool:
        return bool(self._history.is_constant(str(name), self._namespace, self._depth))

    def __getitem__(self, name: str) -> Any:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

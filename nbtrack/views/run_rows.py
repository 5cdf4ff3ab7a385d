"""The rows of a table of runs: families together, attempts of one cell as one row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbtrack import tags
from nbtrack.views.run_columns import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.entities import Run


def families(runs: Sequence[Run]) -> list[Run]:
    """Put children right below their parent; one whose parent is not among the runs stays."""
    ids = {run.info.run_id for run in runs}
    children: dict[str, list[Run]] = {}
    tops: list[Run] = []
    for run in runs:
        parent = run.data.tags.get(tags.PARENT_RUN_ID, "")
        inside = parent in ids and parent != run.info.run_id
        (children.setdefault(parent, []) if inside else tops).append(run)
    ordered: list[Run] = []
    waiting = tops[::-1]
    while waiting:
        run = waiting.pop()
        ordered.append(run)
        waiting += children.pop(run.info.run_id, [])[::-1]
    # What is left are parents of each other, which only a foreign client can make.
    return ordered + [run for left in children.values() for run in left]


def rows_of(runs: Sequence[Run], experiments: Mapping[str, str], *, attempts: bool) -> list[Row]:
    """Return a row a run, or one for all attempts of a cell: the first of them in this order."""
    each = [Row(run, 1, experiments.get(run.info.experiment_id, "")) for run in runs]
    if attempts:
        return each
    cells: dict[str, list[Row]] = {}
    for row in each:
        # The first attempt is known by its own id.
        first = row.run.data.tags.get(tags.ATTEMPT_OF, row.run.info.run_id)
        cells.setdefault(first, []).append(row)
    if len(cells) == 1:
        # With nothing else to show, the attempts are what is to be compared.
        return each
    hidden = {row.run.info.run_id for rows in cells.values() for row in rows[1:]}
    shown = [replace(rows[0], attempts=len(rows)) for rows in cells.values()]
    return _without_below(shown, hidden)


def _without_below(rows: Sequence[Row], hidden: set[str]) -> list[Row]:
    """Leave out what is below hidden runs: children go with the attempt that they belong to."""
    parents = {row.run.info.run_id: row.run.data.tags.get(tags.PARENT_RUN_ID, "") for row in rows}
    kept = []
    for row in rows:
        above, seen = parents[row.run.info.run_id], set[str]()
        # Only a foreign client makes parents of each other.
        while above and above not in hidden and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above not in hidden:
            kept.append(row)
    return kept

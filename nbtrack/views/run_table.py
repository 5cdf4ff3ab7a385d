"""`nbtrack.runs`: runs as a table that stays readable in the saved notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.client.experiments import experiment_by_name, experiment_of_new_runs
from nbtrack.client.searching import search_experiments, search_runs
from nbtrack.client.session import current_session
from nbtrack.errors import NotFound
from nbtrack.formatting.text import shortened
from nbtrack.sentences import count
from nbtrack.views.run_columns import Choice, Row, chosen, filled, named
from nbtrack.views.static import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Sized

    from pandas import DataFrame

    from nbtrack.client.session import Session
    from nbtrack.entities import Experiment, Run

SHOWN = 20
_SEARCHED = 1000
_NAMED_IN_NOTE = 8
EVERYWHERE = "*"


def runs(
    query: str = "",
    *,
    experiment: str | Sequence[str] | None = None,
    order_by: str | Sequence[str] | None = None,
    max_results: int | None = None,
    columns: Sequence[str] | None = None,
    attempts: bool = False,
) -> RunTable:
    """Return the runs that match, as a table.

    Parameters
    ----------
    query : str
        ``"metrics.acc > 0.9 AND params.model = 'tree'"``; all runs if empty.
    experiment : str or sequence of str, optional
        Names or ids; ``"*"`` is all experiments. Default: the experiment of new runs.
    order_by : str or sequence of str, optional
        ``"metrics.acc DESC"``. Default: newest first, children below their parent.
    max_results : int, optional
        How many runs to find and show. By default the newest 1,000 are found and 20 are shown.
    columns : sequence of str, optional
        ``["name", "params.lr", "metrics.acc"]``; a bare ``"lr"`` means the param or metric of this
        name. Default: name, status, start, duration, metrics and params that differ.
    attempts : bool
        Whether each attempt of a cell has its own row. By default a cell has one row, its first in
        this order, unless the table would have no other row.

    Raises
    ------
    InvalidValue
        If the query is malformed (the message points at the place) or no run has a column.
    NotFound
        If there is no such experiment.

    Examples
    --------
    ``nbtrack.runs("metrics.acc > 0.9", order_by="metrics.acc DESC").df``
    """
    session = current_session()
    experiments = _experiments(session, experiment)
    limit = _SEARCHED if max_results is None else max_results
    found: Any = search_runs(
        [one.experiment_id for one in experiments],
        query,
        # One more tells whether there are more.
        max_results=limit + 1 if type(limit) is int and limit > 0 else limit,
        order_by=order_by,
        output_format="list",
    )
    shown = found[:limit]
    return RunTable(
        _families(shown) if order_by is None else shown,
        {one.experiment_id: one.name for one in experiments},
        query=query,
        columns=columns,
        attempts=attempts,
        shown=SHOWN if max_results is None else max_results,
        more=len(found) > limit,
    )


class RunTable:
    """Runs that a search found.

    Iterating gives the runs, ``len`` counts them, an index or a slice picks from them; `df` is a
    DataFrame with MLflow's columns. In a notebook it shows as a table.

    Parameters
    ----------
    runs : sequence of Run
        In the order in which they are shown.
    experiments : mapping
        Experiment id -> name, of the experiments that were searched.
    query, columns, attempts
        As for `nbtrack.runs`.
    shown : int
        How many rows to show at most.
    more : bool
        Whether the search stopped before it had all runs.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        experiments: Mapping[str, str],
        *,
        query: str = "",
        columns: Sequence[str] | None = None,
        attempts: bool = False,
        shown: int = SHOWN,
        more: bool = False,
    ) -> None:
        self._runs = list(runs)
        self._experiments = experiments
        self._query = query
        self._shown = shown
        self._more = more
        self._rows = _rows(self._runs, experiments, attempts=attempts)
        self._columns = None if columns is None else named(columns, self._rows)

    @property
    def df(self) -> DataFrame:
        """All runs that were found, each attempt a row, as `nbtrack.search_runs` returns them."""
        from nbtrack.client.frames import runs_frame

        return runs_frame(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __getitem__(self, index: Any) -> Any:
        return self._runs[index]

    def __repr__(self) -> str:
        return self.table().text()

    def _repr_mimebundle_(self, **_options: object) -> dict[str, str]:
        return self.table().mimebundle()

    def table(self) -> Table:
        """Return what is shown."""
        if not self._runs:
            return Table((), (), notes=(self._nothing(),))
        rows = self._rows[: self._shown]
        choice = chosen(rows)
        names = choice.names if self._columns is None else self._columns
        columns, cells = zip(*(filled(name, rows) for name in names), strict=True)
        notes = [] if self._columns is not None else _left_out(choice)
        return Table(
            columns,
            list(zip(*cells, strict=True)),
            heading=self._heading(),
            notes=[*notes, *self._limits(rows)],
        )

    def _heading(self) -> str:
        name = next(iter(self._experiments.values()))
        where = name if len(self._experiments) == 1 else f"{len(self._experiments)} experiments"
        more = "more than " if self._more else ""
        parts = [where, more + count(len(self._runs), "run"), shortened(self._query, 80)]
        return " · ".join(part for part in parts if part)

    def _limits(self, rows: Sequence[Row]) -> list[str]:
        notes = []
        if any(row.attempts > 1 for row in rows):
            notes.append("Attempts of one cell share a row: runs(attempts=True) shows each.")
        if len(rows) < len(self._rows):
            notes.append(
                f"{len(rows)} of {count(len(self._rows), 'row')}: runs(max_results="
                f"{len(self._runs)}) shows all, .df has them as a DataFrame."
            )
        elif self._more:
            notes.append("There are more runs: pass a larger max_results, or a query.")
        return notes

    def _nothing(self) -> str:
        names = list(self._experiments.values())
        where = f"experiment {names[0]!r}" if len(names) == 1 else count(len(names), "experiment")
        if self._query:
            return (
                f"No run of {where} matches {self._query!r}. A clause on a metric, param or tag "
                "keeps only runs that have it."
            )
        return (
            f"No runs in {where} yet. Put %%track above a cell, or use nbtrack.start_run(). "
            'Runs of all experiments: nbtrack.runs(experiment="*").'
        )


def _experiments(session: Session, wanted: str | Sequence[str] | None) -> list[Experiment]:
    if wanted is None:
        return [experiment_of_new_runs(session)]
    if wanted == EVERYWHERE:
        everything: Any = search_experiments()
        return list(everything)
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    return [_experiment(session, name) for name in names]


def _experiment(session: Session, wanted: str) -> Experiment:
    # A name comes first: an experiment may be called "2024".
    try:
        return experiment_by_name(session, wanted)
    except NotFound:
        if not wanted.isdecimal():
            raise
    return session.store.get_experiment(wanted)


def _families(runs: Sequence[Run]) -> list[Run]:
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


def _rows(runs: Sequence[Run], experiments: Mapping[str, str], *, attempts: bool) -> list[Row]:
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


def _left_out(choice: Choice) -> list[str]:
    notes = []
    if choice.same_params:
        pairs = [
            f"{shortened(key, 24)}={shortened(value, 24)}"
            for key, value in list(choice.same_params.items())[:_NAMED_IN_NOTE]
        ]
        notes.append(f"The same in all: {', '.join(pairs)}{_and_more(choice.same_params)}")
    for noun, keys in (("param", choice.more_params), ("metric", choice.more_metrics)):
        if keys:
            some = ", ".join(shortened(key, 24) for key in keys[:_NAMED_IN_NOTE])
            notes.append(
                f"{count(len(keys), f'more {noun}')}: {some}{_and_more(keys)} "
                "(choose with columns=[…])"
            )
    return notes


def _and_more(keys: Sized) -> str:
    return f" and {len(keys) - _NAMED_IN_NOTE} more" if len(keys) > _NAMED_IN_NOTE else ""

"""`nbtrack.runs`: runs as a table that stays readable in the saved notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.client.experiments import experiment_by_name, experiment_of_new_runs
from nbtrack.client.searching import as_list, search_experiments, search_runs
from nbtrack.client.session import current_session
from nbtrack.errors import NbtrackError, NotFound
from nbtrack.formatting.text import shortened
from nbtrack.sentences import count
from nbtrack.views.run_columns import Choice, Row, chosen, filled, known, named
from nbtrack.views.run_rows import families, rows_of
from nbtrack.views.static import Table
from nbtrack.views.table_view import columns_of, given_view, search_of
from nbtrack.views.view import View, checked_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Sized

    from pandas import DataFrame

    from nbtrack.client.session import Session
    from nbtrack.entities import Experiment, Run
    from nbtrack.views.metric_chart import MetricChart
    from nbtrack.views.table_view import Search

SHOWN = 20
_SEARCHED = 1000
_NAMED_IN_NOTE = 8
# Of the forms that a notebook keeps, which may not grow with the table: below 100 kB.
_CELLS_KEPT = 700
EVERYWHERE = "*"


def runs(
    query: str = "",
    *,
    experiment: str | Sequence[str] | None = None,
    order_by: str | Sequence[str] | None = None,
    max_results: int | None = None,
    columns: Sequence[str] | None = None,
    attempts: bool = False,
    view: Mapping[str, Any] | None = None,
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
        How many runs to find and show. By default the newest 1,000 are found and 20 are shown; in
        the widget all are there.
    columns : sequence of str, optional
        ``["name", "params.lr", "metrics.acc"]``; a bare ``"lr"`` means the param or metric of this
        name. Default: name, status, start, duration, metrics and params that differ.
    attempts : bool
        Whether each attempt of a cell has its own row. By default a cell has one row, its first in
        this order, unless the table would have no other row.
    view : mapping, optional
        What `RunTable.view` returned of another table; the other arguments go before it.

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
    order = as_list(order_by)
    given = given_view(query, order, columns, attempts=attempts)
    return RunTable(
        session,
        {one.experiment_id: one.name for one in experiments},
        {**checked_view(view or {}), **given},
        order_by=order,
        columns=columns,
        max_results=max_results,
    )


class _Found(NamedTuple):
    """Runs, and whether there are more than were asked for."""

    runs: list[Run]
    more: bool


class RunTable(View):
    """Runs that a search found.

    Iterating gives the runs, ``len`` counts them, an index or a slice picks from them; `df` is a
    DataFrame with MLflow's columns. In a notebook it shows as a table to sort, filter and select
    in. All of these are of the runs that the present `view` shows: a filter that was typed into the
    widget counts here too.

    Parameters
    ----------
    session : Session
        Where the runs are.
    experiments : mapping
        Experiment id -> name, of the experiments that are searched.
    view : mapping
        Filter, order, columns … at first.
    order_by : sequence of str
        The order that ``view`` stands for, in MLflow's words; a view cannot hold every one.
    columns : sequence of str, optional
        Columns that must be there, as for `nbtrack.runs`.
    max_results : int, optional
        How many runs to find and show.
    """

    _kind = "runs"

    def __init__(
        self,
        session: Session,
        experiments: Mapping[str, str],
        view: Mapping[str, Any],
        *,
        order_by: Sequence[str] = (),
        columns: Sequence[str] | None = None,
        max_results: int | None = None,
    ) -> None:
        names = list(experiments.values())
        config: dict[str, Any] = {"experiment_ids": list(experiments)}
        if len(names) == 1:
            config["experiment_name"] = names[0]
        self._experiments = experiments
        self._limit = _SEARCHED if max_results is None else max_results
        self._shown = SHOWN if max_results is None else max_results
        self._asked = search_of(view)
        self._found = self._search(
            self._asked._replace(order=order_by) if order_by else self._asked
        )
        if columns is not None:
            view = {**view, "columns": named(columns, self._rows(view))}
        super().__init__(session, config, view)

    @property
    def df(self) -> DataFrame:
        """All runs that were found, each attempt a row, as `nbtrack.search_runs` returns them."""
        from nbtrack.client.frames import runs_frame

        return runs_frame(self._runs)

    def chart(self, *metrics: str, **options: Any) -> MetricChart:
        """Return a chart of the selected runs, else of those that are shown first.

        Parameters
        ----------
        *metrics : str
            What to draw; by default what most of the runs have.
        **options
            As for `nbtrack.chart`.
        """
        from nbtrack.views.metric_chart import chart

        drawn = chart(self, metrics=metrics or None, **options)
        self.observe(lambda change: setattr(drawn, "selected", change["new"]))
        return drawn

    def to_chart(self, most: int) -> list[Run]:
        """Return the selected runs, else those of the first rows."""
        if self.selected:
            there = {run.info.run_id: run for run in self._runs}
            store = self._session.store
            return [there.get(one) or store.get_run(one) for one in self.selected]
        return [row.run for row in self._rows(self._choice.view)[:most]]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __getitem__(self, index: Any) -> Any:
        return self._runs[index]

    def __repr__(self) -> str:
        return self.table().text()

    @property
    def _runs(self) -> list[Run]:
        """The runs of the present view."""
        now = search_of(self._choice.view)
        if now != self._asked:
            self._found = self._search(now)
            self._asked = now
        return self._found.runs

    def _search(self, search: Search) -> _Found:
        limit = self._limit
        found: Any = search_runs(
            list(self._experiments),
            search.filter,
            search.lifecycle,
            # One more tells whether there are more.
            limit + 1 if type(limit) is int and limit > 0 else limit,
            search.order,
            output_format="list",
        )
        shown = found[:limit]
        return _Found(shown if search.order else families(shown), len(found) > limit)

    def _rows(self, view: Mapping[str, Any]) -> list[Row]:
        attempts = view.get("attempts") is True
        return rows_of(self._found.runs, self._experiments, attempts=attempts)

    def _twin(self) -> dict[str, Any]:
        try:
            return dict(self.table(_CELLS_KEPT).mimebundle())
        except NbtrackError as error:  # of a view that was set since, or of a store that is away
            return dict(Table((), (), notes=(error.message,)).mimebundle())

    def table(self, most_cells: int | None = None) -> Table:
        """Return what is shown; with a limit, fewer rows where it would be passed."""
        view = self._choice.view
        if not self._runs:
            return Table((), (), notes=(self._nothing(),))
        all_rows = self._rows(view)
        shown = all_rows[: self._shown]
        rows = shown
        choice = chosen(rows)
        wanted = columns_of(view, known(all_rows))
        if most_cells is not None:
            rows = shown[: max(SHOWN, most_cells // len(wanted or choice.names))]
        columns, cells = zip(*(filled(name, rows) for name in wanted or choice.names), strict=True)
        notes = [] if wanted else _left_out(choice)
        return Table(
            columns,
            list(zip(*cells, strict=True)),
            heading=self._heading(),
            notes=[*notes, *self._limits(rows, len(all_rows), is_cut=len(rows) < len(shown))],
        )

    def _heading(self) -> str:
        name = next(iter(self._experiments.values()))
        where = name if len(self._experiments) == 1 else f"{len(self._experiments)} experiments"
        more = "more than " if self._found.more else ""
        parts = [where, more + count(len(self._runs), "run"), shortened(self._asked.filter, 80)]
        return " · ".join(part for part in parts if part)

    def _limits(self, rows: Sequence[Row], there: int, *, is_cut: bool) -> list[str]:
        notes = []
        if any(row.attempts > 1 for row in rows):
            notes.append("Attempts of one cell share a row: runs(attempts=True) shows each.")
        if is_cut:
            notes.append(f"{len(rows)} of {count(there, 'row')}: .df has all of them.")
        elif len(rows) < there:
            notes.append(
                f"{len(rows)} of {count(there, 'row')}: runs(max_results="
                f"{len(self._runs)}) shows all, .df has them as a DataFrame."
            )
        elif self._found.more:
            notes.append("There are more runs: pass a larger max_results, or a query.")
        return notes

    def _nothing(self) -> str:
        names = list(self._experiments.values())
        where = f"experiment {names[0]!r}" if len(names) == 1 else count(len(names), "experiment")
        if self._asked.filter:
            return (
                f"No run of {where} matches {self._asked.filter!r}. A clause on a metric, param or "
                "tag keeps only runs that have it."
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

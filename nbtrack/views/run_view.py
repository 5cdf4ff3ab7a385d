"""`nbtrack.show`: everything about one run, as a widget and as tables that need no kernel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.client.active_run import ActiveRun
from nbtrack.client.searching import get_run
from nbtrack.client.session import current_session
from nbtrack.entities import Run
from nbtrack.errors import NbtrackError
from nbtrack.formatting import numbers
from nbtrack.views.run_answers import answers
from nbtrack.views.static import Cell, Column, Table
from nbtrack.views.view import View, checked_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.client.session import Session
    from nbtrack.store.overviews import MetricSummary, RunOverview

_MOST_ROWS = 100
_LONGEST = 110
_LONGEST_ERROR = 1000
# Set by programs for programs, or said elsewhere.
_OWN_TAGS = ("mlflow.", "nbtrack.")


def show(ref: str | Run | ActiveRun = "last", *, view: Mapping[str, Any] | None = None) -> RunView:
    """Return everything about one run.

    Parameters
    ----------
    ref : str or Run
        Its id or the first digits of it, its name, ``last``, ``last~2`` or ``best:acc``.
    view : mapping, optional
        What `RunView.view` returned of another one.

    Raises
    ------
    NotFound
        If there is no such run; the message gives the nearest names.
    """
    session = current_session()
    if isinstance(ref, ActiveRun):
        ref = ref.run_id
    run = ref if isinstance(ref, Run) else get_run(ref)
    return RunView(session, run.info.run_id, view)


class RunView(View):
    """One run: the six answers, params, metrics, tags, files, source, what went wrong.

    In a notebook it shows as a page of the run, that follows it while it goes on; the files are
    there too. Elsewhere, and without a kernel, as tables.

    Parameters
    ----------
    session : Session
        Where the run is.
    run_id : str
        32 hexadecimal digits.
    view : mapping, optional
        What is chosen at first.
    """

    _kind = "run"

    def __init__(
        self, session: Session, run_id: str, view: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(session, {"run_id": run_id}, checked_view(view or {}))
        self.run_id = run_id

    @property
    def run(self) -> Run:
        """The run as it is stored now."""
        return self._session.stored_run(self.run_id)

    def _twin(self) -> dict[str, Any]:
        try:
            self._session.flush()
            tables = list(_tables(self._session.store.run_overview(self.run_id)))
        except NbtrackError as error:  # it was deleted for good, or the store is away
            tables = [Table((), (), notes=(error.message,))]
        return {
            "text/html": "\n".join(table.html() for table in tables),
            "text/markdown": "\n\n".join(table.markdown() for table in tables),
            "text/plain": "\n\n".join(table.text() for table in tables),
        }


def _tables(found: RunOverview) -> Iterator[Table]:
    run = found.run
    answered = answers(found, time.time_ns() // 1_000_000)
    yield _pairs(answered, ("question", "answer"), _heading(found), _notes(run))
    if run.data.params:
        yield _pairs(sorted(run.data.params.items()), ("param", "value"))
    if found.metrics:
        yield _metrics(found.metrics)
    given = [pair for pair in sorted(run.data.tags.items()) if not pair[0].startswith(_OWN_TAGS)]
    if given:
        yield _pairs(given, ("tag", "value"))


def _heading(found: RunOverview) -> str:
    info = found.run.info
    words = [info.run_name or info.run_id[:8], str(info.status).lower(), found.experiment_name]
    if info.lifecycle_stage == "deleted":
        words.append("in the trash")
    return " · ".join([*words, info.run_id])


def _notes(run: Run) -> list[str]:
    own = run.data.tags
    kind, message = own.get(tags.ERROR_TYPE), own.get(tags.ERROR_MESSAGE)
    trouble = ": ".join(part for part in (kind, message) if part) or own.get(tags.END_REASON, "")
    return [text[:_LONGEST_ERROR] for text in (trouble, own.get(tags.NOTE, "")) if text]


def _pairs(
    pairs: Any, names: tuple[str, str], heading: str = "", notes: Sequence[str] = ()
) -> Table:
    rows = [[Cell(key), Cell(value)] for key, value in pairs]
    return _limited([Column(name) for name in names], rows, heading, notes)


def _metrics(metrics: Sequence[MetricSummary]) -> Table:
    columns = [Column("metric"), *(Column(name, right=True) for name in _SUMMED_UP)]
    rows = [
        [
            Cell(one.key),
            *(_number(value) for value in (one.last, one.min, one.max)),
            Cell(str(one.step)),
            Cell(f"{one.count:,}"),
        ]
        for one in metrics
    ]
    return _limited(columns, rows)


_SUMMED_UP = ("last", "min", "max", "step", "points")


def _number(value: float) -> Cell:
    text = numbers.number(value)
    return Cell(text, "" if repr(value) == text else repr(value))


def _limited(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    heading: str = "",
    notes: Sequence[str] = (),
) -> Table:
    more = len(rows) - _MOST_ROWS
    left_out = [f"{more:,} more of them."] if more > 0 else []
    return Table(columns, rows[:_MOST_ROWS], heading, [*notes, *left_out], _LONGEST)

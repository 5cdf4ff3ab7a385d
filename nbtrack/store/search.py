"""Searching experiments and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, select

from nbtrack.entities import ViewType
from nbtrack.store import checks, paging
from nbtrack.store.schema import ACTIVE, DELETED, experiment, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from nbtrack.store.keys import Keys

_LIFECYCLES = {
    ViewType.ACTIVE_ONLY: (ACTIVE,),
    ViewType.DELETED_ONLY: (DELETED,),
    ViewType.ALL: (ACTIVE, DELETED),
}


class Query(NamedTuple):
    """A search that is ready to be asked page by page."""

    statement: Select[Any]
    terms: list[paging.Term]
    fingerprint: str

    def page(
        self, connection: Connection, _keys: Keys, max_results: int, token: str | None
    ) -> tuple[Sequence[Row[Any]], str | None]:
        """Return the rows of a page, and the token of the next."""
        statement = self.statement.add_columns(*(term.expression for term in self.terms))
        if token is not None:
            values = paging.read_token(token, self.fingerprint, len(self.terms))
            statement = statement.where(paging.after(self.terms, values))
        ordered = statement.order_by(*(term.ordering() for term in self.terms))
        rows = connection.execute(ordered.limit(max_results + 1)).all()
        if len(rows) <= max_results:
            return rows, None
        last = rows[max_results - 1][-len(self.terms) :]
        return rows[:max_results], paging.write_token(self.fingerprint, last)


def runs_query(
    experiment_ids: Sequence[str], filter_string: str, order_by: Sequence[str], view: ViewType
) -> Query:
    """Prepare a search of runs."""
    numbers = sorted({checks.experiment_number(one) for one in experiment_ids})
    statement = select(run.c.id).where(
        run.c.experiment_id.in_(numbers), run.c.lifecycle.in_(_LIFECYCLES[view])
    )
    terms = [paging.Term(run.c.start_ts, descending=True), paging.Term(run.c.uuid)]
    return Query(statement, terms, paging.fingerprint("runs", numbers, filter_string, order_by))


def experiments_query(filter_string: str, order_by: Sequence[str], view: ViewType) -> Query:
    """Prepare a search of experiments."""
    statement = select(experiment).where(experiment.c.lifecycle.in_(_LIFECYCLES[view]))
    terms = [paging.Term(experiment.c.creation_ts, descending=True), paging.Term(experiment.c.id)]
    return Query(statement, terms, paging.fingerprint("experiments", filter_string, order_by))

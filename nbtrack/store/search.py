"""Asking for a page of what matches a filter, in an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam

from nbtrack.entities import ViewType
from nbtrack.filters import BoolOp, Comparison, Node, Ordering
from nbtrack.store import checks, paging
from nbtrack.store.schema import ACTIVE, DELETED, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Row

    from nbtrack.store.keys import Keys

LIFECYCLES = {
    ViewType.ACTIVE_ONLY: (ACTIVE,),
    ViewType.DELETED_ONLY: (DELETED,),
    ViewType.ALL: (ACTIVE, DELETED),
}

Plan = tuple[Select[Any], list[paging.Term]]


@dataclass(frozen=True)
class Query:
    """A search that is parsed and can be asked page by page.

    Attributes
    ----------
    plan : callable
        From the ids of the keys that the store knows to the statement and its order.
    names : set of str
        Keys of metrics, params and tags that the plan needs.
    fingerprint : str
        What page tokens are bound to.
    """

    plan: Callable[[dict[str, int]], Plan]
    names: set[str]
    fingerprint: str

    def page(
        self, connection: Connection, keys: Keys, max_results: int, token: str | None
    ) -> tuple[Sequence[Row[Any]], str | None]:
        """Return the rows of a page, and the token of the next."""
        statement, terms = self.plan(keys.ids(connection, self.names))
        statement = statement.add_columns(*(term.expression for term in terms))
        if token is not None:
            values = paging.read_token(token, self.fingerprint, terms)
            statement = statement.where(paging.after(terms, values))
        ordered = statement.order_by(*(term.ordering() for term in terms))
        rows = connection.execute(ordered.limit(max_results + 1)).all()
        if len(rows) <= max_results:
            return rows, None
        last = rows[max_results - 1][-len(terms) :]
        return rows[:max_results], paging.write_token(self.fingerprint, last)


def written(experiments: list[int]) -> BindParameter[Any]:
    """Return the numbers of experiments for an ``IN``.

    They are written into the statement: databases bind only so many parameters, and a server may be
    sent more of them.
    """
    return bindparam("experiments", experiments, expanding=True, literal_execute=True)


def named(run_ids: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a run has one of these ids, which are written, as above."""
    ids = sorted({one for one in run_ids if checks.is_run_id(one)})
    return run.c.uuid.in_(bindparam("uuids", ids, expanding=True, literal_execute=True))


def clauses(node: Node | None) -> Iterator[Comparison]:
    """Walk through all clauses of a filter."""
    if isinstance(node, Comparison):
        yield node
    elif node is not None:
        for part in node.parts:
            yield from clauses(part)


def conjuncts(node: Node | None) -> tuple[Node, ...]:
    """Return the parts of a filter that must all hold."""
    if node is None:
        return ()
    return node.parts if isinstance(node, BoolOp) and node.operator == "AND" else (node,)


def keys_of(node: Node | None, orderings: Sequence[Ordering]) -> set[str]:
    """Return every key that a search names."""
    fields = [*(clause.field for clause in clauses(node)), *(one.field for one in orderings)]
    return {field.key for field in fields}

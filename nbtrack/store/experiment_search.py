"""Searching experiments: filter and order to a SELECT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from nbtrack.filters import EXPERIMENTS, Comparison, Node, parse_filter, parse_order_by
from nbtrack.store import conditions, paging
from nbtrack.store.schema import experiment, experiment_tag
from nbtrack.store.search import LIFECYCLES, Plan, Query, keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import ViewType

_COLUMNS: dict[str, ColumnElement[Any]] = {
    "name": experiment.c.name,
    "experiment_id": experiment.c.id,
    "creation_time": experiment.c.creation_ts,
    "last_update_time": experiment.c.update_ts,
}


def experiments_query(filter_string: str, order_by: Sequence[str], view: ViewType) -> Query:
    """Prepare a search of experiments."""
    tree = parse_filter(filter_string, EXPERIMENTS)
    orderings = parse_order_by(order_by, EXPERIMENTS)

    def plan(key_ids: dict[str, int]) -> Plan:
        statement = select(experiment).where(experiment.c.lifecycle.in_(LIFECYCLES[view]))
        if tree is not None:
            statement = statement.where(_condition(tree, key_ids))
        terms = [paging.Term(_COLUMNS[one.field.key], one.descending) for one in orderings]
        by_id = paging.Term(experiment.c.id, descending=bool(terms))
        if not terms:
            terms = [paging.Term(experiment.c.creation_ts, descending=True)]
        return statement, [*terms, by_id]

    fingerprint = paging.fingerprint("experiments", filter_string, list(order_by), view)
    return Query(plan, keys_of(tree, orderings), fingerprint)


def _condition(node: Node, key_ids: dict[str, int]) -> ColumnElement[bool]:
    if isinstance(node, Comparison):
        return _clause(node, key_ids)
    parts = [_condition(part, key_ids) for part in node.parts]
    if node.operator == "NOT":
        return not_(parts[0])
    return and_(*parts) if node.operator == "AND" else or_(*parts)


def _clause(clause: Comparison, key_ids: dict[str, int]) -> ColumnElement[bool]:
    if clause.field.entity == "tags":
        return _tag(clause, key_ids.get(clause.field.key))
    if clause.field.key == "experiment_id":
        given = clause.value
        numbers = tuple(map(int, given)) if isinstance(given, tuple) else int(given or 0)
        clause = Comparison(clause.field, clause.operator, numbers)
    return conditions.plain(_COLUMNS[clause.field.key], clause)


def _tag(clause: Comparison, key_id: int | None) -> ColumnElement[bool]:
    missing = clause.operator == "IS NULL"
    if key_id is None:
        return true() if missing else false()
    has = exists().where(
        experiment_tag.c.experiment_id == experiment.c.id, experiment_tag.c.key_id == key_id
    )
    if missing:
        return ~has
    if clause.operator == "IS NOT NULL":
        return has
    return has.where(conditions.plain(experiment_tag.c.value, clause))

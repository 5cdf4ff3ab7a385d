"""Searching runs: filter and order to a SELECT.

Clauses on metrics, params and tags that must all hold become inner joins, which with the indexes by
value are 10 to 40 times faster than EXISTS; those below OR and NOT become EXISTS. A run has at most
one row of a key, so a join never doubles it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from nbtrack import tags as tag_names
from nbtrack.filters import RUNS, Comparison, Field, Node, Ordering, parse_filter, parse_order_by
from nbtrack.store import checks, conditions, paging
from nbtrack.store.schema import (
    STATUS,
    dataset,
    input_tag,
    param,
    run,
    run_input,
    series,
    tag,
)
from nbtrack.store.search import LIFECYCLES, Plan, Query, conjuncts, keys_of, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import FromClause

    from nbtrack.entities import ViewType

# SQLite joins at most 64 tables; orders join too.
_MOST_JOINS = 24

_KEYED = {"metrics": series, "params": param, "tags": tag}
_STATUS_NAME: ColumnElement[Any] = case(
    {code: str(status) for code, status in STATUS.items()}, value=run.c.status, else_=""
)
_ATTRIBUTES: dict[str, ColumnElement[Any]] = {
    "run_id": run.c.uuid,
    "run_name": run.c.name,
    "status": _STATUS_NAME,
    "user_id": run.c.user_id,
    "artifact_uri": run.c.artifact_uri,
    "start_time": run.c.start_ts,
    "end_time": run.c.end_ts,
}
# Function of a metric -> column of its series; NULL where all its points are NaN.
_FUNCTIONS = {"min": "vmin", "max": "vmax", "first": "first_value", "count": "n"}


def runs_query(
    experiment_ids: Sequence[str], filter_string: str, order_by: Sequence[str], view: ViewType
) -> Query:
    """Prepare a search of runs."""
    numbers = sorted({checks.experiment_number(one) for one in experiment_ids})
    tree = parse_filter(filter_string, RUNS)
    orderings = parse_order_by(order_by, RUNS)

    def plan(key_ids: dict[str, int]) -> Plan:
        search = _RunSearch(key_ids)
        statement = search.filtered(
            select(run.c.id).where(
                run.c.experiment_id.in_(written(numbers)), run.c.lifecycle.in_(LIFECYCLES[view])
            ),
            tree,
        )
        return search.ordered(statement, orderings)

    # A filter on the run's name asks for its tag.
    names = {tag_names.RUN_NAME} | keys_of(tree, orderings)
    fingerprint = paging.fingerprint("runs", numbers, filter_string, list(order_by), view)
    return Query(plan, names, fingerprint)


def leading_query(
    experiment_ids: Sequence[str], order_by: Sequence[str], view: ViewType
) -> Query | None:
    """Prepare a search of the runs that have a number where an order begins with a metric.

    These come first in the order, and the index of values has them in it: where they fill a page,
    no other run needs to be looked at.
    """
    numbers = sorted({checks.experiment_number(one) for one in experiment_ids})
    orderings = parse_order_by(order_by, RUNS)
    if not orderings or orderings[0].field.entity != "metrics" or orderings[0].field.function:
        return None

    def plan(key_ids: dict[str, int]) -> Plan:
        first, *others = orderings
        table = series.alias("nb_leading")
        # The sign keeps SQLite from beginning with the list of runs, to sort all of it.
        of_run: ColumnElement[int] = literal_column("+nb_leading.run_id")
        on = and_(of_run == run.c.id, table.c.key_id == key_ids.get(first.field.key, -1))
        statement = (
            select(run.c.id)
            .join_from(run, table, on)
            .where(
                run.c.experiment_id.in_(written(numbers)),
                run.c.lifecycle.in_(LIFECYCLES[view]),
                ~conditions.latest_is_nan(table.c),
            )
        )
        statement, terms = _RunSearch(key_ids).ordered(statement, others)
        return statement, [paging.Term(table.c.value, first.descending), *terms]

    return Query(plan, keys_of(None, orderings), "")


class _RunSearch:
    def __init__(self, key_ids: dict[str, int]) -> None:
        self._key_ids = key_ids
        self._joins = 0

    def filtered(self, statement: Select[Any], tree: Node | None) -> Select[Any]:
        for part in conjuncts(tree):
            keyed = _keyed(part) if isinstance(part, Comparison) else None
            if (
                keyed is None
                or keyed.operator == "IS NULL"
                or keyed.field.key not in self._key_ids  # that join would have no condition
                or self._joins >= _MOST_JOINS
            ):
                statement = statement.where(self._condition(part))
                continue
            self._joins += 1
            table = _KEYED[keyed.field.entity].alias()
            on = and_(table.c.run_id == run.c.id, self._matches(table, keyed))
            statement = statement.join_from(run, table, on)
        return statement

    def ordered(self, statement: Select[Any], orderings: Sequence[Ordering]) -> Plan:
        terms: list[paging.Term] = []
        for one in orderings:
            if one.field.entity == "attributes":
                terms += _attribute_terms(one)
            elif one.field.key in self._key_ids:
                table = _KEYED[one.field.entity].alias()
                on = and_(
                    table.c.run_id == run.c.id, table.c.key_id == self._key_ids[one.field.key]
                )
                statement = statement.join_from(run, table, on, isouter=True)
                terms += _keyed_terms(table, one)
        used = {one.field.key for one in orderings if one.field.entity == "attributes"}
        if "start_time" not in used:
            terms.append(paging.Term(run.c.start_ts, descending=True))
        if "run_id" not in used:
            terms.append(paging.Term(run.c.uuid))
        return statement, terms

    def _condition(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, Comparison):
            return self._clause(node)
        parts = [self._condition(part) for part in node.parts]
        if node.operator == "NOT":
            return not_(parts[0])
        return and_(*parts) if node.operator == "AND" else or_(*parts)

    def _clause(self, clause: Comparison) -> ColumnElement[bool]:
        if clause.field.entity == "datasets":
            return _dataset(clause)
        keyed = _keyed(clause)
        if keyed is None:
            return conditions.nullable(_ATTRIBUTES[clause.field.key], clause)
        if keyed.field.key not in self._key_ids:
            return true() if keyed.operator == "IS NULL" else false()
        table = _KEYED[keyed.field.entity].alias()
        has = exists().where(table.c.run_id == run.c.id, self._matches(table, keyed))
        return ~has if keyed.operator == "IS NULL" else has

    def _matches(self, table: FromClause, clause: Comparison) -> ColumnElement[bool]:
        key_id = self._key_ids.get(clause.field.key)
        if key_id is None:
            return false()
        of_key = table.c.key_id == key_id
        if clause.value is None:
            return of_key
        if clause.field.entity == "metrics":
            return and_(of_key, _metric(table.c, clause))
        return and_(of_key, conditions.value(table.c, clause))


def _keyed(clause: Comparison) -> Comparison | None:
    """Return a clause on a metric, param or tag; None for one on anything else."""
    if clause.field == Field("attributes", "run_name"):
        # MLflow compares the tag: a run whose tag was deleted is not found.
        field = Field("tags", tag_names.RUN_NAME)
        return Comparison(field, clause.operator, clause.value)
    return clause if clause.field.entity in _KEYED else None


def _metric(columns: Any, clause: Comparison) -> ColumnElement[bool]:
    if clause.field.function is None:
        return conditions.number(columns.value, clause, conditions.latest_is_nan(columns))
    column = columns[_FUNCTIONS[clause.field.function]]
    return conditions.number(column, clause, column.is_(None))


def _dataset(clause: Comparison) -> ColumnElement[bool]:
    if clause.field.key == "context":
        compared = input_tag.c.value
        has = exists().where(
            input_tag.c.run_id == run.c.id, input_tag.c.name == tag_names.DATA_CONTEXT
        )
    else:
        compared = dataset.c[clause.field.key]
        has = exists().where(run_input.c.run_id == run.c.id, dataset.c.id == run_input.c.dataset_id)
    if clause.value is None:
        return ~has if clause.operator == "IS NULL" else has
    return has.where(conditions.plain(compared, clause))


def _attribute_terms(one: Ordering) -> list[paging.Term]:
    column = _ATTRIBUTES[one.field.key]
    if one.field.key != "end_time":
        return [paging.Term(column, one.descending)]
    return [
        paging.Term(case((column.is_(None), 1), else_=0)),
        paging.Term(func.coalesce(column, 0), one.descending),
    ]


def _keyed_terms(table: FromClause, one: Ordering) -> list[paging.Term]:
    """Order by a value: numbers or texts first, then NaN, then what has no such key."""
    missing = table.c.run_id.is_(None)
    if one.field.entity != "metrics":
        return [
            paging.Term(case((missing, 1), else_=0)),
            paging.Term(func.coalesce(table.c.value, ""), one.descending),
        ]
    if one.field.function is None:
        column, is_nan = table.c.value, conditions.latest_is_nan(table.c)
    else:
        column = table.c[_FUNCTIONS[one.field.function]]
        is_nan = column.is_(None)
    return [
        paging.Term(case((missing, 2), (is_nan, 1), else_=0)),
        paging.Term(func.coalesce(column, 0.0), one.descending),
    ]

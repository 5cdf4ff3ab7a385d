"""Searching logged models: filter, datasets and order to a SELECT."""

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
    not_,
    or_,
    select,
    true,
)

from nbtrack.entities import ViewType
from nbtrack.errors import InvalidValue
from nbtrack.filters import LOGGED_MODELS, Comparison, Node, Ordering, parse_filter, parse_order_by
from nbtrack.store import checks, conditions, paging
from nbtrack.store.schema import (
    LIFECYCLE,
    NAN,
    logged_model,
    metric_dataset,
    model_metric,
    model_param,
    model_tag,
)
from nbtrack.store.search import LIFECYCLES, Plan, Query, keys_of, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import FromClause

    from nbtrack.entities import ModelDataset, ModelOrder

_MOST_ORDER_KEYS = 4  # each order by a metric looks its latest point up twice
_MOST_DATASETS = 100

_TEXTS = {"params": model_param, "tags": model_tag}
_ATTRIBUTES: dict[str, ColumnElement[Any]] = {
    "name": logged_model.c.name,
    "model_id": logged_model.c.uuid,
    "model_type": logged_model.c.model_type,
    "status": logged_model.c.status,
    "source_run_id": logged_model.c.source_run_id,
    "experiment_id": logged_model.c.experiment_id,
    "artifact_location": logged_model.c.artifact_uri,
    "lifecycle_stage": case(
        {code: str(stage) for code, stage in LIFECYCLE.items()},
        value=logged_model.c.lifecycle,
        else_="",
    ),
    "creation_timestamp": logged_model.c.creation_ts,
    "last_updated_timestamp": logged_model.c.update_ts,
}


def models_query(
    experiment_ids: Sequence[str],
    filter_string: str,
    datasets: Sequence[ModelDataset],
    order_by: Sequence[ModelOrder],
) -> Query:
    """Prepare a search of the models that are not deleted."""
    numbers = sorted({checks.experiment_number(one) for one in experiment_ids})
    tree = parse_filter(filter_string, LOGGED_MODELS)
    orderings = _orderings(order_by)
    if len(datasets) > _MOST_DATASETS:
        raise InvalidValue(f"A search takes at most {_MOST_DATASETS} datasets.")

    def plan(key_ids: dict[str, int]) -> Plan:
        statement = select(logged_model).where(
            logged_model.c.experiment_id.in_(written(numbers)),
            logged_model.c.lifecycle.in_(LIFECYCLES[ViewType.ACTIVE_ONLY]),
        )
        if datasets:
            points = model_metric.alias()
            statement = statement.where(exists().where(_of_model(points), _on(points, datasets)))
        if tree is not None:
            statement = statement.where(_Filter(key_ids, datasets).condition(tree))
        return _ordered(statement, orderings, key_ids)

    asked = [[one.dataset_name, one.dataset_digest] for one in datasets]
    order = [
        [one.field_name, one.ascending, one.dataset_name, one.dataset_digest] for one in order_by
    ]
    fingerprint = paging.fingerprint("logged models", numbers, filter_string, asked, order)
    return Query(plan, keys_of(tree, [one for one, _ in orderings]), fingerprint)


def _orderings(order_by: Sequence[ModelOrder]) -> list[tuple[Ordering, list[ModelDataset]]]:
    if len(order_by) > _MOST_ORDER_KEYS:
        raise InvalidValue(f"`order_by` has more than {_MOST_ORDER_KEYS} keys.")
    return [
        (ordering, [one.dataset] if one.dataset else [])
        for one in order_by
        for ordering in parse_order_by(
            [f"{one.field_name} {'ASC' if one.ascending else 'DESC'}"], LOGGED_MODELS
        )
    ]


class _Filter:
    def __init__(self, key_ids: dict[str, int], datasets: Sequence[ModelDataset]) -> None:
        self._key_ids = key_ids
        self._datasets = datasets

    def condition(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, Comparison):
            return self._clause(node)
        parts = [self.condition(part) for part in node.parts]
        if node.operator == "NOT":
            return not_(parts[0])
        return and_(*parts) if node.operator == "AND" else or_(*parts)

    def _clause(self, clause: Comparison) -> ColumnElement[bool]:
        if clause.field.entity == "attributes":
            return _attribute(clause)
        key_id = self._key_ids.get(clause.field.key)
        missing = clause.operator == "IS NULL"
        if key_id is None:
            return true() if missing else false()
        is_metric = clause.field.entity == "metrics"
        table = (model_metric if is_metric else _TEXTS[clause.field.entity]).alias()
        has = exists().where(_of_model(table), table.c.key_id == key_id)
        if is_metric and self._datasets:
            has = has.where(_on(table, self._datasets))
        if clause.value is None:
            return ~has if missing else has
        if is_metric:  # MLflow's rule: any point will do
            return has.where(conditions.number(table.c.value, clause, table.c.special == NAN))
        return has.where(conditions.value(table.c, clause))


def _attribute(clause: Comparison) -> ColumnElement[bool]:
    if clause.field.key == "experiment_id":
        given = clause.value
        numbers = tuple(map(int, given)) if isinstance(given, tuple) else int(given or 0)
        clause = Comparison(clause.field, clause.operator, numbers)
    return conditions.plain(_ATTRIBUTES[clause.field.key], clause)


def _of_model(table: FromClause) -> ColumnElement[bool]:
    owner: ColumnElement[int] = table.c.model_id
    return owner == logged_model.c.id


def _on(points: FromClause, datasets: Sequence[ModelDataset]) -> ColumnElement[bool]:
    """Return the condition that a point is on one of some datasets."""
    choices = []
    for one in datasets:
        named: ColumnElement[bool] = metric_dataset.c.name == one.dataset_name
        if one.dataset_digest:
            named = and_(named, metric_dataset.c.digest == one.dataset_digest)
        choices.append(named)
    numbers = select(metric_dataset.c.id).where(or_(*choices))
    return points.c.dataset_id.in_(numbers)


def _ordered(
    statement: Select[Any],
    orderings: Sequence[tuple[Ordering, list[ModelDataset]]],
    key_ids: dict[str, int],
) -> Plan:
    terms: list[paging.Term] = []
    for one, datasets in orderings:
        if one.field.entity == "attributes":
            terms.append(paging.Term(_ATTRIBUTES[one.field.key], one.descending))
        elif one.field.key in key_ids:
            terms += _metric_terms(key_ids[one.field.key], datasets, descending=one.descending)
    used = {one.field.key for one, _ in orderings if one.field.entity == "attributes"}
    if "creation_timestamp" not in used:
        terms.append(paging.Term(logged_model.c.creation_ts, descending=True))
    if "model_id" not in used:
        terms.append(paging.Term(logged_model.c.uuid))
    return statement, terms


def _metric_terms(
    key_id: int, datasets: list[ModelDataset], *, descending: bool
) -> list[paging.Term]:
    """Order by a metric's latest point: numbers first, then NaN, then what has no point."""
    points = model_metric.alias()

    def latest(column: ColumnElement[Any]) -> ColumnElement[Any]:
        found = select(column).where(_of_model(points), points.c.key_id == key_id)
        if datasets:
            found = found.where(_on(points, datasets))
        order = (points.c.ts, points.c.step, points.c.special, points.c.value)
        newest = found.order_by(*(one.desc() for one in order)).limit(1)
        return newest.correlate(logged_model).scalar_subquery()

    special = latest(points.c.special)
    return [
        paging.Term(case((special.is_(None), 2), (special == NAN, 1), else_=0)),
        paging.Term(func.coalesce(latest(points.c.value), 0.0), descending),
    ]

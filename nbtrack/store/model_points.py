"""Points of metrics that tell of logged models, beside being points of their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from nbtrack.entities import ModelMetric
from nbtrack.errors import NotFound
from nbtrack.store import checks, dialects
from nbtrack.store.points import DECODED, coded
from nbtrack.store.schema import logged_model, metric_dataset, model_metric, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from nbtrack.store.keys import Keys
    from nbtrack.store.run_state import RunState
    from nbtrack.store.transaction import Transaction

_POINT = ("model_id", "key_id", "run_id", "dataset_id", "step", "ts", "value", "special")
_DATASET = ("name", "digest")
_NO_DATASET = 0
_MODELS = select(logged_model.c.uuid, logged_model.c.id).where(
    logged_model.c.uuid.in_(bindparam("uuids", expanding=True))
)
_DATASETS = select(metric_dataset.c.id).where(
    metric_dataset.c.name == bindparam("name"), metric_dataset.c.digest == bindparam("digest")
)


def put(tx: Transaction, of: RunState, points: Sequence[ModelMetric]) -> None:
    """Note points of a run with the models they tell of."""
    if not points:
        return
    models = _models(tx, {one.model_id for one in points})
    datasets = {pair: _dataset(tx, *pair) for pair in {_pair(one) for one in points}}
    keys = tx.keys.ensure(tx.connection, [one.key for one in points])
    rows = [
        (
            models[one.model_id],
            keys[one.key],
            of.id,
            datasets[_pair(one)],
            one.step,
            one.timestamp,
            *coded(one.value),
        )
        for one in points
    ]
    insert = dialects.insert_new(tx.dialect, "nb_model_metric", _POINT, _POINT)
    tx.connection.exec_driver_sql(insert, rows)


def load(
    connection: Connection, keys: Keys, numbers: Sequence[int]
) -> Iterator[tuple[int, ModelMetric]]:
    """Return all points of models, given by integer ids, with the integer id of the model."""
    columns = model_metric.c
    found = connection.execute(
        select(
            model_metric,
            logged_model.c.uuid.label("model"),
            run.c.uuid.label("run"),
            metric_dataset.c.name,
            metric_dataset.c.digest,
        )
        .join(logged_model, logged_model.c.id == columns.model_id)
        .join(run, run.c.id == columns.run_id)
        .outerjoin(metric_dataset, metric_dataset.c.id == columns.dataset_id)
        .where(columns.model_id.in_(numbers))
        .order_by(columns.model_id, columns.key_id, columns.ts, columns.step, columns.value)
    ).all()
    names = keys.names(connection, {row.key_id for row in found})
    for row in found:
        yield (
            row.model_id,
            ModelMetric(
                key=names[row.key_id],
                value=DECODED[row.special] if row.special else row.value,
                timestamp=row.ts,
                step=row.step,
                model_id=row.model,
                run_id=row.run,
                dataset_name=row.name or None,
                dataset_digest=row.digest or None,
            ),
        )


def _models(tx: Transaction, uuids: set[str]) -> dict[str, int]:
    rows = tx.connection.execute(_MODELS, {"uuids": sorted(uuids)})
    found = {row.uuid: row.id for row in rows}
    missing = sorted(uuids - found.keys())
    if missing:
        raise NotFound(f"Logged model with ID '{missing[0]}' not found.")
    return found


def _pair(point: ModelMetric) -> tuple[str, str]:
    return point.dataset_name or "", point.dataset_digest or ""


def _dataset(tx: Transaction, name: str, digest: str) -> int:
    if not (name or digest):
        return _NO_DATASET
    checks.check_text(name, "dataset_name", checks.DATASET_LIMITS["name"])
    checks.check_text(digest, "dataset_digest", checks.DATASET_LIMITS["digest"])
    pair = {"name": name, "digest": digest}
    number = tx.connection.execute(_DATASETS, pair).scalar()
    if number is None:
        insert = dialects.insert_new(tx.dialect, "nb_metric_dataset", _DATASET, _DATASET)
        tx.connection.exec_driver_sql(insert, (name, digest))
        number = tx.connection.execute(_DATASETS, pair).scalar_one()
    return int(number)

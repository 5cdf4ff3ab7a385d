"""The logged models that runs read and made, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from nbtrack.entities import ModelInput, ModelOutput
from nbtrack.store import checks, dialects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from nbtrack.store.run_state import RunState
    from nbtrack.store.transaction import Transaction

_INPUT = ("run_id", "model_id")
_OUTPUT = (*_INPUT, "step")


def put_inputs(tx: Transaction, of: RunState, models: Sequence[ModelInput]) -> None:
    """Note models that a run read."""
    _put(tx, "nb_model_input", _INPUT, [(of.id, one.model_id) for one in models])


def put_outputs(tx: Transaction, of: RunState, models: Sequence[ModelOutput]) -> None:
    """Note models that a run made; of a model noted before the first step stays."""
    rows = [(of.id, one.model_id, checks.check_step(one.step)) for one in models]
    _put(tx, "nb_output", _OUTPUT, rows)


def load(
    connection: Connection, run_ids: str
) -> tuple[dict[int, list[ModelInput]], dict[int, list[ModelOutput]]]:
    """Return what runs, given as comma-separated integer ids, read and made."""
    read: dict[int, list[ModelInput]] = {}
    made: dict[int, list[ModelOutput]] = {}
    rows = "FROM {} WHERE run_id IN ({}) ORDER BY run_id, model_id"
    inputs = text("SELECT run_id, model_id " + rows.format("nb_model_input", run_ids))
    for run_id, model_id in connection.execute(inputs):
        read.setdefault(run_id, []).append(ModelInput(model_id))
    outputs = text("SELECT run_id, model_id, step " + rows.format("nb_output", run_ids))
    for run_id, model_id, step in connection.execute(outputs):
        made.setdefault(run_id, []).append(ModelOutput(model_id, step))
    return read, made


def _put(
    tx: Transaction, table: str, columns: tuple[str, ...], rows: Sequence[tuple[int | str, ...]]
) -> None:
    for _, model_id, *_ in rows:
        checks.check_length(str(model_id), "model_id", checks.MAX_KEY)
    if rows:
        insert = dialects.insert_new(tx.dialect, table, columns, _INPUT)
        tx.connection.exec_driver_sql(insert, list(rows))

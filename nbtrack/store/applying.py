"""Applying a journal's records: in order, once, in one transaction.

Points are gathered and written at the end of the transaction, all at once: they commute with every
other kind of record, and most records are points. What cannot be applied becomes a problem of its
own record and stops nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import bindparam, select

from nbtrack.entities import LifecycleStage, RunStatus
from nbtrack.errors import NbtrackError
from nbtrack.store import checks, dialects, inputs, leases, runs, values
from nbtrack.store.points import Point, Points, coded
from nbtrack.store.records import (
    CorrectParam,
    CreateRun,
    DeleteTag,
    LogBatch,
    LogInputs,
    LogMetric,
    Problem,
    Receipt,
    Record,
    Skip,
    UpdateRun,
)
from nbtrack.store.run_state import RunState, locked_states, not_found, save
from nbtrack.store.schema import FINITE, LARGEST, journal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from nbtrack.entities import Metric
    from nbtrack.store.records import Owner
    from nbtrack.store.transaction import Transaction

T = TypeVar("T")
_POSITION = select(journal.c.acked_seq).where(journal.c.journal_id == bindparam("of"))
_CLAIM = _POSITION.with_for_update().with_hint(journal, "WITH (UPDLOCK, ROWLOCK)", "mssql")
_JOURNAL = ("journal_id", "acked_seq")
_INT64 = checks.INT64


def position(connection: Connection, journal_id: str) -> int:
    """Return the number of a journal's last applied record, 0 for an unknown journal."""
    return connection.execute(_POSITION, {"of": journal_id}).scalar() or 0


def apply(tx: Transaction, owner: Owner, records: Sequence[tuple[int, Record]]) -> Receipt:
    """Apply the records above the journal's position and move it."""
    applied = _claimed_position(tx, owner.journal_id)
    new = [numbered for numbered in records if numbered[0] > applied]
    if not new:
        return Receipt(applied)
    application = _Application(tx, owner, new)
    application.run()
    moved = dialects.upsert(tx.dialect, "nb_journal", _JOURNAL, _JOURNAL[:1])
    tx.connection.exec_driver_sql(moved, (owner.journal_id, new[-1][0]))
    return Receipt(new[-1][0], application.problems)


def _claimed_position(tx: Transaction, journal_id: str) -> int:
    """Return a journal's position, which no other process moves until the commit."""
    if tx.dialect == "sqlite":  # one lock is held for everything
        return position(tx.connection, journal_id)
    begin = dialects.insert_new(tx.dialect, "nb_journal", _JOURNAL, _JOURNAL[:1])
    tx.connection.exec_driver_sql(begin, (journal_id, 0))
    return int(tx.connection.execute(_CLAIM, {"of": journal_id}).scalar_one())


class _Application:
    def __init__(
        self, tx: Transaction, owner: Owner, records: Sequence[tuple[int, Record]]
    ) -> None:
        self.problems: list[Problem] = []
        self._tx = tx
        self._owner = owner
        self._records = records
        self._points: Points = {}
        # The same lists as in `_points`, by what a record says: the way of most records.
        self._gathered: dict[tuple[str, str], list[Point]] = {}
        named = {record.run_id for _, record in records if not isinstance(record, Skip)}
        self._states = locked_states(tx, named)

    def run(self) -> None:
        for number, record in self._records:
            try:
                if type(record) is LogMetric:
                    self._point(record.run_id, record)
                else:
                    self._handlers[type(record)](self, number, record)
            except NbtrackError as error:
                self._report(number, record, error.message)
        self._tx.points.write(self._tx.connection, self._points)

    def _report(self, number: int, record: Record, message: str) -> None:
        self.problems.append(Problem(number, getattr(record, "run_id", None), message))

    def _point(self, run_id: str, point: LogMetric | Metric) -> None:
        gathered = self._gathered.get((run_id, point.key))
        ts, step, value = point.timestamp, point.step, point.value
        if gathered is None or not (0 <= ts < _INT64 and -_INT64 <= step < _INT64):
            run = self._open(run_id)
            checks.check_point(point.key, ts, step)
            gathered = self._points.setdefault((run.id, point.key), [])
            self._gathered[run_id, point.key] = gathered
        if -LARGEST <= value <= LARGEST:
            gathered.append((step, ts, value, FINITE))
        else:
            gathered.append((step, ts, *coded(value)))

    def _open(self, run_id: str) -> RunState:
        run = self._states.get(run_id)
        if run is None:
            raise not_found(run_id)
        run.must_be_active()
        if run.was_closed and run.journal_id == self._owner.journal_id:
            leases.reopen(self._tx, run)
        return run

    def _skip(self, number: int, record: Skip) -> None:
        pass

    def _create(self, _number: int, record: CreateRun) -> None:
        run = self._states[record.run_id] = runs.create(self._tx, record)
        if not run.status.is_final:
            # A journal may be shipped long after its process died: its clock tells more than ours.
            leases.give(self._tx, run, self._owner, min(self._tx.now, record.start_time))

    def _batch(self, number: int, record: LogBatch) -> None:
        run = self._open(record.run_id)
        parts = partial(self._each, number, record)
        values.put_tags(self._tx, run, parts(checks.check_tag, record.tags))
        for conflict in values.put_params(self._tx, run, parts(checks.check_param, record.params)):
            self._report(number, record, conflict)
        parts(partial(self._point, record.run_id), record.metrics)

    def _each(
        self, number: int, record: LogBatch, check: Callable[[T], None], parts: Sequence[T]
    ) -> list[T]:
        """Return the parts that pass a check; report the others."""
        good = []
        for part in parts:
            try:
                check(part)
                good.append(part)
            except NbtrackError as error:
                self._report(number, record, error.message)
        return good

    def _inputs(self, _number: int, record: LogInputs) -> None:
        inputs.put(self._tx, self._open(record.run_id), record.datasets)

    def _update(self, _number: int, record: UpdateRun) -> None:
        run = self._states.get(record.run_id)
        # How a run ended is a fact, also of one that was put into the trash meanwhile.
        if run is None or run.lifecycle is LifecycleStage.ACTIVE or record.status is None:
            run = self._open(record.run_id)
        runs.change(self._tx, run, status=record.status, end_time=record.end_time, name=record.name)
        if record.status is RunStatus.RUNNING:  # the run is resumed by this process
            run.end_ts = record.end_time
            save(self._tx, run)
            leases.give(self._tx, run, self._owner, self._tx.now)

    def _delete_tag(self, _number: int, record: DeleteTag) -> None:
        values.delete_tag(self._tx, self._open(record.run_id), record.key)

    def _correct(self, _number: int, record: CorrectParam) -> None:
        run = self._open(record.run_id)
        values.correct_param(self._tx, run, record.key, record.value)

    _handlers: ClassVar[dict[type, Callable[[_Application, int, Any], None]]] = {
        Skip: _skip,
        CreateRun: _create,
        LogBatch: _batch,
        LogInputs: _inputs,
        UpdateRun: _update,
        DeleteTag: _delete_tag,
        CorrectParam: _correct,
    }

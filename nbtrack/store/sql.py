"""`SqlStore`: experiments and runs in a SQL database.

Each method is one transaction around functions of the modules beside this one, which say what the
methods mean: `experiments`, `runs`, `values` (params and tags), `points`, `inputs`, `history`,
`search`, `applying` (journals), `leases`. Those of logged models are in `sql_models`, those
of columns in `sql_columns`.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, TypeVar

from nbtrack.entities import LifecycleStage, PagedList, ViewType
from nbtrack.errors import InvalidValue, NbtrackError, Unavailable
from nbtrack.store import (
    applying,
    checks,
    experiments,
    histories,
    history,
    inputs,
    leases,
    model_points,
    repeating,
    run_models,
    run_overview,
    runs,
    values,
)
from nbtrack.store.base import DEFAULT_MAX_RESULTS, Store
from nbtrack.store.experiment_search import experiments_query
from nbtrack.store.keys import Keys
from nbtrack.store.loading import load_runs
from nbtrack.store.points import PointWriter, coded
from nbtrack.store.records import CreateRun
from nbtrack.store.run_search import runs_query
from nbtrack.store.run_state import RunState, locked_state, state
from nbtrack.store.sql_columns import SqlColumns
from nbtrack.store.sql_models import SqlLoggedModels
from nbtrack.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from nbtrack.entities import (
        DatasetInput,
        DatasetSummary,
        Experiment,
        Metric,
        ModelInput,
        ModelMetric,
        ModelOutput,
        Param,
        Run,
        RunInfo,
        RunMetric,
        RunStatus,
        Tag,
    )
    from nbtrack.store.database import Database
    from nbtrack.store.overviews import RunOverview
    from nbtrack.store.points import Points
    from nbtrack.store.records import Lease, Owner, Receipt, Record


T = TypeVar("T")


class SqlStore(SqlLoggedModels, SqlColumns, Store):
    """A store in a SQL database.

    Parameters
    ----------
    database : Database
        Where its tables are.
    uri, store_id, artifact_root : str
        As `Store` has them.
    """

    def __init__(self, database: Database, *, uri: str, store_id: str, artifact_root: str) -> None:
        self.uri = uri
        self.store_id = store_id
        self.artifact_root = artifact_root
        self._database = database
        self._keys = Keys()
        self._points = PointWriter(self._keys)
        database.on_rollback = self._forget

    def is_gone(self) -> bool:
        return self._database.is_gone()

    def change_mark(self) -> str | None:
        return self._database.change_mark()

    def together(self, calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
        try:
            return self._database.write(lambda _: [self._outcome(call) for call in calls])
        except Unavailable as error:
            return [error for _ in calls]
        except (NbtrackError, _Conflict):  # of one call, which ended the transaction of all
            return super().together(calls)

    def _outcome(self, call: Callable[[], T]) -> T | Exception:
        try:
            return self._database.part(call)
        except Exception as error:
            if repeating.ends_transaction(error):
                if repeating.is_conflict(error):
                    raise _Conflict from error
                raise
            return self._database.explain(error) or error

    def _read(self, work: Callable[[Connection], T]) -> T:
        return self._database.read(work)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        return self._database.write(
            lambda connection: work(Transaction(connection, self._keys, self._points, _now()))
        )

    def _change(self, run_id: str, work: Callable[[Transaction, RunState], None]) -> None:
        def on_active(tx: Transaction) -> None:
            run = locked_state(tx, run_id)
            run.must_be_active()
            work(tx, run)

        self._write(on_active)

    def _forget(self) -> None:
        self._keys.forget()
        self._points.forget()

    # Experiments

    def create_experiment(
        self, name: str, *, artifact_location: str | None = None, tags: Sequence[Tag] = ()
    ) -> str:
        return self._write(lambda tx: experiments.create(tx, name, artifact_location, tags))

    def get_experiment(self, experiment_id: str) -> Experiment:
        return self._read(lambda connection: experiments.get(connection, self._keys, experiment_id))

    def find_experiment(self, name: str) -> Experiment | None:
        return self._read(lambda connection: experiments.find(connection, self._keys, name))

    def search_experiments(
        self,
        *,
        filter_string: str = "",
        order_by: Sequence[str] = (),
        view: ViewType = ViewType.ACTIVE_ONLY,
        max_results: int = DEFAULT_MAX_RESULTS,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        checks.check_max_results(max_results)
        query = experiments_query(filter_string, order_by, view)

        def work(connection: Connection) -> PagedList[Experiment]:
            rows, token = query.page(connection, self._keys, max_results, page_token)
            return PagedList(experiments.load(connection, self._keys, rows), token)

        return self._read(work)

    def update_experiment(
        self,
        experiment_id: str,
        *,
        name: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
        tags: Sequence[Tag] = (),
        deleted_tags: Sequence[str] = (),
    ) -> None:
        def work(tx: Transaction) -> None:
            if lifecycle_stage is not None:
                experiments.set_lifecycle(tx, experiment_id, LifecycleStage(lifecycle_stage))
            if name is not None:
                experiments.rename(tx, experiment_id, name)
            if tags or deleted_tags:
                number = experiments.active(tx.connection, experiment_id).id
                experiments.put_tags(tx, number, tags)
                experiments.delete_tags(tx, number, deleted_tags)

        self._write(work)

    # Runs

    def create_run(
        self,
        experiment_id: str,
        *,
        run_id: str | None = None,
        name: str = "",
        user_id: str = "",
        start_time: int | None = None,
        tags: Sequence[Tag] = (),
    ) -> Run:
        new = CreateRun(
            run_id=secrets.token_hex(16) if run_id is None else run_id,
            experiment_id=experiment_id,
            name=name,
            user_id=user_id,
            start_time=_now() if start_time is None else start_time,
            tags=list(tags),
        )

        def work(tx: Transaction) -> Run:
            begun = runs.create(tx, new)
            return load_runs(tx.connection, self._keys, [begun.id])[0]

        return self._write(work)

    def get_run(self, run_id: str) -> Run:
        def work(connection: Connection) -> Run:
            number = state(connection, run_id).id
            return load_runs(connection, self._keys, [number])[0]

        return self._read(work)

    def run_overview(self, run_id: str) -> RunOverview:
        return self._read(lambda connection: run_overview.read(connection, self._keys, run_id))

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        order_by: Sequence[str] = (),
        view: ViewType = ViewType.ACTIVE_ONLY,
        max_results: int = DEFAULT_MAX_RESULTS,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        checks.check_max_results(max_results)
        query = runs_query(experiment_ids, filter_string, order_by, view)

        def work(connection: Connection) -> PagedList[Run]:
            rows, token = query.page(connection, self._keys, max_results, page_token)
            numbers = [row.id for row in rows]
            return PagedList(load_runs(connection, self._keys, numbers), token)

        return self._read(work)

    def update_run(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        end_time: int | None = None,
        name: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
    ) -> RunInfo:
        def work(tx: Transaction) -> RunInfo:
            run = locked_state(tx, run_id)
            if lifecycle_stage is not None:
                runs.set_lifecycle(tx, run, LifecycleStage(lifecycle_stage))
            if not (status is None and end_time is None and name is None):
                run.must_be_active()
                runs.change(tx, run, status=status, end_time=end_time, name=name)
            return run.info()

        return self._write(work)

    def log_batch(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[Tag] = (),
        model_metrics: Sequence[ModelMetric] = (),
    ) -> None:
        values.no_key_twice(params)

        def work(tx: Transaction, run: RunState) -> None:
            gathered: Points = {}
            for point in metrics:
                checks.check_point(point.key, point.timestamp, point.step)
                place = gathered.setdefault((run.id, point.key), [])
                place.append((point.step, point.timestamp, *coded(point.value)))
            conflicts = values.put_params(tx, run, params)
            if conflicts:
                raise InvalidValue(" ".join(conflicts))
            values.put_tags(tx, run, tags)
            tx.points.write(tx.connection, gathered)
            model_points.put(tx, run, model_metrics)

        self._change(run_id, work)

    def correct_param(self, run_id: str, key: str, value: str) -> None:
        self._change(run_id, lambda tx, run: values.correct_param(tx, run, key, value))

    def delete_tag(self, run_id: str, key: str) -> None:
        self._change(run_id, lambda tx, run: values.delete_tag(tx, run, key))

    def log_inputs(
        self, run_id: str, datasets: Sequence[DatasetInput], models: Sequence[ModelInput] = ()
    ) -> None:
        def work(tx: Transaction, run: RunState) -> None:
            inputs.put(tx, run, datasets)
            run_models.put_inputs(tx, run, models)

        self._change(run_id, work)

    def log_outputs(self, run_id: str, models: Sequence[ModelOutput]) -> None:
        self._change(run_id, lambda tx, run: run_models.put_outputs(tx, run, models))

    def search_datasets(
        self, experiment_ids: Sequence[str], *, max_results: int = DEFAULT_MAX_RESULTS
    ) -> list[DatasetSummary]:
        checks.check_max_results(max_results)
        return self._read(lambda connection: inputs.search(connection, experiment_ids, max_results))

    def metric_history(
        self,
        run_id: str,
        key: str,
        *,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> PagedList[Metric]:
        return self._read(
            lambda connection: history.read(connection, run_id, key, max_results, page_token)
        )

    def metric_history_bulk(
        self, run_ids: Sequence[str], key: str, *, max_results: int
    ) -> list[RunMetric]:
        return self._read(lambda connection: histories.read(connection, run_ids, key, max_results))

    def metric_history_sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        start_step: int | None = None,
        end_step: int | None = None,
        max_results: int,
    ) -> list[RunMetric]:
        steps = (start_step, end_step)
        return self._read(
            lambda connection: histories.sample(connection, run_ids, key, steps, max_results)
        )

    # Delivery

    def apply(self, owner: Owner, records: Sequence[tuple[int, Record]]) -> Receipt:
        return self._write(lambda tx: applying.apply(tx, owner, records))

    def acknowledged(self, journal_id: str) -> int:
        return self._read(lambda connection: applying.position(connection, journal_id))

    def heartbeat(self, journal_id: str) -> None:
        self._write(lambda tx: leases.stamp(tx, journal_id))

    def leases(self) -> list[Lease]:
        return self._read(leases.going_on)

    def close_lease(self, lease: Lease, *, reason: str) -> bool:
        return self._write(lambda tx: leases.close(tx, lease, reason))

    def close(self) -> None:
        self._database.close()


class _Conflict(Exception):
    """Two groups waited for each other's runs: one call alone holds one run and waits for none."""


def _now() -> int:
    return time.time_ns() // 1_000_000

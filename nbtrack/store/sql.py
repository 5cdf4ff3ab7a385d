"""`SqlStore`: experiments and runs in a SQL database.

Each method is one transaction around functions of the modules beside this one, which say what the
methods mean: `experiments`, `runs`, `values` (params and tags), `points`, `inputs`, `history`,
`search`, `applying` (journals), `leases`.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.entities import LifecycleStage, PagedList, ViewType
from nbtrack.errors import InvalidValue, WrongStore
from nbtrack.store import (
    applying,
    checks,
    creation,
    experiments,
    history,
    inputs,
    leases,
    runs,
    values,
)
from nbtrack.store.base import DEFAULT_MAX_RESULTS, Store
from nbtrack.store.database import Database
from nbtrack.store.experiment_search import experiments_query
from nbtrack.store.keys import Keys
from nbtrack.store.loading import load_runs
from nbtrack.store.points import PointWriter, coded
from nbtrack.store.records import CreateRun
from nbtrack.store.run_search import runs_query
from nbtrack.store.run_state import state
from nbtrack.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.entities import (
        DatasetInput,
        Experiment,
        Metric,
        Param,
        Run,
        RunInfo,
        RunStatus,
        Tag,
    )
    from nbtrack.store.points import Points
    from nbtrack.store.records import Lease, Owner, Receipt, Record


class SqlStore(Store):
    """A store in a SQLite file.

    Parameters
    ----------
    uri : str
        ``sqlite:///PATH``, relative to the working directory or absolute.
    artifact_root : str, optional
        Where the artifacts of a new store go; default ``artifacts/`` beside the database. A root
        below the database's folder is recorded relative to it, so that the folder can be moved.
    create : bool
        Whether a store that does not exist yet is made.

    Raises
    ------
    NotFound, WrongStore, Refused, Unavailable, InvalidValue
        As `nbtrack.store.open.open_store` says.
    """

    def __init__(self, uri: str, *, artifact_root: str | None = None, create: bool = True) -> None:
        path = _database_path(uri)
        default = str(path.parent / "artifacts")
        wanted = default if artifact_root is None else _absolute(artifact_root)
        identity = creation.ensure(path, _recorded(wanted, path.parent), create=create)
        self.uri = f"sqlite:///{path}"
        self.store_id = identity.store_id
        self.artifact_root = _resolved(identity.artifact_root, path.parent)
        if wanted not in {default, self.artifact_root}:
            raise WrongStore(
                f"The store {path} keeps its artifacts in {self.artifact_root}, recorded when it "
                f"was made; it cannot be opened with {wanted}. Leave the artifact root out."
            )
        self._database = Database(path)
        self._keys = Keys()
        self._points = PointWriter(self._keys)

    def is_gone(self) -> bool:
        return self._database.is_gone()

    @contextmanager
    def _write(self) -> Iterator[Transaction]:
        try:
            with self._database.write() as connection:
                yield Transaction(connection, self._keys, self._points, _now())
        except BaseException:
            self._keys.forget()
            self._points.forget()
            raise

    # Experiments

    def create_experiment(
        self, name: str, *, artifact_location: str | None = None, tags: Sequence[Tag] = ()
    ) -> str:
        with self._write() as tx:
            return experiments.create(tx, name, artifact_location, tags)

    def get_experiment(self, experiment_id: str) -> Experiment:
        with self._database.read() as connection:
            return experiments.get(connection, self._keys, experiment_id)

    def find_experiment(self, name: str) -> Experiment | None:
        with self._database.read() as connection:
            return experiments.find(connection, self._keys, name)

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
        with self._database.read() as connection:
            rows, token = query.page(connection, self._keys, max_results, page_token)
            return PagedList(experiments.load(connection, self._keys, rows), token)

    def update_experiment(
        self,
        experiment_id: str,
        *,
        name: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
        tags: Sequence[Tag] = (),
        deleted_tags: Sequence[str] = (),
    ) -> None:
        with self._write() as tx:
            if lifecycle_stage is not None:
                experiments.set_lifecycle(tx, experiment_id, LifecycleStage(lifecycle_stage))
            if name is not None:
                experiments.rename(tx, experiment_id, name)
            if tags or deleted_tags:
                number = experiments.active(tx.connection, experiment_id).id
                experiments.put_tags(tx, number, tags)
                experiments.delete_tags(tx, number, deleted_tags)

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
        with self._write() as tx:
            begun = runs.create(tx, new)
            return load_runs(tx.connection, self._keys, [begun.id])[0]

    def get_run(self, run_id: str) -> Run:
        with self._database.read() as connection:
            number = state(connection, run_id).id
            return load_runs(connection, self._keys, [number])[0]

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
        with self._database.read() as connection:
            rows, token = query.page(connection, self._keys, max_results, page_token)
            numbers = [row.id for row in rows]
            return PagedList(load_runs(connection, self._keys, numbers), token)

    def update_run(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        end_time: int | None = None,
        name: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
    ) -> RunInfo:
        with self._write() as tx:
            run = state(tx.connection, run_id)
            if lifecycle_stage is not None:
                runs.set_lifecycle(tx, run, LifecycleStage(lifecycle_stage))
            if not (status is None and end_time is None and name is None):
                run.must_be_active()
                runs.change(tx, run, status=status, end_time=end_time, name=name)
            return run.info()

    def log_batch(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[Tag] = (),
    ) -> None:
        values.no_key_twice(params)
        with self._write() as tx:
            run = state(tx.connection, run_id)
            run.must_be_active()
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

    def correct_param(self, run_id: str, key: str, value: str) -> None:
        with self._write() as tx:
            run = state(tx.connection, run_id)
            run.must_be_active()
            values.correct_param(tx, run, key, value)

    def delete_tag(self, run_id: str, key: str) -> None:
        with self._write() as tx:
            run = state(tx.connection, run_id)
            run.must_be_active()
            values.delete_tag(tx, run, key)

    def log_inputs(self, run_id: str, datasets: Sequence[DatasetInput]) -> None:
        with self._write() as tx:
            run = state(tx.connection, run_id)
            run.must_be_active()
            inputs.put(tx, run, datasets)

    def metric_history(
        self,
        run_id: str,
        key: str,
        *,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> PagedList[Metric]:
        with self._database.read() as connection:
            return history.read(connection, run_id, key, max_results, page_token)

    # Delivery

    def apply(self, owner: Owner, records: Sequence[tuple[int, Record]]) -> Receipt:
        with self._write() as tx:
            return applying.apply(tx, owner, records)

    def acknowledged(self, journal_id: str) -> int:
        with self._database.read() as connection:
            return applying.position(connection, journal_id)

    def heartbeat(self, journal_id: str) -> None:
        with self._write() as tx:
            leases.stamp(tx, journal_id)

    def leases(self) -> list[Lease]:
        with self._database.read() as connection:
            return leases.going_on(connection)

    def close_lease(self, lease: Lease, *, reason: str) -> bool:
        with self._write() as tx:
            return leases.close(tx, lease, reason)

    def close(self) -> None:
        self._database.close()


def _now() -> int:
    return time.time_ns() // 1_000_000


def _database_path(uri: str) -> Path:
    _, _, path = uri.partition(":///")
    if not path or path == ":memory:" or path.startswith("file:"):
        raise InvalidValue(
            f"{uri!r} names no file. A store lives in a file that several processes can open: "
            "sqlite:///relative/path.db, or sqlite:////absolute/path.db"
        )
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would replace links


def _absolute(root: str) -> str:
    return root if "://" in root else os.path.abspath(root)  # noqa: PTH100 - as above


def _recorded(root: str, folder: Path) -> str:
    if "://" not in root and Path(root).is_relative_to(folder) and Path(root) != folder:
        return Path(root).relative_to(folder).as_posix()
    return root


def _resolved(recorded: str, folder: Path) -> str:
    return recorded if "://" in recorded else str(folder / recorded)

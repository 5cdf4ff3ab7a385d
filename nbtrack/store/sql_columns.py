"""The columns of `SqlStore`; the modules that these methods call say what they mean."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

from nbtrack.entities import ViewType
from nbtrack.store import activity, curves, run_columns, run_keys
from nbtrack.store.base_columns import Columns
from nbtrack.store.run_search import leading_query, runs_query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from nbtrack.store.base_columns import By, Curves, ExperimentActivity, RunColumns, RunKeys
    from nbtrack.store.keys import Keys

T = TypeVar("T")


class SqlColumns(Columns):
    """Many values at once, from a SQL database."""

    _keys: Keys

    @abstractmethod
    def _read(self, work: Callable[[Connection], T]) -> T: ...

    def run_columns(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        order_by: Sequence[str] = (),
        view: ViewType = ViewType.ACTIVE_ONLY,
        max_results: int | None = None,
        columns: Sequence[str] = (),
        run_ids: Sequence[str] | None = None,
        newer_than: int | None = None,
    ) -> RunColumns:
        wanted = run_columns.Wanted(
            ordered=runs_query(experiment_ids, filter_string, order_by, view),
            counted=runs_query(experiment_ids, filter_string, (), view),
            leading=None if filter_string else leading_query(experiment_ids, order_by, view),
            run_ids=run_ids,
            newer_than=newer_than,
            max_results=max_results,
        )
        return self._read(
            lambda connection: run_columns.read(connection, self._keys, wanted, columns)
        )

    def run_keys(
        self, experiment_ids: Sequence[str], *, run_ids: Sequence[str] | None = None
    ) -> RunKeys:
        return self._read(
            lambda connection: run_keys.read(connection, self._keys, experiment_ids, run_ids)
        )

    def experiments_of(self, run_ids: Sequence[str]) -> list[str]:
        return self._read(lambda connection: activity.experiments_of(connection, run_ids))

    def metric_curves(
        self,
        run_ids: Sequence[str],
        keys: Sequence[str],
        *,
        by: By = "step",
        start: int | None = None,
        end: int | None = None,
        points: int = 1000,
    ) -> Curves:
        return self._read(
            lambda connection: curves.read(connection, run_ids, keys, by, (start, end), points)
        )

    def experiment_activity(
        self, *, view: ViewType = ViewType.ACTIVE_ONLY
    ) -> list[ExperimentActivity]:
        return self._read(lambda connection: activity.read(connection, view))

"""The logged models of `SqlStore`; `logged_models` and `model_search` say what the methods mean."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

from nbtrack.entities import PagedList
from nbtrack.store import checks, logged_models
from nbtrack.store.base_models import DEFAULT_MAX_MODELS, LoggedModels
from nbtrack.store.model_search import models_query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from nbtrack.entities import (
        LifecycleStage,
        LoggedModel,
        LoggedModelStatus,
        ModelDataset,
        ModelOrder,
        Param,
        Tag,
    )
    from nbtrack.store.keys import Keys
    from nbtrack.store.transaction import Transaction

T = TypeVar("T")


class SqlLoggedModels(LoggedModels):
    """Logged models in a SQL database."""

    _keys: Keys

    @abstractmethod
    def _read(self, work: Callable[[Connection], T]) -> T: ...

    @abstractmethod
    def _write(self, work: Callable[[Transaction], T]) -> T: ...

    def create_logged_model(
        self,
        experiment_id: str,
        *,
        name: str = "",
        model_type: str = "",
        source_run_id: str = "",
        params: Sequence[Param] = (),
        tags: Sequence[Tag] = (),
    ) -> LoggedModel:
        return self._write(
            lambda tx: logged_models.create(
                tx, experiment_id, name, model_type, source_run_id, params, tags
            )
        )

    def get_logged_model(self, model_id: str, *, include_deleted: bool = False) -> LoggedModel:
        return self._read(
            lambda connection: logged_models.get(
                connection, self._keys, model_id, include_deleted=include_deleted
            )
        )

    def update_logged_model(
        self,
        model_id: str,
        *,
        status: LoggedModelStatus | None = None,
        status_message: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
        tags: Sequence[Tag] = (),
        deleted_tags: Sequence[str] = (),
    ) -> LoggedModel:
        def work(tx: Transaction) -> LoggedModel:
            number = logged_models.locked(tx, model_id)
            logged_models.change(
                tx,
                number,
                status=status,
                status_message=status_message,
                lifecycle_stage=lifecycle_stage,
            )
            logged_models.put_tags(tx, number, tags)
            logged_models.delete_tags(tx, number, model_id, deleted_tags)
            return logged_models.get(tx.connection, tx.keys, model_id, include_deleted=True)

        return self._write(work)

    def log_logged_model_params(self, model_id: str, params: Sequence[Param]) -> None:
        def work(tx: Transaction) -> None:
            number = logged_models.locked(tx, model_id)
            logged_models.put_params(tx, number, params)
            logged_models.change(tx, number)

        self._write(work)

    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        datasets: Sequence[ModelDataset] = (),
        order_by: Sequence[ModelOrder] = (),
        max_results: int = DEFAULT_MAX_MODELS,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        checks.check_max_results(max_results)
        query = models_query(experiment_ids, filter_string, datasets, order_by)

        def work(connection: Connection) -> PagedList[LoggedModel]:
            rows, token = query.page(connection, self._keys, max_results, page_token)
            return PagedList(logged_models.load(connection, self._keys, rows), token)

        return self._read(work)

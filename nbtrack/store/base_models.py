"""The part of a store's interface that is about logged models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import (
        LifecycleStage,
        LoggedModel,
        LoggedModelStatus,
        ModelDataset,
        ModelOrder,
        PagedList,
        Param,
        Tag,
    )

DEFAULT_MAX_MODELS = 50


class LoggedModels(ABC):
    """Models that runs made, described; their files are where ``artifact_uri`` says."""

    @abstractmethod
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
        """Make a model whose files are still to come; one without a name is given one.

        Several models may have one name. ``source_run_id`` is not looked up.
        """

    @abstractmethod
    def get_logged_model(self, model_id: str, *, include_deleted: bool = False) -> LoggedModel:
        """Return a model with its params, tags and points; a deleted one only if asked for."""

    @abstractmethod
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
        """Say whether a model's files are there; tag it, delete or restore it.

        A deleted model can be changed too: its files may be on their way when it is deleted.
        """

    @abstractmethod
    def log_logged_model_params(self, model_id: str, params: Sequence[Param]) -> None:
        """Add params to a model; one that has another value already is `InvalidValue`."""

    @abstractmethod
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
        """Return a page of the models of these experiments that match a filter.

        A clause on a metric holds if any point of the model satisfies it. With ``datasets`` only
        points on one of these count, and only models that have such a point are returned. The order
        is that of the newest points; without one the newest model comes first.
        """

"""`Client`: the store by ids, shaped like MLflow's ``MlflowClient``.

What it logs is checked and journaled as everywhere else; what it reads comes after everything that
this process wrote.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbtrack.client.active_run import begin_run, checked_status, checked_tags
from nbtrack.client.client_files import ClientFiles
from nbtrack.client.datasets import dataset_input
from nbtrack.client.names import check_is_text, check_name, check_path
from nbtrack.client.searching import all_pages, as_list, change_stage, checked_view
from nbtrack.client.session import Session, current_session, session_for
from nbtrack.entities import LifecycleStage, Metric, PagedList, Run, RunStatus, ViewType
from nbtrack.errors import InvalidValue
from nbtrack.sentences import say
from nbtrack.store.base import DEFAULT_MAX_RESULTS
from nbtrack.store.checks import MAX_EXPERIMENT_NAME, check_key
from nbtrack.tags import PARENT_RUN_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.entities import Experiment, Param, Tag


class Client(ClientFiles):
    """Experiments and runs of a store, by their ids.

    Parameters
    ----------
    tracking_uri : str or path, optional
        The store; by default the one that the functions of `nbtrack` use at each call.
    registry_uri : str, optional
        Taken for MLflow's sake.
    """

    def __init__(
        self,
        tracking_uri: str | os.PathLike[str] | None = None,
        registry_uri: str | None = None,  # noqa: ARG002 - MLflow's signature
    ) -> None:
        self._uri = check_path(tracking_uri, "A tracking URI") if tracking_uri else None
        self._session = session_for(self._uri) if self._uri else None

    def __repr__(self) -> str:
        return f"<Client of {self.tracking_uri}>"

    @property
    def session(self) -> Session:
        """The store and the journal that this client uses."""
        if self._session is None:
            return current_session()
        if self._session.store.is_gone():
            self._session = session_for(self._uri)
        return self._session

    @property
    def tracking_uri(self) -> str:
        """The URI of the store."""
        return self.session.location.uri

    # Experiments

    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Mapping[str, Any] | None = None
    ) -> str:
        """Create an experiment and return its id."""
        check_name(name, "an experiment", MAX_EXPERIMENT_NAME)
        location = None if artifact_location is None else os.fspath(artifact_location)
        return self.session.store.create_experiment(
            name, artifact_location=location, tags=checked_tags(tags or {})
        )

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment, deleted ones included."""
        return self.session.store.get_experiment(str(experiment_id))

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Return the experiment of this name, deleted ones included, or None."""
        return self.session.store.find_experiment(check_is_text(name, "The name of an experiment"))

    def search_experiments(
        self,
        view_type: Any = ViewType.ACTIVE_ONLY,
        max_results: int | None = DEFAULT_MAX_RESULTS,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Return a page of the experiments that match; its ``token`` asks for the next one."""
        return self.session.store.search_experiments(
            filter_string=filter_string or "",
            order_by=as_list(order_by),
            view=checked_view(view_type),
            max_results=DEFAULT_MAX_RESULTS if max_results is None else max_results,
            page_token=page_token,
        )

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name."""
        check_name(new_name, "an experiment", MAX_EXPERIMENT_NAME)
        self.session.store.update_experiment(str(experiment_id), name=new_name)

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment."""
        self.session.store.update_experiment(
            str(experiment_id), tags=checked_tags({check_key(key, "tag"): value})
        )

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Take a tag of an experiment away; `NotFound` if it has none of this name."""
        self.session.store.update_experiment(str(experiment_id), deleted_tags=[key])

    def delete_experiment(self, experiment_id: str) -> None:
        """Move an experiment and its runs to the trash."""
        self._change_experiment(experiment_id, LifecycleStage.DELETED)

    def restore_experiment(self, experiment_id: str) -> None:
        """Bring an experiment and its runs back from the trash."""
        self._change_experiment(experiment_id, LifecycleStage.ACTIVE)

    def _change_experiment(self, experiment_id: str, stage: LifecycleStage) -> None:
        self.session.flush()
        self.session.store.update_experiment(str(experiment_id), lifecycle_stage=stage)

    # Runs

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Begin a run, which is in the store when the call returns; it is not made active.

        It goes on until `set_terminated`; if this process ends before, it is closed as KILLED.
        """
        run = begin_run(
            self.session, str(experiment_id), name=run_name, tags=tags, start_time=start_time
        )
        return self.session.stored_run(run.run_id)

    def get_run(self, run_id: str) -> Run:
        """Return the run of an id, deleted ones included."""
        return self.session.stored_run(run_id)

    def get_parent_run(self, run_id: str) -> Run | None:
        """Return the run that a run is a part of, or None."""
        parent = self.session.stored_run(run_id).data.tags.get(PARENT_RUN_ID)
        return self.session.store.get_run(parent) if parent else None

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str = "",
        run_view_type: Any = ViewType.ACTIVE_ONLY,
        max_results: int = DEFAULT_MAX_RESULTS,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Return a page of the runs that match; its ``token`` asks for the next one."""
        self.session.flush()
        return self.session.store.search_runs(
            as_list(experiment_ids),
            filter_string=filter_string or "",
            order_by=as_list(order_by),
            view=checked_view(run_view_type),
            max_results=max_results,
            page_token=page_token,
        )

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change a run's status or name."""
        run = self._run(run_id)
        if name is not None:
            run.rename(name)
        if status is not None:
            run.change_status(checked_status(status))

    def set_terminated(
        self, run_id: str, status: str | None = None, end_time: int | None = None
    ) -> None:
        """End a run: FINISHED, and now, if nothing else is given."""
        self._run(run_id).end(status or RunStatus.FINISHED, end_time)

    def delete_run(self, run_id: str) -> None:
        """Move a run to the trash."""
        change_stage(self.session, run_id, LifecycleStage.DELETED)

    def restore_run(self, run_id: str) -> None:
        """Bring a run back from the trash."""
        change_stage(self.session, run_id, LifecycleStage.ACTIVE)

    # Logging

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,  # noqa: FBT001 - MLflow's signature, here and below
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> None:
        """Log one number."""
        if dataset_name or dataset_digest or model_id:
            say("Metrics are kept with the run, not with a model, yet.", once="model metrics")
        self._run(run_id).log_metric(key, value, step, timestamp)
        self._wait(synchronous)

    def log_param(
        self,
        run_id: str,
        key: str,
        value: Any,
        synchronous: bool | None = None,  # noqa: FBT001
    ) -> Any:
        """Log a value that was chosen before the run; return it."""
        self._run(run_id).log_param(key, value)
        self._wait(synchronous)
        return value

    def correct_param(self, run_id: str, key: str, value: Any) -> None:
        """Replace a param's value; the old one is kept in the tag ``nbtrack.corrected.<key>``."""
        self._run(run_id).correct_param(key, value)

    def set_tag(
        self,
        run_id: str,
        key: str,
        value: Any,
        synchronous: bool | None = None,  # noqa: FBT001
    ) -> None:
        """Set a tag."""
        self._run(run_id).set_tag(key, value)
        self._wait(synchronous)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Take a tag away; `NotFound` if the run has none of this name."""
        self._run(run_id).delete_tag(key)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[Tag] = (),
        synchronous: bool | None = None,  # noqa: FBT001
    ) -> None:
        """Log metrics, params and tags together; on a mistake none of them."""
        self._run(run_id).log_batch(metrics, params, tags)
        self._wait(synchronous)

    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[Any] | None = None,
        models: Sequence[Any] | None = None,
    ) -> None:
        """Note data that a run reads: `DatasetInput` or what `nbtrack.log_input` takes."""
        if models:
            raise InvalidValue("Models cannot be noted as inputs yet; leave models out.")
        self._run(run_id).log_inputs([dataset_input(dataset) for dataset in datasets or ()])

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Return all points of a metric, ordered by timestamp, step and value."""
        self.session.flush()
        return all_pages(
            lambda size, token: self.session.store.metric_history(
                run_id, key, max_results=size, page_token=token
            ),
            None,
        )

    def _wait(self, synchronous: bool | None) -> None:  # noqa: FBT001
        if synchronous:
            self.session.flush()

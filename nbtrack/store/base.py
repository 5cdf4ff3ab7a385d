"""The interface of a store: where experiments and runs are kept, whatever keeps them.

`SqlStore` keeps them in a database, a later `RestStore` asks a server; callers never know which one
they have. One verb per thing: logging one metric is `log_batch` with one metric.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

from nbtrack.entities import ViewType
from nbtrack.store.base_columns import Columns
from nbtrack.store.base_models import LoggedModels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from nbtrack.entities import (
        DatasetInput,
        DatasetSummary,
        Experiment,
        LifecycleStage,
        Metric,
        ModelInput,
        ModelMetric,
        ModelOutput,
        PagedList,
        Param,
        Run,
        RunInfo,
        RunMetric,
        RunStatus,
        Tag,
    )
    from nbtrack.store.overviews import RunOverview
    from nbtrack.store.records import Lease, Owner, Receipt, Record

T = TypeVar("T")

DEFAULT_MAX_RESULTS = 1000
MAX_RESULTS_LIMIT = 50_000


class Store(LoggedModels, Columns):
    """Experiments, runs and logged models, by whatever keeps them.

    Every method raises `NbtrackError` subclasses only: `InvalidValue` for malformed arguments,
    `NotFound` for unknown ids, `Unavailable` when the store cannot answer now.

    Attributes
    ----------
    uri : str
        Where the store is, without a password.
    store_id : str
        Identity of the data (32 hex), the same for every path or URL that leads to it.
    artifact_root : str
        What ``mlflow-artifacts:/`` stands for in this store: an absolute path or an fsspec URL.
    """

    uri: str
    store_id: str
    artifact_root: str

    def is_gone(self) -> bool:
        """Whether the data was deleted or replaced since it was opened: no waiting brings it back.

        Only what this machine can tell without asking the data, for a store in a file.
        """
        return False

    def change_mark(self) -> str | None:
        """Return a text that is another one after anything in the store was changed, by whomever.

        It is cheap enough to be asked for every second. It may now and then be another one although
        nothing changed, but not because something was read. Marks compare while the store is open.

        Returns
        -------
        str or None
            None if this store cannot tell.
        """
        return None

    def together(self, calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """Make calls to this store's methods, in one transaction where the store has them.

        Each call counts alone: one that raises changes nothing and hinders no other. Nothing is
        returned before all of it is stored. A call may be made again, if the database asks for
        that, so it does nothing but call the store.

        Returns
        -------
        list
            What each call returned, or the exception that it raised, in the order of the calls.
        """
        return [_outcome(call) for call in calls]

    # Experiments

    @abstractmethod
    def create_experiment(
        self, name: str, *, artifact_location: str | None = None, tags: Sequence[Tag] = ()
    ) -> str:
        """Create an experiment and return its id.

        A name that is taken, also by a deleted experiment, is `AlreadyExists`.
        """

    @abstractmethod
    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment, deleted ones included."""

    @abstractmethod
    def find_experiment(self, name: str) -> Experiment | None:
        """Return the experiment of this name, deleted ones included, or None."""

    @abstractmethod
    def search_experiments(
        self,
        *,
        filter_string: str = "",
        order_by: Sequence[str] = (),
        view: ViewType = ViewType.ACTIVE_ONLY,
        max_results: int = DEFAULT_MAX_RESULTS,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Return a page of the experiments that match a filter."""

    @abstractmethod
    def update_experiment(
        self,
        experiment_id: str,
        *,
        name: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
        tags: Sequence[Tag] = (),
        deleted_tags: Sequence[str] = (),
    ) -> None:
        """Rename, tag, delete or restore an experiment, the last two with its runs."""

    # Runs

    @abstractmethod
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
        """Begin a run without a lease.

        Clients that journal send a `CreateRun` record to `apply` instead.

        A second call with the same ``run_id`` and ``user_id`` returns the first run.
        """

    @abstractmethod
    def get_run(self, run_id: str) -> Run:
        """Return a run, deleted ones included."""

    @abstractmethod
    def run_overview(self, run_id: str) -> RunOverview:
        """Return a run with what its page shows beside it, deleted ones included."""

    @abstractmethod
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
        """Return a page of the runs of these experiments that match a filter."""

    @abstractmethod
    def update_run(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        end_time: int | None = None,
        name: str | None = None,
        lifecycle_stage: LifecycleStage | None = None,
    ) -> RunInfo:
        """Change a run's outcome or name, delete or restore it."""

    @abstractmethod
    def log_batch(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[Tag] = (),
        model_metrics: Sequence[ModelMetric] = (),
    ) -> None:
        """Write all of it or, on an error, nothing.

        A param that has another value already is `InvalidValue`. ``model_metrics`` are those of the
        ``metrics`` that tell of a logged model, with which they are noted too.
        """

    @abstractmethod
    def correct_param(self, run_id: str, key: str, value: str) -> None:
        """Replace a param's value and keep the old one in the tag ``nbtrack.corrected.<key>``."""

    @abstractmethod
    def delete_tag(self, run_id: str, key: str) -> None:
        """Take a tag away; `NotFound` if the run has no such tag."""

    @abstractmethod
    def log_inputs(
        self, run_id: str, datasets: Sequence[DatasetInput], models: Sequence[ModelInput] = ()
    ) -> None:
        """Note the datasets and logged models that a run read.

        A dataset that the run has already stays as it was first noted, its tags included.
        """

    @abstractmethod
    def log_outputs(self, run_id: str, models: Sequence[ModelOutput]) -> None:
        """Note the logged models that a run made; one it has already keeps its first step."""

    @abstractmethod
    def search_datasets(
        self, experiment_ids: Sequence[str], *, max_results: int = DEFAULT_MAX_RESULTS
    ) -> list[DatasetSummary]:
        """Return what the runs of these experiments read, each combination of fields once."""

    @abstractmethod
    def metric_history(
        self,
        run_id: str,
        key: str,
        *,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> PagedList[Metric]:
        """Return all points of a metric, ordered by timestamp, step and value."""

    @abstractmethod
    def metric_history_bulk(
        self, run_ids: Sequence[str], key: str, *, max_results: int
    ) -> list[RunMetric]:
        """Return the points of one metric of several runs, ``max_results`` of them at most.

        They are ordered by run id, timestamp, step and value.
        """

    @abstractmethod
    def metric_history_sampled(
        self,
        run_ids: Sequence[str],
        key: str,
        *,
        start_step: int | None = None,
        end_step: int | None = None,
        max_results: int,
    ) -> list[RunMetric]:
        """Return evenly chosen points of one metric of several runs, for a chart.

        ``max_results`` counts for each run alone. The steps include both ends. Runs come in the
        order given, each one's points by step, timestamp and value; the last point is always there.
        """

    # Delivery

    @abstractmethod
    def apply(self, owner: Owner, records: Sequence[tuple[int, Record]]) -> Receipt:
        """Apply a journal's records, in order and once.

        The journal's position moves in the transaction that writes the data.

        Numbers at or below the position are passed over. What cannot be applied (unknown or deleted
        run, a param that has another value: the first one stays) becomes a `Problem` of the
        receipt; everything else is applied. A `CreateRun` gives the owner the run's lease; an
        `UpdateRun` to a final status ends the lease. A record for a run that `close_lease` closed
        reopens it first.
        """

    @abstractmethod
    def acknowledged(self, journal_id: str) -> int:
        """Return the position of a journal: the number of its last applied record.

        It is 0 for a journal the store has never seen.
        """

    @abstractmethod
    def heartbeat(self, journal_id: str) -> None:
        """Stamp the leases of this journal's open runs with the store's clock."""

    @abstractmethod
    def leases(self) -> list[Lease]:
        """Return the leases of all runs that are still going on."""

    @abstractmethod
    def close_lease(self, lease: Lease, *, reason: str) -> bool:
        """End a run whose process is gone.

        It becomes KILLED at the last sign of life, with the reason in a tag.

        Nothing is done, and False returned, if the lease was renewed since it was read. The sign of
        life is the heartbeat or the newest logged point, whichever is later.
        """

    @abstractmethod
    def close(self) -> None:
        """Give back connections; the store is not used afterwards."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _outcome(call: Callable[[], T]) -> T | Exception:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - it is the caller's answer
        return error

"""The things nbtrack records, as frozen structs whose JSON is MLflow's wire form.

Field names are the wire's, so no entity needs a translation to or from JSON. Where MLflow's Python
API offers a dictionary under the same name (``run.data.metrics["acc"]``), the struct field has
another Python name and the property of the wire's name gives the dictionary.

Times are int64 milliseconds since the epoch, UTC; ids are strings, as on the wire.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

DEFAULT_EXPERIMENT_ID = "0"
DEFAULT_EXPERIMENT_NAME = "Default"


class RunStatus(StrEnum):
    """Outcome of a run. A member equals its name, so ``run.info.status == "FINISHED"`` holds."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self in {RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED}


class LifecycleStage(StrEnum):
    """Whether a thing is in use or in the trash."""

    ACTIVE = "active"
    DELETED = "deleted"


class ViewType(StrEnum):
    """Which lifecycle stages a search looks at."""

    ACTIVE_ONLY = "ACTIVE_ONLY"
    DELETED_ONLY = "DELETED_ONLY"
    ALL = "ALL"


class Metric(Struct, frozen=True):
    """One point of a metric. ``value`` may be NaN or infinite, ``step`` may be negative."""

    key: str
    value: float
    timestamp: int
    step: int = 0


class RunMetric(Struct, frozen=True):
    """One point of a metric, with the run it belongs to."""

    run_id: str
    key: str
    value: float
    timestamp: int
    step: int = 0


class Param(Struct, frozen=True):
    """A value that was chosen before the run; the first one logged under a key stays."""

    key: str
    value: str


class Tag(Struct, frozen=True):
    """A label of a run, experiment or dataset; the last one set under a key stays."""

    key: str
    value: str


# MLflow's names of it, for programs that import them.
RunTag = ExperimentTag = InputTag = Tag


class Dataset(Struct, frozen=True):
    """Data that a run read, described but not stored.

    ``source``, ``schema`` and ``profile`` hold JSON text.
    """

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str | None = None
    profile: str | None = None


class DatasetInput(Struct, frozen=True):
    """A dataset as one run used it; the tag ``mlflow.data.context`` says what for."""

    dataset: Dataset
    tag_list: list[Tag] = field(default_factory=list, name="tags")

    @property
    def tags(self) -> dict[str, str]:
        """Tags of this use of the dataset."""
        return {tag.key: tag.value for tag in self.tag_list}


class DatasetSummary(Struct, frozen=True):
    """A dataset that runs of an experiment read, and what for (None where nobody said)."""

    experiment_id: str
    name: str
    digest: str
    context: str | None = None


class ModelInput(Struct, frozen=True):
    """A logged model that a run read."""

    model_id: str


class ModelOutput(Struct, frozen=True):
    """A logged model that a run made, and at which step."""

    model_id: str
    step: int = 0


class LoggedModelStatus(StrEnum):
    """Whether the files of a logged model are there, in the words and the order of the wire."""

    LOGGED_MODEL_PENDING = "LOGGED_MODEL_PENDING"
    LOGGED_MODEL_READY = "LOGGED_MODEL_READY"
    LOGGED_MODEL_UPLOAD_FAILED = "LOGGED_MODEL_UPLOAD_FAILED"


class ModelMetric(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One point of a metric of a run that tells of a logged model, and on which data."""

    key: str
    value: float
    timestamp: int
    step: int
    model_id: str
    run_id: str
    dataset_name: str | None = None
    dataset_digest: str | None = None


class LoggedModelInfo(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a logged model is, where its files are and whether they are there.

    ``source_run_id`` and ``model_type`` are empty where nobody gave one.
    """

    model_id: str
    experiment_id: str
    name: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    artifact_uri: str
    status: LoggedModelStatus
    model_type: str
    source_run_id: str
    status_message: str | None = None
    lifecycle_stage: LifecycleStage = LifecycleStage.ACTIVE
    tag_list: list[Tag] = field(default_factory=list, name="tags")

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the model."""
        return {tag.key: tag.value for tag in self.tag_list}


class LoggedModelData(Struct, frozen=True, omit_defaults=True):
    """All params of a logged model, and every point that tells of it."""

    param_list: list[Param] = field(default_factory=list, name="params")
    metric_list: list[ModelMetric] = field(default_factory=list, name="metrics")

    @property
    def params(self) -> dict[str, str]:
        """Value by param key."""
        return {param.key: param.value for param in self.param_list}


class LoggedModel(Struct, frozen=True):
    """A model that a run made, or that was logged without one; its files are elsewhere."""

    info: LoggedModelInfo
    data: LoggedModelData = field(default_factory=LoggedModelData)


class ModelDataset(Struct, frozen=True):
    """Data whose points a search of logged models looks at; without a digest any will do."""

    dataset_name: str
    dataset_digest: str | None = None


class ModelOrder(Struct, frozen=True):
    """One key of an order of logged models: an attribute or ``metrics.…``, on some data or any."""

    field_name: str
    ascending: bool = True
    dataset_name: str | None = None
    dataset_digest: str | None = None

    @property
    def dataset(self) -> ModelDataset | None:
        """The data whose points count; None for all of them."""
        return ModelDataset(self.dataset_name, self.dataset_digest) if self.dataset_name else None


class Experiment(Struct, frozen=True, kw_only=True):
    """A named group of runs."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: LifecycleStage = LifecycleStage.ACTIVE
    creation_time: int | None = None
    last_update_time: int | None = None
    tag_list: list[Tag] = field(default_factory=list, name="tags")

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the experiment."""
        return {tag.key: tag.value for tag in self.tag_list}


class RunInfo(Struct, frozen=True, kw_only=True):
    """Who, when, where and how a run ended. ``end_time`` is None while the run is going on."""

    run_id: str
    experiment_id: str
    run_name: str
    user_id: str
    status: RunStatus
    start_time: int
    end_time: int | None = None
    artifact_uri: str
    lifecycle_stage: LifecycleStage = LifecycleStage.ACTIVE


class RunData(Struct, frozen=True):
    """Latest value of every metric, all params, all tags."""

    metric_list: list[Metric] = field(default_factory=list, name="metrics")
    param_list: list[Param] = field(default_factory=list, name="params")
    tag_list: list[Tag] = field(default_factory=list, name="tags")

    @property
    def metrics(self) -> dict[str, float]:
        """Latest value by metric key: the point with the greatest (step, timestamp, value)."""
        return {metric.key: metric.value for metric in self.metric_list}

    @property
    def params(self) -> dict[str, str]:
        """Value by param key."""
        return {param.key: param.value for param in self.param_list}

    @property
    def tags(self) -> dict[str, str]:
        """Value by tag key."""
        return {tag.key: tag.value for tag in self.tag_list}


class RunInputs(Struct, frozen=True):
    """Datasets and logged models that a run read."""

    dataset_inputs: list[DatasetInput] = field(default_factory=list)
    model_inputs: list[ModelInput] = field(default_factory=list)


class RunOutputs(Struct, frozen=True):
    """Logged models that a run made."""

    model_outputs: list[ModelOutput] = field(default_factory=list)


class Run(Struct, frozen=True):
    """A run with everything but its metric histories and files."""

    info: RunInfo
    data: RunData
    inputs: RunInputs = field(default_factory=RunInputs)
    outputs: RunOutputs = field(default_factory=RunOutputs)


class PagedList(list[T]):
    """A page of results, and the token that asks for the next page (None on the last one)."""

    def __init__(self, items: Iterable[T] = (), token: str | None = None) -> None:
        super().__init__(items)
        self.token = token

"""Runs and their parts as MLflow's clients read them.

Where an entity is the wire's form already it is sent as it is; these structs add what MLflow
repeats (``run_uuid``), leave out what is unset, and spell numbers that JSON does not have.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from nbtrack.entities import (
    LifecycleStage,
    Metric,
    ModelInput,
    ModelMetric,
    ModelOutput,
    Param,
    RunMetric,
    RunStatus,
    Tag,
)
from nbtrack.store.records import wire_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.entities import DatasetInput, Run, RunInfo
    from nbtrack.rest.backend import Backend

P = TypeVar("P", Metric, RunMetric, ModelMetric)


class Info(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run's own fields; ``end_time`` is left out while the run is going on."""

    run_id: str
    run_uuid: str
    experiment_id: str
    run_name: str
    user_id: str
    status: RunStatus
    start_time: int
    end_time: int | None = None
    artifact_uri: str
    lifecycle_stage: LifecycleStage


class Data(Struct, frozen=True, omit_defaults=True):
    """The latest point of every metric, all params, all tags."""

    metrics: list[Metric] = field(default_factory=list)
    params: list[Param] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


class UsedDataset(Struct, frozen=True, omit_defaults=True):
    """A dataset; schema and profile are left out where there is none."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None


class UsedInput(Struct, frozen=True, omit_defaults=True):
    """A dataset as one run used it."""

    dataset: UsedDataset
    tags: list[Tag] = field(default_factory=list)


class Inputs(Struct, frozen=True, omit_defaults=True):
    """What a run read."""

    dataset_inputs: list[UsedInput] = field(default_factory=list)
    model_inputs: list[ModelInput] = field(default_factory=list)


class Outputs(Struct, frozen=True, omit_defaults=True):
    """What a run made."""

    model_outputs: list[ModelOutput] = field(default_factory=list)


class RunAnswer(Struct, frozen=True):
    """A run; clients read ``inputs`` and ``outputs`` of every run, empty ones too."""

    info: Info
    data: Data
    inputs: Inputs
    outputs: Outputs


class OneRun(Struct, frozen=True):
    """A run."""

    run: RunAnswer


class Runs(Struct, frozen=True, omit_defaults=True):
    """A page of runs."""

    runs: list[RunAnswer] = field(default_factory=list)
    next_page_token: str | None = None


class UpdatedRun(Struct, frozen=True):
    """A run's own fields after a change."""

    run_info: Info


def run_answer(backend: Backend, run: Run) -> RunAnswer:
    """Return a run in MLflow's form."""
    data = run.data
    return RunAnswer(
        info_answer(backend, run.info),
        Data(spelled(data.metric_list), data.param_list, data.tag_list),
        Inputs([_input(one) for one in run.inputs.dataset_inputs], run.inputs.model_inputs),
        Outputs(run.outputs.model_outputs),
    )


def info_answer(backend: Backend, info: RunInfo) -> Info:
    """Return a run's own fields in MLflow's form."""
    return Info(
        run_id=info.run_id,
        run_uuid=info.run_id,
        experiment_id=info.experiment_id,
        run_name=info.run_name,
        user_id=info.user_id,
        status=info.status,
        start_time=info.start_time,
        end_time=info.end_time,
        artifact_uri=backend.shown(info.artifact_uri),
        lifecycle_stage=info.lifecycle_stage,
    )


def spelled(points: Iterable[P]) -> list[P]:
    """Return points whose values JSON can hold: NaN and infinities become texts.

    MLflow's clients, and `nbtrack.rest.codec`, read ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``.
    """
    return [
        point if isfinite(point.value) else replace(point, value=wire_value(point.value))
        for point in points
    ]


def _input(given: DatasetInput) -> UsedInput:
    of = given.dataset
    dataset = UsedDataset(of.name, of.digest, of.source_type, of.source, of.schema, of.profile)
    return UsedInput(dataset, given.tag_list)

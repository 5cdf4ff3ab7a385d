"""Experiments and what goes on in them: the answer and the row of the endpoint table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.entities import LifecycleStage, ViewType
from nbtrack.rest.endpoint import NBTRACK, Endpoint

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


class AskExperiments(Struct, frozen=True):
    """Ask for all experiments."""

    view_type: ViewType = ViewType.ACTIVE_ONLY


class ExperimentInNumbers(Struct, frozen=True, kw_only=True):
    """An experiment and its runs in numbers; ``last_start`` is null where there is no run."""

    experiment_id: str
    name: str
    lifecycle_stage: LifecycleStage
    creation_time: int
    runs: int
    running: int
    last_start: int | None


class Overview(Struct, frozen=True):
    """All experiments, the one with the newest activity first."""

    experiments: list[ExperimentInNumbers]


def overview(backend: Backend, request: AskExperiments) -> Overview:
    """Return all experiments with the numbers of their runs, newest activity first."""
    found = backend.store.experiment_activity(view=request.view_type)
    return Overview(
        [
            ExperimentInNumbers(
                experiment_id=one.experiment_id,
                name=one.name,
                lifecycle_stage=one.lifecycle_stage,
                creation_time=one.creation_time,
                runs=one.runs,
                running=one.running,
                last_start=one.last_start,
            )
            for one in found
        ]
    )


ENDPOINTS = (Endpoint("GET", "experiments/overview", AskExperiments, overview, prefixes=NBTRACK),)

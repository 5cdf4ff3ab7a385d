"""Experiments over REST: requests, answers and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from nbtrack.entities import Experiment, LifecycleStage, Tag, ViewType
from nbtrack.errors import NotFound
from nbtrack.rest.codec import Int64, Required
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import Label, check_experiment_tag, labels
from nbtrack.store.base import DEFAULT_MAX_RESULTS

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


class CreateExperiment(Struct, frozen=True):
    """Begin an experiment."""

    name: Required
    artifact_location: str | None = None
    tags: list[Label] = field(default_factory=list)


class ExperimentId(Struct, frozen=True):
    """Name an experiment by its id."""

    experiment_id: Required


class ExperimentCreated(Struct, frozen=True):
    """The id of a new experiment."""

    experiment_id: str


class OneExperiment(Struct, frozen=True):
    """An experiment."""

    experiment: Experiment


class GetByName(Struct, frozen=True):
    """Name an experiment by its name."""

    experiment_name: Required


class SearchExperiments(Struct, frozen=True):
    """Ask for a page of experiments."""

    max_results: Int64 = DEFAULT_MAX_RESULTS
    filter: str = ""
    order_by: list[str] = field(default_factory=list)
    view_type: ViewType = ViewType.ACTIVE_ONLY
    page_token: str | None = None


class Experiments(Struct, frozen=True, omit_defaults=True):
    """A page of experiments."""

    experiments: list[Experiment] = field(default_factory=list)
    next_page_token: str | None = None


class UpdateExperiment(Struct, frozen=True):
    """Rename an experiment."""

    experiment_id: Required
    new_name: Required


class SetExperimentTag(Struct, frozen=True):
    """Set a tag of an experiment."""

    experiment_id: Required
    key: Required
    value: str = ""


class DeleteExperimentTag(Struct, frozen=True):
    """Take a tag of an experiment away."""

    experiment_id: Required
    key: Required


def create(backend: Backend, request: CreateExperiment) -> ExperimentCreated:
    """Create an experiment."""
    tags = labels(request.tags)
    for tag in tags:
        check_experiment_tag(tag)
    return ExperimentCreated(
        backend.store.create_experiment(
            request.name, artifact_location=request.artifact_location or None, tags=tags
        )
    )


def get(backend: Backend, request: ExperimentId) -> OneExperiment:
    """Return an experiment, a deleted one too."""
    return OneExperiment(_shown(backend, backend.store.get_experiment(request.experiment_id)))


def get_by_name(backend: Backend, request: GetByName) -> OneExperiment:
    """Return the experiment of a name, a deleted one too."""
    found = backend.store.find_experiment(request.experiment_name)
    if found is None:
        raise NotFound(f"Could not find experiment with name '{request.experiment_name}'")
    return OneExperiment(_shown(backend, found))


def search(backend: Backend, request: SearchExperiments) -> Experiments:
    """Return a page of the experiments that match a filter."""
    found = backend.store.search_experiments(
        filter_string=request.filter,
        order_by=request.order_by,
        view=request.view_type,
        max_results=request.max_results,
        page_token=request.page_token or None,
    )
    return Experiments([_shown(backend, one) for one in found], found.token)


def update(backend: Backend, request: UpdateExperiment) -> None:
    """Rename an experiment."""
    backend.store.update_experiment(request.experiment_id, name=request.new_name)


def delete(backend: Backend, request: ExperimentId) -> None:
    """Put an experiment and its runs into the trash."""
    backend.store.update_experiment(request.experiment_id, lifecycle_stage=LifecycleStage.DELETED)


def restore(backend: Backend, request: ExperimentId) -> None:
    """Take an experiment and its runs out of the trash."""
    backend.store.update_experiment(request.experiment_id, lifecycle_stage=LifecycleStage.ACTIVE)


def set_tag(backend: Backend, request: SetExperimentTag) -> None:
    """Set a tag of an experiment."""
    tag = check_experiment_tag(Tag(request.key, request.value))
    backend.store.update_experiment(request.experiment_id, tags=[tag])


def delete_tag(backend: Backend, request: DeleteExperimentTag) -> None:
    """Take a tag of an experiment away."""
    backend.store.update_experiment(request.experiment_id, deleted_tags=[request.key])


def _shown(backend: Backend, experiment: Experiment) -> Experiment:
    location = backend.shown(experiment.artifact_location)
    if location == experiment.artifact_location:
        return experiment
    return replace(experiment, artifact_location=location)


ENDPOINTS = (
    Endpoint("POST", "experiments/create", CreateExperiment, create, writes=True),
    Endpoint("GET", "experiments/get", ExperimentId, get),
    Endpoint("GET", "experiments/get-by-name", GetByName, get_by_name),
    Endpoint("POST", "experiments/search", SearchExperiments, search),
    Endpoint("GET", "experiments/search", SearchExperiments, search),
    Endpoint("POST", "experiments/update", UpdateExperiment, update, writes=True),
    Endpoint("POST", "experiments/delete", ExperimentId, delete, writes=True),
    Endpoint("POST", "experiments/restore", ExperimentId, restore, writes=True),
    Endpoint("POST", "experiments/set-experiment-tag", SetExperimentTag, set_tag, writes=True),
    Endpoint(
        "POST", "experiments/delete-experiment-tag", DeleteExperimentTag, delete_tag, writes=True
    ),
)

"""What runs read and made, over REST: requests and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import Dataset, DatasetInput, ModelInput, ModelOutput
from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Int64, Required, RunId
from nbtrack.rest.endpoint import PAGES_ONLY, Endpoint
from nbtrack.rest.requests import Label, labels

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

# What MLflow's pages may ask for at once.
MOST_EXPERIMENTS = 20
MOST_DATASETS = 1000


class GivenDataset(Struct, frozen=True):
    """A dataset; MLflow takes what is left out for the empty text."""

    name: str = ""
    digest: str = ""
    source_type: str = ""
    source: str = ""
    schema: str | None = None
    profile: str | None = None


class GivenInput(Struct, frozen=True):
    """A dataset as the run used it."""

    dataset: GivenDataset
    tags: list[Label] = field(default_factory=list)


class GivenModel(Struct, frozen=True):
    """A logged model; its step counts only where it was made."""

    model_id: Required
    step: Int64 = 0


class LogInputs(Struct, frozen=True):
    """Note what a run read."""

    run_id: RunId
    datasets: list[GivenInput] = field(default_factory=list)
    models: list[GivenModel] = field(default_factory=list)


class LogOutputs(Struct, frozen=True):
    """Note what a run made."""

    run_id: RunId
    models: list[GivenModel]


class SearchDatasets(Struct, frozen=True):
    """Ask what the runs of some experiments read."""

    experiment_ids: list[str] = field(default_factory=list)


class Summary(Struct, frozen=True, omit_defaults=True):
    """A dataset of an experiment, and what runs read it for."""

    experiment_id: str
    name: str
    digest: str
    context: str | None = None


class Summaries(Struct, frozen=True, omit_defaults=True):
    """The datasets of some experiments."""

    dataset_summaries: list[Summary] = field(default_factory=list)


def log_inputs(backend: Backend, request: LogInputs) -> None:
    """Note the datasets and logged models that a run read."""
    backend.store.log_inputs(
        request.run_id,
        [_input(one) for one in request.datasets],
        [ModelInput(one.model_id) for one in request.models],
    )


def log_outputs(backend: Backend, request: LogOutputs) -> None:
    """Note the logged models that a run made."""
    models = [ModelOutput(one.model_id, one.step) for one in request.models]
    backend.store.log_outputs(request.run_id, models)


def search_datasets(backend: Backend, request: SearchDatasets) -> Summaries:
    """Return the datasets that runs of some experiments read, 1000 at most."""
    number = len(request.experiment_ids)
    if not 1 <= number <= MOST_EXPERIMENTS:
        raise InvalidValue(
            f"SearchDatasets request must specify from 1 to {MOST_EXPERIMENTS} experiment_ids. "
            f"Received {number} experiment_ids."
        )
    found = backend.store.search_datasets(request.experiment_ids, max_results=MOST_DATASETS)
    return Summaries(
        [Summary(one.experiment_id, one.name, one.digest, one.context) for one in found]
    )


def _input(given: GivenInput) -> DatasetInput:
    of = given.dataset
    dataset = Dataset(of.name, of.digest, of.source_type, of.source, of.schema, of.profile)
    return DatasetInput(dataset, labels(given.tags))


ENDPOINTS = (
    Endpoint("POST", "runs/log-inputs", LogInputs, log_inputs, writes=True),
    Endpoint("POST", "runs/outputs", LogOutputs, log_outputs, writes=True),
    Endpoint(
        "POST",
        "experiments/search-datasets",
        SearchDatasets,
        search_datasets,
        prefixes=PAGES_ONLY,
    ),
)

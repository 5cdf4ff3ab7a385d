"""What runs read and made, over REST: requests and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import Dataset, DatasetInput
from nbtrack.rest.endpoint import Endpoint
from nbtrack.rest.requests import Label, RunId, labels

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


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


class LogInputs(Struct, frozen=True):
    """Note what a run read."""

    run_id: RunId
    datasets: list[GivenInput] = field(default_factory=list)


def log_inputs(backend: Backend, request: LogInputs) -> None:
    """Note the datasets that a run read."""
    backend.store.log_inputs(request.run_id, [_input(one) for one in request.datasets])


def _input(given: GivenInput) -> DatasetInput:
    of = given.dataset
    dataset = Dataset(of.name, of.digest, of.source_type, of.source, of.schema, of.profile)
    return DatasetInput(dataset, labels(given.tags))


ENDPOINTS = (Endpoint("POST", "runs/log-inputs", LogInputs, log_inputs, writes=True),)

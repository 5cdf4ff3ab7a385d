"""The endpoints on a real SQLite file and a real folder; every test has a run of its own."""

import uuid

import pytest

from nbtrack.artifacts import Places
from nbtrack.rest.backend import Backend
from nbtrack.store.open import open_store
from tests.unit.rest.asking import Rest


@pytest.fixture(scope="session")
def rest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rest")
    with open_store(f"sqlite:///{folder}/store.db", artifact_root=str(folder / "files")) as store:
        yield Rest(Backend(store, Places(str(folder / "files"))))


@pytest.fixture
def experiment(rest):
    """The id of a new experiment."""
    return rest.post("experiments/create", {"name": f"e {uuid.uuid4().hex}"})["experiment_id"]


@pytest.fixture
def run(rest, experiment):
    """The id of a new run."""
    return rest.new_run(experiment)

"""The unmodified ``mlflow`` package as a client of nbtrack's two hosts."""

import os
import uuid
import warnings
from pathlib import Path

import pytest

from tests.wire import hosts

os.environ["DO_NOT_TRACK"] = "true"  # mlflow reads it once, at import

HERE = Path(__file__).parent
# What mlflow does that the newest pandas warns of.
WARNINGS_OF_MLFLOW = (
    "ignore:Starting with pandas version 4:DeprecationWarning",
    "ignore:For backward compatibility, 'str' dtypes:DeprecationWarning",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(120))  # the first imports mlflow, starts servers
            for row in WARNINGS_OF_MLFLOW:
                item.add_marker(pytest.mark.filterwarnings(row))


@pytest.fixture(scope="session")
def standalone(tmp_path_factory):
    """The standalone server, which asks everybody for a token."""
    with hosts.standalone(tmp_path_factory.mktemp("standalone")) as host:
        yield host


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """A Jupyter server with a token, under a base_url."""
    with hosts.jupyter(tmp_path_factory.mktemp("jupyter")) as host:
        yield host


@pytest.fixture(params=hosts.HOSTS)
def host(request):
    """Each of the two hosts in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def imported_mlflow():
    """The package, imported once: it takes seconds, and warns of packages beside it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
        import mlflow.cli
        import mlflow.data
    return mlflow


@pytest.fixture
def mlflow(imported_mlflow, host, monkeypatch):
    """The fluent API, tracking to the host; without the runs and choices of the last test."""
    for name, value in hosts.client_settings(host).items():
        monkeypatch.setenv(name, value)
    imported_mlflow.set_tracking_uri(host.url)
    yield imported_mlflow
    while imported_mlflow.active_run():
        imported_mlflow.end_run()
    imported_mlflow.tracking.fluent._active_experiment_id = None
    imported_mlflow.set_tracking_uri(None)


@pytest.fixture
def client(mlflow):
    """`MlflowClient` of the host."""
    return mlflow.MlflowClient()


@pytest.fixture
def experiment(mlflow):
    """A new experiment, chosen for the runs of the test."""
    return mlflow.set_experiment(f"wire {uuid.uuid4().hex[:8]}")

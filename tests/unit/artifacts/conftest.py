"""The folder of a run, in each kind of store."""

import uuid

import pytest

from nbtrack.artifacts import open_artifacts

RUN = "mlflow-artifacts:/3/" + "a" * 32 + "/artifacts"
STORES = {
    "disk": lambda request: str(request.getfixturevalue("tmp_path") / "artifacts"),
    "memory": lambda request: f"memory://{uuid.uuid4().hex}",
    "s3": lambda request: request.getfixturevalue("s3_root"),
    "ftp": lambda request: request.getfixturevalue("ftp_root"),
}


@pytest.fixture(params=STORES)
def root(request):
    """An empty place in each store in turn, as an operator names it."""
    return STORES[request.param](request)


@pytest.fixture
def folder(root):
    return open_artifacts(RUN, root)

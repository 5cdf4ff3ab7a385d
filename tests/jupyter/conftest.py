"""A Jupyter server for the tests of this folder."""

import subprocess

import pytest

from tests.jupyter_servers import running_jupyter


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """A Jupyter server with a token under ``/user/ada/``, and stores below its root."""
    with running_jupyter(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="session")
def configured(tmp_path_factory):
    """A Jupyter server under an odd base_url, whose administrator chose all that can be chosen."""
    folder = tmp_path_factory.mktemp("configured")
    flags = (
        f"--NbtrackExtension.store_url=sqlite:///{folder}/named.db",
        f"--NbtrackExtension.artifact_root={folder}/files",
        f"--NbtrackExtension.allowed_artifact_roots={folder}/more",
        "--ServerApp.max_body_size=1000",
    )
    with running_jupyter(folder, *flags, base_url="/hub/user/a.b%40c/") as server:
        yield server


@pytest.fixture
def git():
    """Run git in a folder."""

    def run(folder, *arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    return run

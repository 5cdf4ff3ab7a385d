"""Kernels of the two IPython versions that the notebook side is shown to work on."""

import os
import shutil
import sys

import pytest

from tests.needs import needs
from tests.notebook.kernels import Kernel


def python_of(version):
    """Return the interpreter with an IPython version; skip if there is none."""
    if version == "ipython9":
        return sys.executable
    path = os.environ.get("NBTRACK_TEST_IPYTHON7", "")
    needs(
        shutil.which(path) is not None,
        "Make an environment with ipython==7.34, ipykernel<7 and nbtrack, and set "
        "NBTRACK_TEST_IPYTHON7 to its python.",
    )
    return path


VERSIONS = ("ipython9", "ipython7")


@pytest.fixture(scope="session", params=VERSIONS)
def shared(request, tmp_path_factory):
    """A kernel that all tests of one IPython version share, in a folder with a store."""
    python = python_of(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    kernel = Kernel(folder, python)
    yield kernel
    kernel.close()


@pytest.fixture(params=VERSIONS)
def fresh(request, tmp_path):
    """A kernel of its own, for tests that end it."""
    kernel = Kernel(tmp_path / "project", python_of(request.param))
    yield kernel
    kernel.close()


@pytest.fixture
def kernel9(tmp_path):
    """A kernel of its own on the newer IPython."""
    kernel = Kernel(tmp_path / "project")
    yield kernel
    kernel.close()

"""Tests of the standalone server, against a real process of it."""

import pytest

from tests.servers import running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with a new SQLite store; requests of this user need no token."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running

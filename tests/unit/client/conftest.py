"""What nbtrack says to the person who runs it."""

import pytest


@pytest.fixture
def spoken(capsys):
    """What nbtrack said on standard error since the last call."""
    return lambda: [line for line in capsys.readouterr().err.splitlines() if "nbtrack: " in line]

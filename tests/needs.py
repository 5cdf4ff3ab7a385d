"""What a test needs beyond the packages of the ``test`` extra.

A person who lacks it sees a skip with a sentence that says how to get it; in CI, which installs
everything (``NBTRACK_TEST_REQUIRE_ALL=1``), the same sentence is a failure.
"""

from __future__ import annotations

import os
import shutil

import pytest


def needs(what: object, how_to_get_it: str) -> str:
    """Skip the running test unless ``what`` is there; return the path of a command.

    Parameters
    ----------
    what : object
        A command's name or path, looked up as a shell does; anything else is a condition.
    how_to_get_it : str
        A sentence, such as ``"Install Chromium: apt-get install chromium."``
    """
    found = shutil.which(what) if isinstance(what, str) else what
    if found:
        return str(found)
    if os.environ.get("NBTRACK_TEST_REQUIRE_ALL") == "1":
        pytest.fail(f"{how_to_get_it} (NBTRACK_TEST_REQUIRE_ALL=1 forbids skipping)", pytrace=False)
    pytest.skip(how_to_get_it)

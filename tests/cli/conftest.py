"""The command line, called in this process and in one of its own."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from click.testing import CliRunner

from nbtrack.cli.main import main


@pytest.fixture
def nbtrack():
    """Call a command; the result has output, stderr and exit_code."""
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def start_nbtrack():
    """Start a command as a process of its own, which ends with the test."""
    started = []

    def start(*arguments, **options):
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from nbtrack.cli.main import main; main()",
                *map(str, arguments),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

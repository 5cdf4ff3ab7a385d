"""What every command has in common: help, exit codes, sentences in place of tracebacks."""

import statistics
import subprocess
import sys
import time

import pytest

from nbtrack import __version__


def test_the_version_is_told(nbtrack):
    assert nbtrack("--version").output == f"nbtrack {__version__}\n"


def test_an_unknown_command_is_a_usage_error(nbtrack):
    result = nbtrack("experimnets")
    assert result.exit_code == 2
    assert "No such command 'experimnets'" in result.stderr


def test_a_missing_option_is_a_usage_error(nbtrack):
    result = nbtrack("experiments", "create")
    assert result.exit_code == 2
    assert "--experiment-name" in result.stderr


def test_a_store_that_cannot_be_is_one_sentence(nbtrack):
    result = nbtrack("--tracking-uri", "sqlight:///x.db", "runs", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "'sqlite'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_refusal_of_the_system_is_one_sentence(nbtrack, tmp_path):
    (tmp_path / "file").write_text("")
    result = nbtrack("quickstart", tmp_path / "file" / "inner", "--execute")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {tmp_path / 'file' / 'inner'}: Not a directory")


@pytest.mark.parametrize("arguments", [["--help"], ["runs", "list", "--help"]])
def test_help_comes_at_once(arguments):
    """The goal is 0.3 s; twice that fails, because the machine does other things too."""
    command = [sys.executable, "-c", "from nbtrack.cli.main import main; main()", *arguments]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.6

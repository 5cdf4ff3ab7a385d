"""MLflow's server and nbtrack's give the same answers, but for what docs/mlflow.md lists."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.wire import hosts, script
from tests.wire.compare import Player, differences
from tests.wire.mlflow_server import running_mlflow

PAGE = Path(__file__).parents[2] / "docs" / "mlflow.md"


def rows():
    """Return the rows of the table: patterns of calls, field, both answers, and the reason."""
    text = PAGE.read_text("utf-8").split("## Differences")[1]
    found = []
    for line in text.splitlines():
        if line.startswith("| `"):
            calls, field, theirs, ours, reason = line.strip("| ").split(" | ")
            found.append(
                (re.findall("`([^`]+)`", calls), field.strip("`"), theirs.strip("`"),
                 ours.strip("`"), reason)
            )  # fmt: skip
    return found


ROWS = rows()


@pytest.fixture(scope="module")
def answers(imported_mlflow, tmp_path_factory):
    """What MLflow's server and nbtrack's answer to every call of the script."""
    folder = tmp_path_factory.mktemp("compared")
    for name in ("mlflow", "nbtrack"):
        (folder / name / "to be logged").mkdir(parents=True)
    with (
        running_mlflow(folder / "mlflow") as theirs,
        hosts.standalone(folder / "nbtrack") as ours,
    ):
        return [
            played(theirs, imported_mlflow, folder / "mlflow" / "to be logged"),
            played(ours, imported_mlflow, folder / "nbtrack" / "to be logged"),
        ]


def played(host, mlflow, folder):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in hosts.client_settings(host).items():
            patch.setenv(name, value)
        mlflow.set_tracking_uri(host.url)
        player = Player(host, mlflow.MlflowClient())
        script.play(player, mlflow, folder)
        mlflow.set_tracking_uri(None)
    return player.answers


@pytest.fixture(scope="module")
def found(answers):
    """Every difference: call, field, MLflow's answer, nbtrack's."""
    theirs, ours = answers
    return [
        (call, field, str(first), str(second))
        for call in theirs
        for field, (first, second) in differences(theirs[call], ours[call]).items()
    ]


def explains(row, difference):
    calls, *patterns, _reason = row
    call, *values = difference
    return any(fnmatchcase(call, pattern) for pattern in calls) and all(
        fnmatchcase(value, pattern) for value, pattern in zip(values, patterns, strict=True)
    )


def test_the_script_makes_many_calls(answers):
    theirs, ours = answers
    assert list(theirs) == list(ours)
    assert len(theirs) > 200


def test_every_difference_stands_in_the_docs(found):
    assert [one for one in found if not any(explains(row, one) for row in ROWS)] == []


def test_every_row_of_the_docs_is_a_difference(found):
    assert [row for row in ROWS if not any(explains(row, one) for one in found)] == []


def test_every_row_of_the_docs_has_a_reason():
    assert ROWS
    assert [row for row in ROWS if len(row[-1]) < 10] == []

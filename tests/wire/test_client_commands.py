"""The ``mlflow`` command line against nbtrack's hosts."""

import csv
import io
import json
import uuid

import pytest
from click.testing import CliRunner


@pytest.fixture
def command(mlflow):
    """Run a command of ``mlflow`` in this process and return what it prints."""

    def run(*arguments, fails=False):
        result = CliRunner().invoke(mlflow.cli.cli, [str(one) for one in arguments])
        assert (result.exit_code != 0) is fails, result.output
        return result.output

    return run


@pytest.fixture
def run_id(mlflow, experiment):
    with mlflow.start_run(run_name="by hand") as run:
        mlflow.log_metric("acc", 0.5)
        mlflow.log_param("lr", 0.1)
    return run.info.run_id


def test_experiments_are_made_found_renamed_deleted_and_restored(command):
    name = f"cli {uuid.uuid4().hex[:8]}"
    made = command("experiments", "create", "-n", name, "-l", "s3://bucket/there")
    experiment_id = made.split()[-1]
    assert f"Created experiment '{name}' with id {experiment_id}" in made
    assert name in command("experiments", "search")
    shown = json.loads(command("experiments", "get", "-x", experiment_id, "--output", "json"))
    assert shown["name"] == name
    assert shown["artifact_location"] == "s3://bucket/there"
    assert name in command("experiments", "get", "-n", name)
    command("experiments", "rename", "-x", experiment_id, "--new-name", f"{name} new")
    command("experiments", "delete", "-x", experiment_id)
    assert name not in command("experiments", "search")
    assert f"{name} new" in command("experiments", "search", "--view", "deleted_only")
    command("experiments", "delete", "-x", experiment_id, fails=True)
    command("experiments", "restore", "-x", experiment_id)
    assert f"{name} new" in command("experiments", "search")


def test_runs_of_an_experiment_are_a_csv(command, experiment, run_id):
    (row,) = csv.DictReader(
        io.StringIO(command("experiments", "csv", "-x", experiment.experiment_id))
    )
    assert row["run_id"] == run_id
    assert row["metrics.acc"] == "0.5"
    assert row["params.lr"] == "0.1"


def test_runs_are_listed_described_deleted_and_restored(command, experiment, run_id):
    listed = command("runs", "list", "--experiment-id", experiment.experiment_id)
    assert run_id in listed
    assert "by hand" in listed
    shown = json.loads(command("runs", "describe", "--run-id", run_id))
    assert shown["info"]["status"] == "FINISHED"
    assert shown["data"]["metrics"] == {"acc": 0.5}
    assert shown["data"]["params"] == {"lr": "0.1"}
    command("runs", "delete", "--run-id", run_id)
    assert run_id not in command("runs", "list", "--experiment-id", experiment.experiment_id)
    command("runs", "restore", "--run-id", run_id)
    assert run_id in command("runs", "list", "--experiment-id", experiment.experiment_id)
    command("runs", "describe", "--run-id", "0" * 32, fails=True)


def test_a_run_is_made(command, experiment, client):
    made = json.loads(
        command(
            *("runs", "create", "--experiment-id", experiment.experiment_id),
            *("--run-name", "made", "--description", "why", "-t", "a=b", "--status", "failed"),
        )
    )
    run = client.get_run(made["run_id"])
    assert (run.info.run_name, run.info.status) == ("made", "FAILED")
    assert run.data.tags["a"] == "b"


def test_artifacts_are_logged_listed_and_downloaded(command, run_id, tmp_path):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a file.txt").write_text("one")
    (tmp_path / "in" / "sub" / "b.txt").write_text("two")
    command("artifacts", "log-artifact", "-l", tmp_path / "in" / "a file.txt", "-r", run_id)
    command("artifacts", "log-artifacts", "-l", tmp_path / "in", "-r", run_id, "-a", "dir")
    top = json.loads(command("artifacts", "list", "-r", run_id))
    assert {(one["path"], one["is_dir"]) for one in top} == {("a file.txt", False), ("dir", True)}
    below = json.loads(command("artifacts", "list", "-r", run_id, "-a", "dir"))
    assert {one["path"] for one in below} == {"dir/a file.txt", "dir/sub"}
    command("artifacts", "download", "-r", run_id, "-a", "dir", "-d", tmp_path / "out")
    assert (tmp_path / "out" / "dir" / "sub" / "b.txt").read_text() == "two"
    assert (tmp_path / "out" / "dir" / "a file.txt").read_text() == "one"

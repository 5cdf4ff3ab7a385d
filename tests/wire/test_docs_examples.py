"""The examples of docs/mlflow.md do what the page says, on both hosts."""

import os
import re
import subprocess
from pathlib import Path

from tests.needs import needs
from tests.wire import hosts

PAGE = (Path(__file__).parents[2] / "docs" / "mlflow.md").read_text("utf-8")


def example(language, heading):
    """Return the first block of code below a heading."""
    return re.search(rf"```{language}\n(.*?)```", PAGE.split(f"## {heading}\n")[1], re.DOTALL)[1]


def test_the_lines_for_curl_log_a_run(host, client):
    needs("curl", "Install curl: apt-get install curl.")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example("sh", "With curl")],
        env=os.environ | hosts.client_settings(host),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.endswith("some text\n")
    experiment = client.get_experiment_by_name("by curl")
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    assert run.data.params == {"lr": "0.1"}
    assert run.data.metrics == {"loss": 0.5}
    assert run.data.tags["from"] == "curl"
    assert [one.path for one in client.list_artifacts(run.info.run_id)] == ["notes.txt"]
    assert f'"run_id":"{run.info.run_id}"' in done.stdout.replace(" ", "")


def test_the_example_in_python_logs_a_run(mlflow, client):
    names = {}
    exec(example("python", "What works"), names)
    (run_id,) = names["best"]["run_id"]
    run = client.get_run(run_id)
    assert run.data.metrics == {"loss": 0.1}
    assert [one.path for one in client.list_artifacts(run_id)] == ["notes"]

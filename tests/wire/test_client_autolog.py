"""``mlflow.sklearn.autolog()`` on Iris, in a process of its own: it patches scikit-learn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wire import hosts

SCRIPT = Path(__file__).with_name("autolog_script.py")


@pytest.fixture(scope="module")
def runs(request, tmp_path_factory):
    """The ids of the script's runs, with and without models, by the host that has them."""
    found = [request.getfixturevalue(name) for name in hosts.HOSTS]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *(text for host in found for text in (host.url, host.token))],
        env=os.environ | hosts.client_settings(found[0]),
        cwd=tmp_path_factory.mktemp("autolog"),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ids = done.stdout.split()[-2 * len(found) :]
    return dict(zip(found, zip(ids[::2], ids[1::2], strict=True), strict=True))


def assert_params_and_dataset(run):
    assert run.data.tags["mlflow.autologging"] == "sklearn"
    assert run.data.tags["estimator_name"] == "DecisionTreeClassifier"
    assert run.data.params["max_depth"] == "3"
    assert run.data.params["criterion"] == "gini"
    (dataset,) = run.inputs.dataset_inputs
    assert dataset.tags[0].value == "train"
    assert '"num_rows": 150' in dataset.dataset.profile


def test_params_metrics_dataset_and_figures_arrive(runs, host, client):
    run = client.get_run(runs[host][1])
    assert_params_and_dataset(run)
    assert run.info.status == "FINISHED"
    assert run.data.metrics["training_accuracy_score"] > 0.9
    assert {"training_f1_score", "training_log_loss"} <= set(run.data.metrics)
    files = {one.path for one in client.list_artifacts(run.info.run_id)}
    assert {"training_confusion_matrix.png", "estimator.html"} <= files


def test_of_a_run_whose_model_is_to_be_logged_params_and_dataset_arrive(runs, host, client):
    # Logged models are not served yet: MLflow's client gives up on the run there, not on the fit.
    assert_params_and_dataset(client.get_run(runs[host][0]))

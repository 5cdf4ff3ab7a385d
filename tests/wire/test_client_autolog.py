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
    """The ids of the script's runs, by the host that has them."""
    found = [request.getfixturevalue(name) for name in hosts.HOSTS]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *(text for host in found for text in (host.url, host.token))],
        env=os.environ | hosts.client_settings(found[0]),
        cwd=tmp_path_factory.mktemp("autolog"),
        capture_output=True,
        text=True,
        timeout=100,  # the client finds out what each model needs, in a process of its own
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(found, done.stdout.split()[-len(found) :], strict=True))


@pytest.fixture
def run(runs, host, client):
    """The run as the client reads it."""
    return client.get_run(runs[host])


@pytest.fixture
def model(run, client):
    """The model that the run made."""
    (made,) = run.outputs.model_outputs
    return client.get_logged_model(made.model_id)


def test_params_metrics_dataset_and_figures_arrive(run, client):
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.autologging"] == "sklearn"
    assert run.data.tags["estimator_name"] == "DecisionTreeClassifier"
    assert run.data.params["max_depth"] == "3"
    assert run.data.params["criterion"] == "gini"
    assert run.data.metrics["training_accuracy_score"] > 0.9
    assert {"training_f1_score", "training_log_loss"} <= set(run.data.metrics)
    (dataset,) = run.inputs.dataset_inputs
    assert dataset.tags[0].value == "train"
    assert '"num_rows": 150' in dataset.dataset.profile
    files = {one.path for one in client.list_artifacts(run.info.run_id)}
    assert {"training_confusion_matrix.png", "estimator.html"} <= files


def test_the_model_arrives_with_its_params_and_metrics(run, model):
    assert (model.name, model.status, model.source_run_id) == ("model", "READY", run.info.run_id)
    assert model.params["max_depth"] == "3"
    points = {one.key: one for one in model.metrics}
    point = points["training_accuracy_score"]
    assert point.value == run.data.metrics["training_accuracy_score"]
    assert point.run_id == run.info.run_id
    assert point.dataset_digest == run.inputs.dataset_inputs[0].dataset.digest
    assert "DecisionTreeClassifier_score_features" in points


def test_the_files_of_the_model_are_listed_and_loaded(mlflow, run, model, client):
    import mlflow.sklearn
    from sklearn.datasets import load_iris

    files = {one.path for one in client.list_artifacts(run.info.run_id, "model")}
    assert {"model/MLmodel", "model/requirements.txt"} <= files
    assert any(one.startswith("model/model.") for one in files)
    features, target = load_iris(return_X_y=True, as_frame=True)
    for uri in (f"models:/{model.model_id}", f"runs:/{run.info.run_id}/model"):
        assert mlflow.sklearn.load_model(uri).score(features, target) > 0.9

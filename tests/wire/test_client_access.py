"""Who may log: tokens and passwords of MLflow's client; and what a restart does to it."""

import threading
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.servers import running_server
from tests.wire import hosts


def logs_a_run(mlflow):
    """Log a run with a file, by which both kinds of requests are made."""
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
        mlflow.log_text("x", "x.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/x.txt") == "x"


def test_the_token_is_a_bearer(mlflow, experiment):
    logs_a_run(mlflow)


@pytest.mark.parametrize("host", ["standalone"], indirect=True)
def test_the_token_is_a_password_of_any_user(mlflow, host, experiment, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "anybody")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", host.token)
    logs_a_run(mlflow)


@pytest.mark.parametrize("host", ["standalone"], indirect=True)
def test_the_token_is_a_password_in_the_url(mlflow, host, experiment, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    address = urlsplit(host.url)
    mlflow.set_tracking_uri(f"http://me:{host.token}@{address.netloc}{address.path}")
    logs_a_run(mlflow)


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"MLFLOW_TRACKING_TOKEN": "wrong"},
        {"MLFLOW_TRACKING_USERNAME": "me", "MLFLOW_TRACKING_PASSWORD": "wrong"},
    ],
    ids=["none", "token", "password"],
)
def test_whoever_has_no_token_is_refused(mlflow, experiment, monkeypatch, credentials):
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    for name, value in credentials.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(mlflow.MlflowException) as raised:
        mlflow.MlflowClient().search_experiments()
    assert raised.value.error_code in {"UNAUTHENTICATED", "PERMISSION_DENIED"}


def test_a_client_goes_on_after_a_restart(imported_mlflow, tmp_path, monkeypatch):
    folder = tmp_path / "server"
    with ExitStack() as servers:
        first = servers.enter_context(running_server(folder))
        settings = hosts.client_settings(hosts.Host(first.url))
        settings |= {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "7"}
        settings |= {"MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1"}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        client = imported_mlflow.MlflowClient(first.url)
        run_id = client.create_run("0").info.run_id

        def restart():
            servers.enter_context(running_server(folder, "--port", str(first.port)))

        thread = threading.Thread(target=restart)
        for step in range(40):
            client.log_metric(run_id, "m", step, step=step, timestamp=step)
            client.set_tag(run_id, "t", step)
            if step == 10:
                first.process.kill()
                first.process.wait()
                thread.start()
        thread.join()
        client.set_terminated(run_id)
        found = client.get_run(run_id)
        history = client.get_metric_history(run_id, "m")
    assert found.info.status == "FINISHED"
    assert found.data.tags["t"] == "39"
    assert sorted(point.step for point in history) == list(range(40))

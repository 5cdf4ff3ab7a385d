"""What is not served yet: MLflow's client says so at once, as docs/mlflow.md says."""

import time

import pytest


@pytest.mark.parametrize(
    "call",
    [
        lambda mlflow: mlflow.register_model("models:/m-1", "name"),
        lambda mlflow: mlflow.MlflowClient().create_registered_model("name"),
        lambda mlflow: mlflow.MlflowClient().search_registered_models(),
        lambda mlflow: mlflow.search_traces(locations=["0"]),
        lambda mlflow: mlflow.MlflowClient().list_webhooks(),
    ],
    ids=["model version", "registered model", "registry", "traces", "webhooks"],
)
def test_what_comes_later_is_not_found_and_not_asked_for_again(mlflow, experiment, call):
    began = time.monotonic()
    with pytest.raises(mlflow.MlflowException) as raised:
        call(mlflow)
    assert raised.value.error_code == "ENDPOINT_NOT_FOUND"
    assert time.monotonic() - began < 10  # eight tries would take minutes


def test_a_traced_function_works(mlflow, experiment):
    @mlflow.trace
    def double(number):
        return 2 * number

    assert double(21) == 42
    mlflow.flush_trace_async_logging()

"""Logged models, as MLflow's client makes, finds, describes and deletes them."""

import pytest


def test_a_model_of_a_run_is_logged_listed_and_loaded(mlflow, experiment, client):
    import mlflow.sklearn
    from sklearn.dummy import DummyRegressor

    with mlflow.start_run() as run:
        made = mlflow.sklearn.log_model(
            DummyRegressor(strategy="constant", constant=7.0).fit([[0]], [0]),
            name="a model",
            params={"constant": 7},
            tags={"stage": "new"},
            pip_requirements=["scikit-learn"],  # else the client finds out, for seconds
            serialization_format="cloudpickle",
        )
    (output,) = client.get_run(run.info.run_id).outputs.model_outputs
    assert output.model_id == made.model_id
    found = client.get_logged_model(made.model_id)
    assert (found.status, found.source_run_id) == ("READY", run.info.run_id)
    assert found.params == {"constant": "7"}
    assert found.tags["stage"] == "new"
    assert found.artifact_location.endswith(f"/models/{made.model_id}/artifacts")
    assert client.list_artifacts(run.info.run_id) == []
    files = [one.path for one in client.list_artifacts(run.info.run_id, "a model")]
    assert {"a model/MLmodel", "a model/model.pkl"} <= set(files)
    for uri in (made.model_uri, f"runs:/{run.info.run_id}/a model"):
        assert mlflow.sklearn.load_model(uri).predict([[0]])[0] == 7.0


def test_models_are_found_by_what_they_are_and_how_they_did(mlflow, experiment):
    for number, name in enumerate(("small", "large")):
        with mlflow.start_run():
            made = mlflow.initialize_logged_model(name=name, params={"size": number})
            for step in range(3):
                mlflow.log_metric("loss", number + step, step=step, model_id=made.model_id)
    mlflow.finalize_logged_model(made.model_id, "READY")

    def found(**asked):
        return [one.name for one in mlflow.search_logged_models(output_format="list", **asked)]

    assert found() == ["large", "small"]
    assert found(filter_string="params.size = '0' AND metrics.loss < 1") == ["small"]
    assert found(filter_string="status = 2") == ["large"]
    assert found(order_by=[{"field_name": "metrics.loss"}]) == ["small", "large"]
    assert found(order_by=[{"field_name": "name", "ascending": True}], max_results=1) == ["large"]
    assert [one.value for one in mlflow.get_logged_model(made.model_id).metrics] == [1, 2, 3]


def test_a_model_without_a_run_is_tagged_and_deleted(mlflow, experiment, client):
    params = {f"p{number}": "x" * 5000 for number in range(150)}  # two requests
    made = mlflow.initialize_logged_model(name="alone", params=params, model_type="kind")
    assert made.params == params
    mlflow.set_logged_model_tags(made.model_id, {"a": "1", "a/b": "2"})
    client.set_logged_model_tags(made.model_id, {"a": "2"})
    client.delete_logged_model_tag(made.model_id, "a/b")
    tags = client.get_logged_model(made.model_id).tags
    assert tags["a"] == "2"
    assert "a/b" not in tags
    assert mlflow.finalize_logged_model(made.model_id, "FAILED").status == "FAILED"
    client.delete_logged_model(made.model_id)
    assert mlflow.search_logged_models(output_format="list") == []
    with pytest.raises(mlflow.MlflowException, match=r"Logged model with ID .* not found"):
        mlflow.get_logged_model(made.model_id)


def test_a_folder_with_a_quote_in_its_name_is_listed(mlflow, experiment, client):
    with mlflow.start_run() as run:
        mlflow.log_text("text", "it's/a.txt")
    assert [one.path for one in client.list_artifacts(run.info.run_id, "it's")] == ["it's/a.txt"]

"""Data that a run read: described as MLflow describes it."""

import json

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.client.datasets import describe
from nbtrack.errors import InvalidValue


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "id": np.arange(150, dtype="int64"),
            "small": np.arange(150, dtype="int32"),
            "width": np.linspace(0, 1, 150),
            "ok": [True, False] * 75,
            "kind": ["a", "b", "c"] * 50,
            "when": pd.date_range("2026-01-01", periods=150),
        }
    )


def test_a_frame_is_an_input_of_the_run(frame):
    with nbtrack.start_run() as run:
        nbtrack.log_input(frame, context="training", tags={"v": "1"}, name="iris")
    [found] = nbtrack.get_run(run.run_id).inputs.dataset_inputs
    assert found.dataset.name == "iris"
    assert found.tags == {"mlflow.data.context": "training", "v": "1"}
    assert json.loads(found.dataset.profile) == {
        "num_rows": 150,
        "num_elements": 900,
        "num_columns": 6,
        "fingerprint": "sampled",
    }
    types = [(c["name"], c["type"]) for c in json.loads(found.dataset.schema)["mlflow_colspec"]]
    assert types == [
        ("id", "long"),
        ("small", "integer"),
        ("width", "double"),
        ("ok", "boolean"),
        ("kind", "string"),
        ("when", "datetime"),
    ]


def test_a_run_is_found_by_its_data(frame):
    with nbtrack.start_run() as run:
        nbtrack.log_input(frame, name="iris")
    with nbtrack.start_run():
        pass
    assert list(nbtrack.search_runs(filter_string="dataset.name = 'iris'")["run_id"]) == [
        run.run_id
    ]


def test_an_array_is_described_as_a_tensor():
    found = describe(np.zeros((150, 4)))
    spec = json.loads(json.loads(found.schema)["mlflow_tensorspec"]["features"])
    assert spec == [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 4]}}]
    assert json.loads(found.profile) == {
        "features_shape": [150, 4],
        "features_size": 600,
        "features_nbytes": 4800,
        "fingerprint": "sampled",
    }


def test_the_digest_changes_with_the_data(frame):
    assert describe(frame).digest == describe(frame.copy()).digest
    changed = frame.copy()
    changed.loc[3, "width"] = 9.0
    assert describe(changed).digest != describe(frame).digest
    assert describe(frame.rename(columns={"id": "key"})).digest != describe(frame).digest
    assert describe(np.zeros(5)).digest != describe(np.ones(5)).digest
    assert describe(np.zeros((2, 3))).digest != describe(np.zeros((3, 2))).digest
    assert len(describe(frame).digest) <= 36


def test_an_object_shaped_like_mlflows_is_taken_as_it_is():
    class Mlflow:
        name, digest = "iris", "abc123"

        def to_dict(self):
            return {
                "name": self.name,
                "digest": self.digest,
                "source_type": "http",
                "source": '{"url": "https://x.org/iris.csv"}',
                "schema": "{}",
                "profile": '{"num_rows": 150}',
            }

    found = describe(Mlflow())
    assert (found.name, found.digest, found.source_type) == ("iris", "abc123", "http")
    assert found.source == '{"url": "https://x.org/iris.csv"}'


def test_several_inputs_are_noted_together(frame):
    with nbtrack.start_run() as run:
        nbtrack.log_inputs([frame, np.zeros(3)], ["training", "test"], [None, None])
    found = nbtrack.get_run(run.run_id).inputs.dataset_inputs
    assert {one.tags["mlflow.data.context"] for one in found} == {"training", "test"}
    with nbtrack.start_run(), pytest.raises(InvalidValue, match="lists of one length"):
        nbtrack.log_inputs([frame], ["a", "b"], [None])


def test_what_is_no_data_is_refused():
    with nbtrack.start_run(), pytest.raises(InvalidValue, match="str cannot be noted"):
        nbtrack.log_input("iris.csv")


def test_a_captured_frame_and_a_logged_one_are_one_dataset(frame):
    from nbtrack.notebook.capture.data import describe as capture

    for data in (frame, frame[["width"]], frame["kind"], np.zeros((3, 2)), frame.to_numpy()):
        captured, logged = capture("x", data).dataset, describe(data, "x")
        assert captured.digest == logged.digest
        assert (captured.schema, captured.profile) == (logged.schema, logged.profile)


def test_data_without_a_name_has_the_one_the_run_knows_it_by(frame):
    with nbtrack.start_run() as run:
        nbtrack.log_input(frame, name="iris")
        nbtrack.log_input(frame)
        nbtrack.log_input(frame["kind"])
    found = nbtrack.get_run(run.run_id).inputs.dataset_inputs
    assert [one.dataset.name for one in found] == ["iris", "dataset"]


@pytest.mark.parametrize("column", ["id", "ok", "kind", "when", "local", "group"])
def test_a_change_in_a_column_of_any_type_is_seen(frame, column):
    frame["local"] = frame["when"].dt.tz_localize("UTC")
    frame["group"] = frame["kind"].astype("category")
    before = describe(frame).digest
    frame.loc[0, column] = frame.loc[1, column]
    assert describe(frame).digest != before


def test_a_number_alone_is_described():
    assert describe(np.float64(2)).digest != describe(np.float64(3)).digest

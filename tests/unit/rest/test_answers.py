"""What is answered can be read again as what it was."""

import json
import math

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.artifacts import Places
from nbtrack.entities import (
    Dataset,
    DatasetInput,
    LifecycleStage,
    Metric,
    ModelInput,
    ModelOutput,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunMetric,
    RunOutputs,
    RunStatus,
    Tag,
)
from nbtrack.rest.answers import OneRun, Runs, run_answer, spelled
from nbtrack.rest.backend import Backend
from nbtrack.rest.codec import encode
from nbtrack.rest.endpoint import Answer
from nbtrack.rest.endpoints import ENDPOINTS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
numbers = st.integers(-(2**63), 2**63 - 1)
tags = st.lists(st.builds(Tag, texts, texts), max_size=2)
datasets = st.builds(Dataset, texts, texts, texts, texts, st.none() | texts, st.none() | texts)
runs = st.builds(
    Run,
    st.builds(
        RunInfo,
        run_id=texts,
        experiment_id=texts,
        run_name=texts,
        user_id=texts,
        status=st.sampled_from(RunStatus),
        start_time=numbers,
        end_time=st.none() | numbers,
        artifact_uri=texts,
        lifecycle_stage=st.sampled_from(LifecycleStage),
    ),
    st.builds(
        RunData,
        st.lists(st.builds(Metric, texts, st.floats(), numbers, numbers), max_size=3),
        st.lists(st.builds(Param, texts, texts), max_size=2),
        tags,
    ),
    st.builds(
        RunInputs,
        st.lists(st.builds(DatasetInput, datasets, tags), max_size=2),
        st.lists(st.builds(ModelInput, texts), max_size=2),
    ),
    st.builds(RunOutputs, st.lists(st.builds(ModelOutput, texts, numbers), max_size=2)),
)


@given(runs)
@settings(max_examples=100, deadline=None)
def test_a_run_is_read_again_as_what_it_was(run):
    backend = Backend(None, Places("/nowhere"))
    text = encode(OneRun(run_answer(backend, run)))
    again = msgspec.json.decode(text, type=dict[str, Run], strict=False)["run"]
    assert repr(again) == repr(run)  # NaN differs from itself, its text does not
    wire = json.loads(text)["run"]
    assert wire["info"]["run_uuid"] == run.info.run_id
    assert all("step" in point for point in wire["data"].get("metrics", []))
    assert b"null" not in encode(Runs([])) + encode(Runs([], None))


@given(st.lists(st.builds(RunMetric, texts, texts, st.floats(), numbers, numbers)))
@settings(max_examples=50, deadline=None)
def test_points_are_read_again_as_what_they_were(points):
    text = msgspec.json.encode(spelled(points))
    again = msgspec.json.decode(text, type=list[RunMetric], strict=False)
    assert repr(again) == repr(points)


def test_what_json_has_no_number_for_is_spelled_as_protobuf_does():
    values = [math.nan, math.inf, -math.inf, 1.0]
    points = spelled(Metric("k", value, 1) for value in values)
    assert [point.value for point in points] == ["NaN", "Infinity", "-Infinity", 1.0]


def test_every_endpoint_says_in_a_sentence_what_it_does():
    for row in ENDPOINTS:
        assert row.serve.__doc__.split("\n")[0].endswith("."), row.path
        assert row.request.__doc__, row.path


def test_what_changes_the_store_and_what_works_on_files_is_told_apart():
    for row in ENDPOINTS:
        assert not (row.writes and (row.files or row.answer is not Answer.JSON)), row.path

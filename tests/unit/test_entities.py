"""The entity is its JSON: wire names outside, MLflow's dictionaries inside."""

import msgspec

from nbtrack.entities import Metric, PagedList, Param, RunData, RunStatus, Tag

DATA = RunData([Metric("acc", 0.5, 1, 2)], [Param("lr", "0.1")], [Tag("a", "b")])


def test_run_data_gives_mlflows_dictionaries():
    assert (DATA.metrics, DATA.params, DATA.tags) == ({"acc": 0.5}, {"lr": "0.1"}, {"a": "b"})


def test_run_data_has_the_wires_field_names():
    wire = msgspec.to_builtins(DATA)
    assert wire["metrics"] == [{"key": "acc", "value": 0.5, "timestamp": 1, "step": 2}]
    assert wire["params"] == [{"key": "lr", "value": "0.1"}]
    assert wire["tags"] == [{"key": "a", "value": "b"}]


def test_an_entity_survives_json():
    assert msgspec.json.decode(msgspec.json.encode(DATA), type=RunData) == DATA


def test_a_status_equals_its_name():
    assert RunStatus.FINISHED == "FINISHED"
    assert [status for status in RunStatus if status.is_final] == ["FINISHED", "FAILED", "KILLED"]


def test_a_page_is_a_list_with_a_token():
    page = PagedList([1, 2], token="next")
    assert page == [1, 2]
    assert page.token == "next"

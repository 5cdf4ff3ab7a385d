"""The contract for the datasets a run read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import (
    Dataset,
    DatasetInput,
    DatasetSummary,
    ModelInput,
    ModelOutput,
    Tag,
)
from nbtrack.errors import InvalidValue
from nbtrack.testing.making import DEFAULT, begin

if TYPE_CHECKING:
    from nbtrack.store.base import Store

IRIS = Dataset("iris", "d1", "local", '{"uri": "iris.csv"}', '{"columns": 4}', None)


def _use(context: str, dataset: Dataset = IRIS) -> DatasetInput:
    return DatasetInput(dataset, [Tag("mlflow.data.context", context)])


class InputContract:
    """Datasets are noted once a run; what was written first stays."""

    def test_a_dataset_is_shown_with_its_run(self, store: Store) -> None:
        run = begin(store)
        store.log_inputs(run, [_use("training")])
        assert store.get_run(run).inputs.dataset_inputs == [_use("training")]
        assert store.search_runs([DEFAULT])[0].inputs.dataset_inputs == [_use("training")]

    def test_the_same_dataset_again_keeps_the_first_tags(self, store: Store) -> None:
        run = begin(store)
        store.log_inputs(run, [_use("training")])
        store.log_inputs(run, [_use("eval")])
        assert store.get_run(run).inputs.dataset_inputs == [_use("training")]

    def test_runs_share_a_dataset_of_the_same_name_and_digest(self, store: Store) -> None:
        first, second = begin(store), begin(store)
        store.log_inputs(first, [_use("training")])
        store.log_inputs(second, [_use("eval", Dataset("iris", "d1", "http", "elsewhere"))])
        shown = store.get_run(second).inputs.dataset_inputs
        assert shown == [_use("eval")]

    def test_a_run_may_read_many_datasets(self, store: Store) -> None:
        run = begin(store)
        uses = [_use("training"), _use("eval", Dataset("iris", "d2"))]
        store.log_inputs(run, uses)
        assert store.get_run(run).inputs.dataset_inputs == uses

    @pytest.mark.parametrize("dataset", [Dataset("n" * 501, "d"), Dataset("n", "d" * 37)])
    def test_a_dataset_with_too_long_fields_is_refused(
        self, store: Store, dataset: Dataset
    ) -> None:
        with pytest.raises(InvalidValue):
            store.log_inputs(begin(store), [_use("training", dataset)])

    def test_the_datasets_of_experiments_are_found_each_once(self, store: Store) -> None:
        first, second = begin(store), begin(store)
        store.log_inputs(first, [_use("training"), _use("eval", Dataset("wine", "d2"))])
        store.log_inputs(second, [_use("training"), DatasetInput(Dataset("wine", "d2"))])
        store.log_inputs(begin(store, store.create_experiment("other")), [_use("training")])
        assert set(store.search_datasets([DEFAULT])) == {
            DatasetSummary("0", "iris", "d1", "training"),
            DatasetSummary("0", "wine", "d2", "eval"),
            DatasetSummary("0", "wine", "d2", None),
        }
        assert len(store.search_datasets([DEFAULT], max_results=2)) == 2

    def test_a_run_shows_the_models_that_it_read_and_made(self, store: Store) -> None:
        run = begin(store)
        store.log_inputs(run, [], [ModelInput("m-1"), ModelInput("m-2")])
        store.log_outputs(run, [ModelOutput("m-3", 7)])
        shown = store.get_run(run)
        assert shown.inputs.model_inputs == [ModelInput("m-1"), ModelInput("m-2")]
        assert shown.outputs.model_outputs == [ModelOutput("m-3", 7)]
        assert store.search_runs([DEFAULT])[0].outputs == shown.outputs

    def test_a_model_noted_again_stays_as_it_was(self, store: Store) -> None:
        run = begin(store)
        store.log_outputs(run, [ModelOutput("m-3", 7)])
        store.log_outputs(run, [ModelOutput("m-3", 9), ModelOutput("m-4")])
        assert store.get_run(run).outputs.model_outputs == [
            ModelOutput("m-3", 7),
            ModelOutput("m-4", 0),
        ]

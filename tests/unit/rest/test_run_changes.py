"""One change to many runs: each counts alone."""

import pytest

from nbtrack.entities import LifecycleStage
from nbtrack.errors import InvalidValue
from nbtrack.rest.backend import Backend
from nbtrack.rest.requests import Label
from nbtrack.rest.run_changes import ChangeRuns, change
from nbtrack.store.open import open_store
from nbtrack.testing.making import filled


def test_runs_that_cannot_be_changed_hinder_no_other(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store:
        backend = Backend(store, None)
        runs = [filled(store, tags={"old": "1"}), filled(store)]
        asked = ChangeRuns(
            [*runs, "none"], run_name="new", set_tags=[Label("t", "v")], delete_tags=["old"]
        )
        done = change(backend, asked)
        assert done.changed == 2
        assert [one.run_id for one in done.problems] == ["none"]
        for run in runs:
            data = store.get_run(run).data
            assert (data.tags["mlflow.runName"], data.tags["t"]) == ("new", "v")
            assert "old" not in data.tags
            assert store.get_run(run).info.run_name == "new"
        assert (
            change(backend, ChangeRuns([*runs], lifecycle_stage=LifecycleStage.DELETED)).changed
            == 2
        )
        assert len(change(backend, ChangeRuns(runs, delete_tags=["t"])).problems) == 2
        assert (
            change(
                backend, ChangeRuns(runs, LifecycleStage.ACTIVE, delete_tags=["t", "none"])
            ).changed
            == 2
        )
        assert "t" not in store.get_run(runs[0]).data.tags


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("run_ids", ChangeRuns([f"{number:032x}" for number in range(10_001)])),
        ("set_tags", ChangeRuns([], set_tags=[Label("t", "v")] * 101)),
        ("delete_tags", ChangeRuns([], delete_tags=["t"] * 101)),
    ],
)
def test_what_would_keep_the_writer_for_long_is_refused(name, asked):
    with pytest.raises(InvalidValue, match=f"'{name}' has 1.* are the most"):
        change(Backend(None, None), asked)

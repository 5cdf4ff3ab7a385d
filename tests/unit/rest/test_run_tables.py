"""Tables and keys of chosen runs, whatever experiments these are in."""

from nbtrack.rest.backend import Backend
from nbtrack.rest.frame import read_frame
from nbtrack.rest.run_keys import AskKeys, keys
from nbtrack.rest.run_tables import AskTable, table
from nbtrack.store.open import open_store
from nbtrack.testing.making import begin, filled


def test_runs_are_found_by_their_ids_alone(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store:
        backend = Backend(store, None)
        one = filled(store, metrics={"m": 1.0}, params={"lr": "1"})
        two = begin(store, store.create_experiment("other"))
        begin(store)
        header, columns = read_frame(table(backend, AskTable(run_ids=[one, two])))
        assert header["total"] == 2
        assert set(columns["experiment"].texts) == {"0", store.get_run(two).info.experiment_id}
        assert read_frame(table(backend, AskTable()))[0]["total"] == 0
        assert read_frame(table(backend, AskTable(run_ids=[])))[0]["total"] == 0
        found = keys(backend, AskKeys(run_ids=[one, two]))
        assert (found.runs, [metric.key for metric in found.metrics]) == (2, ["m"])
        assert "metrics.m" in found.suggested
        assert keys(backend, AskKeys()).runs == 0

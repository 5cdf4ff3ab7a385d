"""How much a commit has on the disk when it returns."""

import pytest

from nbtrack.store.open import open_store


@pytest.mark.parametrize(("setting", "level"), [("normal", 1), ("full", 2)])
def test_the_setting_decides_whether_each_commit_is_flushed(tmp_path, monkeypatch, setting, level):
    monkeypatch.setenv("NBTRACK_DURABILITY", setting)
    with open_store(f"sqlite:///{tmp_path}/runs.db") as store:
        pragma = lambda connection: connection.exec_driver_sql("PRAGMA synchronous").scalar()
        assert store._database.write(pragma) == level

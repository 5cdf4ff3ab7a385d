"""Searches by value have statistics to choose their index by."""

import sqlite3
from contextlib import closing

from nbtrack.store.open import open_store
from nbtrack.testing.making import creation, owner, run_id


def analysed(path):
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        return found.fetchone() is not None


def test_a_store_that_grew_is_analysed_when_it_is_closed(tmp_path):
    path = tmp_path / "nbtrack.db"
    with open_store(f"sqlite:///{path}") as store:
        store.apply(owner(), [(number, creation(run_id())) for number in range(1, 151)])
        assert not analysed(path)
    assert analysed(path)


def test_a_small_store_is_left_alone(tmp_path):
    path = tmp_path / "nbtrack.db"
    with open_store(f"sqlite:///{path}") as store:
        store.create_run("0")
    assert not analysed(path)

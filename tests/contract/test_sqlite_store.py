"""SqlStore on a SQLite file keeps the contract of a store."""

import pytest

from nbtrack.store.open import open_store
from nbtrack.testing import StoreContract


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store:
        yield store


class TestSqliteStore(StoreContract):
    pass

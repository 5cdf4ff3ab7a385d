"""SqlStore on MariaDB keeps the contract of a store."""

import pytest

from nbtrack.testing import StoreContract
from tests.databases import emptied_store


@pytest.fixture
def store(mariadb, tmp_path):
    with emptied_store(mariadb, tmp_path) as store:
        yield store


class TestMariadbStore(StoreContract):
    pass

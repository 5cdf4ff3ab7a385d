"""SqlStore on PostgreSQL keeps the contract of a store."""

import pytest

from nbtrack.testing import StoreContract
from tests.databases import emptied_store


@pytest.fixture
def store(postgresql, tmp_path):
    with emptied_store(postgresql, tmp_path) as store:
        yield store


class TestPostgresqlStore(StoreContract):
    pass

"""The contract of a store, as tests that any store can run.

A package that brings its own store tests it like this; the fixture gives a store without runs,
whose only experiment is ``Default``:

.. code-block:: python

    import pytest

    from nbtrack.testing import StoreContract


    @pytest.fixture
    def store(tmp_path):
        with MyStore(f"mine://{tmp_path}") as store:
            yield store


    class TestMyStore(StoreContract):
        pass

It needs pytest; nbtrack itself never imports this package.
"""

from nbtrack.testing.changes import ChangeContract
from nbtrack.testing.columns import ColumnContract
from nbtrack.testing.curves import CurveContract
from nbtrack.testing.delivery import DeliveryContract
from nbtrack.testing.experiments import ExperimentContract
from nbtrack.testing.filters import FilterContract
from nbtrack.testing.histories import HistoriesContract
from nbtrack.testing.inputs import InputContract
from nbtrack.testing.keys import KeyContract
from nbtrack.testing.logged_models import LoggedModelContract
from nbtrack.testing.ordering import OrderContract
from nbtrack.testing.overviews import OverviewContract
from nbtrack.testing.points import PointContract
from nbtrack.testing.runs import RunContract
from nbtrack.testing.texts import TextContract
from nbtrack.testing.together import TogetherContract
from nbtrack.testing.values import ValueContract

__all__ = ["StoreContract"]


class StoreContract(
    ExperimentContract,
    RunContract,
    ValueContract,
    TextContract,
    PointContract,
    HistoriesContract,
    InputContract,
    KeyContract,
    ColumnContract,
    CurveContract,
    LoggedModelContract,
    FilterContract,
    OrderContract,
    OverviewContract,
    DeliveryContract,
    TogetherContract,
    ChangeContract,
):
    """Everything that callers may expect of a `nbtrack.store.base.Store`."""

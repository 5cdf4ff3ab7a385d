"""The contract for the mark by which a change of a store is noticed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbtrack.entities import LifecycleStage, Metric, RunStatus, Tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store.base import Store

# Databases tell the time of a change to the second.
_PATIENCE = 5.0
_STEP = 0.05


def _becomes(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(_STEP)
    return False


class ChangeContract:
    """A store that has marks has another one after a change, and the same one after reading."""

    def test_the_mark_is_another_one_after_every_kind_of_change(self, store: Store) -> None:
        if store.change_mark() is None:
            return
        run_id = store.create_run("0").info.run_id
        for change in (
            lambda: store.log_batch(run_id, metrics=[Metric("loss", 0.5, 1, 1)]),
            lambda: store.log_batch(run_id, tags=[Tag("team", "a")]),
            lambda: store.delete_tag(run_id, "team"),
            lambda: store.update_run(run_id, status=RunStatus.FINISHED, end_time=5),
            lambda: store.update_run(run_id, lifecycle_stage=LifecycleStage.DELETED),
            lambda: store.create_experiment("another"),
        ):
            before = store.change_mark()
            change()
            assert _becomes(lambda before=before: store.change_mark() != before)  # type: ignore[misc]  # https://github.com/python/mypy/issues/12557

    def test_the_mark_stays_while_the_store_is_only_read(self, store: Store) -> None:
        run_id = store.create_run("0").info.run_id
        store.log_batch(run_id, metrics=[Metric("loss", 0.5, 1, 1)])

        def stays() -> bool:
            before = store.change_mark()
            store.search_runs(["0"], filter_string="metrics.loss > 0")
            store.metric_history(run_id, "loss")
            store.get_experiment("0")
            return store.change_mark() == before

        assert _becomes(stays)  # a server may look after its tables just then
        assert stays() or _becomes(lambda: all(stays() for _ in range(5)))

"""What the tests of a store are made with."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from nbtrack.entities import Metric, Param, Tag
from nbtrack.store.records import CreateRun, Owner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.store.base import Store

DEFAULT = "0"
LARGEST = 1.7976931348623157e308

_numbers = itertools.count(1)


def run_id() -> str:
    """Return an id no run has yet."""
    return f"{next(_numbers):032x}"


def begin(store: Store, experiment_id: str = DEFAULT, name: str = "a run", start: int = 1) -> str:
    """Create a run and return its id."""
    run = store.create_run(
        experiment_id, run_id=run_id(), name=name, user_id="ada", start_time=start
    )
    return run.info.run_id


def filled(
    store: Store,
    *,
    metrics: Mapping[str, float] | None = None,
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    name: str = "a run",
    start: int = 1,
) -> str:
    """Create a run that has these values and return its id."""
    run = begin(store, name=name, start=start)
    store.log_batch(
        run,
        metrics=[Metric(key, value, 1) for key, value in (metrics or {}).items()],
        params=[Param(key, value) for key, value in (params or {}).items()],
        tags=[Tag(key, value) for key, value in (tags or {}).items()],
    )
    return run


def found(store: Store, filter_string: str) -> list[str]:
    """Return the names of the runs that match a filter, in alphabetical order."""
    runs = store.search_runs([DEFAULT], filter_string=filter_string)
    return sorted(run.info.run_name for run in runs)


def ordered(store: Store, *order_by: str) -> list[str]:
    """Return the names of all runs in an order."""
    return [run.info.run_name for run in store.search_runs([DEFAULT], order_by=order_by)]


def owner(journal_id: str = "journal-1") -> Owner:
    """Return a process that holds leases."""
    return Owner(
        journal_id=journal_id,
        store_id="0" * 32,
        host="here",
        boot_id="boot",
        pid_namespace="pid:[1]",
        pid=4321,
        process_start="99",
        user="ada",
    )


def creation(run: str, experiment_id: str = DEFAULT, start: int = 1000) -> CreateRun:
    """Return the record with which a run begins."""
    return CreateRun(run, experiment_id, "journaled", "ada", start, [])

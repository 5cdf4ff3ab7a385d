"""Runs as a table of columns: the request and the row of the endpoint table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack.entities import ViewType
from nbtrack.rest.codec import Int64
from nbtrack.rest.endpoint import NBTRACK, Answer, Endpoint
from nbtrack.rest.frame import write_frame
from nbtrack.rest.requests import experiments_of

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


class AskTable(Struct, frozen=True):
    """Ask for runs as columns; without ``max_results`` for all that match.

    ``run_ids`` without ``experiment_ids`` are looked for in all experiments.
    """

    experiment_ids: list[str] = field(default_factory=list)
    filter: str = ""
    view: ViewType = ViewType.ACTIVE_ONLY
    order_by: list[str] = field(default_factory=list)
    max_results: Int64 | None = None
    columns: list[str] = field(default_factory=list)
    run_ids: list[str] | None = None
    newer_than: Int64 | None = None


def table(backend: Backend, request: AskTable) -> bytes:
    """Return the runs of some experiments that match a filter, as columns."""
    found = backend.store.run_columns(
        experiments_of(backend, request.experiment_ids, request.run_ids),
        filter_string=request.filter,
        order_by=request.order_by,
        view=request.view,
        max_results=request.max_results,
        columns=request.columns,
        run_ids=request.run_ids,
        newer_than=request.newer_than,
    )
    return write_frame({"total": found.total}, found.columns)


ENDPOINTS = (
    Endpoint("POST", "runs/table", AskTable, table, prefixes=NBTRACK, answer=Answer.FRAME),
)

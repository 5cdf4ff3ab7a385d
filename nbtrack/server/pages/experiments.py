"""The first page: the experiments, and the newest run of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.entities import PagedList
from nbtrack.errors import InvalidValue
from nbtrack.server.pages import parts
from nbtrack.server.pages.document import Help, Page
from nbtrack.server.pages.markup import Html, element, foreign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import Experiment, Run
    from nbtrack.rest.backend import Backend

EXPERIMENTS_SHOWN = 50


class Ask(Struct, frozen=True):
    """Ask for a page of experiments."""

    filter: str = ""
    page_token: str | None = None


def page(backend: Backend, ask: Ask) -> Page:
    """Show experiments, the newest first."""
    complaint = None
    found: PagedList[Experiment] = PagedList()
    try:
        found = backend.store.search_experiments(
            filter_string=ask.filter, max_results=EXPERIMENTS_SHOWN, page_token=ask.page_token
        )
    except InvalidValue as error:
        complaint = error.message
    newest = [_newest_run(backend, one) for one in found]
    is_new = not ask.filter and not any(newest)
    return Page(
        "Experiments",
        (
            element("h1", "Experiments"),
            parts.filter_form(ask.filter, "name ILIKE '%iris%'", complaint),
            *_table(found, newest, complaint),
            parts.next_page(found.token, filter=ask.filter),
        ),
        help_=Help.OPEN if is_new else Help.CLOSED,
    )


def _newest_run(backend: Backend, experiment: Experiment) -> Run | None:
    runs = backend.store.search_runs(
        [experiment.experiment_id], order_by=["start_time DESC"], max_results=1
    )
    return runs[0] if runs else None


def _table(
    found: Sequence[Experiment], newest: Sequence[Run | None], complaint: str | None
) -> list[Html]:
    if complaint is not None:
        return []
    if not found:
        return [element("p", "No experiment is like that.", class_="empty")]
    heads = [
        parts.head("Experiment"),
        parts.head("Newest run"),
        parts.head("Status"),
        parts.head("Started (UTC)"),
        parts.head("Created (UTC)"),
        parts.head("Id", right=True),
    ]
    rows = [_row(one, run) for one, run in zip(found, newest, strict=True)]
    return [parts.table(heads, rows)]


def _row(experiment: Experiment, run: Run | None) -> list[Html]:
    own = element(
        "a",
        foreign(experiment.name, 44),
        href=f"experiments/{experiment.experiment_id}",
        class_="name",
    )
    return [
        parts.cell(own),
        parts.cell(_link(run) if run else element("span", "no runs yet", class_="quiet")),
        parts.cell(parts.status(run.info) if run else ""),
        parts.cell(parts.started(run.info.start_time) if run else ""),
        parts.cell(parts.started(experiment.creation_time)),
        parts.cell(experiment.experiment_id, right=True),
    ]


def _link(run: Run) -> Html:
    return element("a", foreign(parts.name(run), 32), href=f"runs/{run.info.run_id}")

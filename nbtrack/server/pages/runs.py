"""The page of an experiment: its runs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack import tags
from nbtrack.entities import LifecycleStage, PagedList
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.formatting import numbers
from nbtrack.rest.codec import Required
from nbtrack.server.pages import parts
from nbtrack.server.pages.document import Help, Page
from nbtrack.server.pages.markup import Html, element, foreign, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.entities import Experiment, Run
    from nbtrack.rest.backend import Backend

RUNS_SHOWN = 100
MOST_METRICS, MOST_PARAMS = 5, 5
# Recorded about the machine, and rarely what runs are compared by.
_BACKGROUND = "system/"


class Ask(Struct, frozen=True):
    """Ask for a page of runs."""

    experiment_id: Required
    filter: str = ""
    order_by: str = ""
    page_token: str | None = None


def page(backend: Backend, ask: Ask) -> Page:
    """Show the runs of an experiment."""
    experiment = backend.store.get_experiment(ask.experiment_id)
    if experiment.lifecycle_stage is LifecycleStage.DELETED:
        raise NotFound(
            f"The experiment {experiment.experiment_id} was deleted. It can be taken out of the "
            f"trash: nbtrack experiments restore {experiment.experiment_id}"
        )
    complaint = None
    found: PagedList[Run] = PagedList()
    try:
        found = backend.store.search_runs(
            [ask.experiment_id],
            filter_string=ask.filter,
            order_by=[ask.order_by] if ask.order_by else [],
            max_results=RUNS_SHOWN,
            page_token=ask.page_token,
        )
    except InvalidValue as error:
        complaint = error.message
    kept = {"order_by": ask.order_by} if ask.order_by else {}
    return Page(
        experiment.name,
        (
            parts.crumbs(("Experiments", "../")),
            element("h1", foreign(experiment.name, 100)),
            *_note(experiment),
            parts.filter_form(
                ask.filter, "metrics.acc > 0.9 and params.lr = '0.1'", complaint, **kept
            ),
            *(_table(found, ask) if found else _nothing(ask, complaint)),
            parts.next_page(found.token, filter=ask.filter, order_by=ask.order_by),
        ),
        "../",
        Help.NONE if found or ask.filter else Help.OPEN,
    )


def _note(experiment: Experiment) -> list[Html]:
    note = experiment.tags.get(tags.NOTE)
    return [element("div", whole(note), class_="note")] if note else []


def _nothing(ask: Ask, complaint: str | None) -> list[Html]:
    if complaint is not None:
        return []
    if ask.filter:
        return [element("p", "No run is like that.", class_="empty")]
    return [element("p", "This experiment has no runs yet.", class_="empty")]


def _table(found: Sequence[Run], ask: Ask) -> list[Html]:
    metrics = _most_common(
        [[key for key in run.data.metrics if not key.startswith(_BACKGROUND)] for run in found]
    )[:MOST_METRICS]
    params = _telling([run.data.params for run in found])[:MOST_PARAMS]
    numeric = {key for key in params if _are_numbers(run.data.params.get(key) for run in found)}
    heads = [
        _sortable("Run", "attributes.run_name", ask),
        _sortable("Status", "attributes.status", ask),
        _sortable("Started (UTC)", "attributes.start_time", ask),
        parts.head("Duration", right=True),
        *(_sortable(key, f"metrics.{_quoted(key)}", ask, "metric", right=True) for key in metrics),
        *(
            _sortable(key, f"params.{_quoted(key)}", ask, "param", right=key in numeric)
            for key in params
        ),
    ]
    columns = [_metric_cells(key, found) for key in metrics]
    rows = [
        [
            parts.cell(_link(run)),
            parts.cell(parts.status(run.info)),
            parts.cell(parts.started(run.info.start_time)),
            parts.cell(parts.duration(run.info), right=True),
            *(column[place] for column in columns),
            *(_param_cell(run.data.params.get(key), right=key in numeric) for key in params),
        ]
        for place, run in enumerate(found)
    ]
    return [parts.table(heads, rows)]


def _link(run: Run) -> Html:
    child = "↳ " if tags.PARENT_RUN_ID in run.data.tags else ""
    text = foreign(parts.name(run), 36)
    return element("a", child, text, href=f"../runs/{run.info.run_id}", class_="name")


def _metric_cells(key: str, found: Sequence[Run]) -> list[Html]:
    values = [run.data.metrics.get(key) for run in found]
    return [
        parts.cell(text, right=True, title=None if value is None else repr(value))
        for text, value in zip(numbers.column(values), values, strict=True)
    ]


def _param_cell(value: str | None, *, right: bool) -> Html:
    if value is None:
        return parts.cell("")
    return parts.cell(foreign(numbers.param(value), 30), right=right)


def _sortable(
    name: str, field: str, ask: Ask, group: str | None = None, *, right: bool = False
) -> Html:
    """Return a head whose link orders by the column, the other way round at the second click."""
    descending, ascending = f"{field} DESC", f"{field} ASC"
    sign = {descending: " ▼", ascending: " ▲"}.get(ask.order_by, "")
    target = ascending if ask.order_by == descending else descending
    link = element(
        "a",
        element("small", group) if group else Html(""),
        foreign(name, 24),
        sign,
        href=parts.address("", filter=ask.filter, order_by=target),
    )
    return element("th", link, class_="right" if right else None, scope="col")


def _quoted(key: str) -> str:
    return f"`{key}`" if "`" not in key else f'"{key}"'


def _most_common(keys: Sequence[Sequence[str]]) -> list[str]:
    """Return all keys, those that most runs have first, else in the order in which they came."""
    counts = Counter(key for of_run in reversed(keys) for key in of_run)
    return sorted(counts, key=lambda key: -counts[key])


def _telling(params: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the params by which these runs differ, or all of them if they do not."""
    keys = _most_common([list(one) for one in params])
    differing = [key for key in keys if len({one.get(key) for one in params}) > 1]
    return differing or keys


def _are_numbers(texts: Iterable[str | None]) -> bool:
    try:
        return [float(text) for text in texts if text] != []
    except ValueError:
        return False

"""What several pages show: tables, filters, states of runs, the way to the next page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from nbtrack import tags
from nbtrack.entities import RunStatus
from nbtrack.formatting import numbers
from nbtrack.server.pages.markup import Html, element, foreign, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.entities import Run, RunInfo

_SIGNS = {
    RunStatus.FINISHED: "✓",
    RunStatus.FAILED: "✗",
    RunStatus.KILLED: "■",
    RunStatus.RUNNING: "●",
    RunStatus.SCHEDULED: "○",
}


def address(place: str, **query: str | None) -> str:
    """Return a relative address with a query, without what is None or empty."""
    given = {name: value for name, value in query.items() if value}
    return f"{place}?{urlencode(given)}" if given else place


def table(heads: Sequence[Html], rows: Iterable[Sequence[Html]]) -> Html:
    """Return a table that is scrolled within itself where the page is narrow."""
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", heads)),
            element("tbody", (element("tr", cells) for cells in rows)),
        ),
        class_="scroll",
    )


def head(name: str, *, right: bool = False, group: str | None = None) -> Html:
    """Return the head of a column."""
    kind = element("small", group) if group else Html("")
    return element("th", kind, name, class_="right" if right else None, scope="col")


def cell(*content: str, right: bool = False, title: str | None = None) -> Html:
    """Return a cell."""
    return element("td", *content, class_="right" if right else None, title=title)


def status(info: RunInfo) -> Html:
    """Return how a run ended or that it goes on, as a sign, a colour and a word."""
    word = str(info.status).lower()
    return element("span", f"{_SIGNS[info.status]} {word}", class_=f"status {word}")


def name(run: Run) -> str:
    """Return what a run is called."""
    return run.info.run_name or run.data.tags.get(tags.RUN_NAME) or run.info.run_id[:8]


def started(milliseconds: int | None) -> Html:
    """Return a time, with how long ago it was for a pointer over it."""
    if milliseconds is None:
        return Html("")
    tip = numbers.ago(milliseconds, _now()) if milliseconds <= _now() else None
    return element("time", numbers.utc_moment(milliseconds), title=tip)


def duration(info: RunInfo) -> str:
    """Return how long a run took or goes on already."""
    if info.end_time is None:
        going = info.status is RunStatus.RUNNING and info.start_time <= _now()
        return f"{numbers.duration((_now() - info.start_time) / 1000)} so far" if going else ""
    milliseconds = info.end_time - info.start_time
    return numbers.duration(milliseconds / 1000) if milliseconds else "< 1 ms"


def filter_form(value: str, example: str, complaint: str | None, **kept: str) -> Html:
    """Return the box for a filter; what is wrong with it stands below."""
    hidden = [element("input", type="hidden", name=key, value=kept[key]) for key in kept]
    box = element(
        "input",
        type="search",
        name="filter",
        value=value,
        placeholder=example,
        aria_label="Filter",
        spellcheck="false",
        autocomplete="off",
        maxlength="8192",
    )
    clear = element("a", "Clear", href="?", class_="quiet") if value else Html("")
    form = element(
        "form", box, hidden, element("button", "Filter", type="submit"), clear, method="get"
    )
    if complaint is None:
        return form
    return Html(form + element("div", whole(complaint), class_="trouble", role="alert"))


def next_page(token: str | None, **query: str) -> Html:
    """Return the link to the next page, if there is one."""
    if token is None:
        return Html("")
    link = element("a", "Next page →", href=address("", page_token=token, **query), rel="next")
    return element("p", link, class_="pages")


def crumbs(*steps: tuple[str, str]) -> Html:
    """Return the way from the first page to this one: name and relative address of each."""
    links = [element("a", foreign(text, 40), href=href) for text, href in steps]
    return element("nav", links, class_="crumbs", aria_label="Where this is")


def _now() -> int:
    return time.time_ns() // 1_000_000

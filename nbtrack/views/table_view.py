"""The view of a run table: what its entries mean on this side.

The entries are those of ``jupyter_extension/ui/src/table/view_state.js``; `docs/notebook.md` lists
them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.entities import ViewType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Columns of a table -> the attribute that a search orders by.
_ATTRIBUTES = {
    "name": "attributes.run_name",
    "status": "attributes.status",
    "start": "attributes.start_time",
    "end": "attributes.end_time",
    "user": "attributes.user_id",
    "run_id": "attributes.run_id",
}
_COLUMNS = {
    spelled: column
    for column, attribute in _ATTRIBUTES.items()
    for spelled in (attribute, attribute.removeprefix("attributes."))
} | {"created": "start", "attributes.created": "start"}
_CLAUSE = re.compile(r"(?P<name>.+?)(?:\s+(?P<way>asc|desc))?", re.IGNORECASE | re.DOTALL)
_OF_VALUES = ("metrics.", "params.", "tags.", "min(", "max(", "first(", "count(")


class Search(NamedTuple):
    """Which runs a view shows, as a search is asked for them."""

    filter: str
    order: Sequence[str]
    lifecycle: ViewType


def given_view(
    query: str,
    order_by: Sequence[str],
    columns: Sequence[str] | None,
    *,
    attempts: bool,
) -> dict[str, Any]:
    """Return the entries of a view that the arguments of `nbtrack.runs` mean."""
    view: dict[str, Any] = {}
    if query:
        view["filter"] = query
    order = [key for clause in order_by if (key := _key(clause)) is not None]
    if order:
        view["order"] = order
    if columns is not None:
        view["columns"] = list(columns)
    if attempts:
        view["attempts"] = True
    return view


def search_of(view: Mapping[str, Any]) -> Search:
    """Return which runs a view shows.

    The order ends before a column that only the table itself can order by.
    """
    given = view.get("filter")
    lifecycle = view.get("lifecycle")
    known = [str(one) for one in ViewType]
    order: list[str] = []
    for key in _pairs(view.get("order")):
        name = _ATTRIBUTES.get(key[0], key[0])
        if not name.startswith(("attributes.", *_OF_VALUES)):
            break
        order.append(f"{name} {'DESC' if key[1] == 'desc' else 'ASC'}")
    return Search(
        given if isinstance(given, str) else "",
        order,
        ViewType(lifecycle) if lifecycle in known else ViewType.ACTIVE_ONLY,
    )


def columns_of(view: Mapping[str, Any], known: Sequence[str]) -> list[str] | None:
    """Return the columns of a view that these runs have; None if it names none of them."""
    given = view.get("columns")
    found = [one for one in given if one in known] if isinstance(given, list) else []
    return list(dict.fromkeys(found)) or None


def _key(clause: str) -> list[str] | None:
    """Return the column and direction of a clause of MLflow's ``order_by``."""
    found = _CLAUSE.fullmatch(clause.strip())
    if found is None:
        return None
    column = _COLUMNS.get(found["name"].lower(), found["name"])
    if column not in _ATTRIBUTES and not column.startswith(_OF_VALUES):
        return None
    return [column, (found["way"] or "asc").lower()]


def _pairs(order: Any) -> list[tuple[str, Any]]:
    each = order if isinstance(order, list) else []
    return [
        (key[0], key[1])
        for key in each
        if isinstance(key, list) and len(key) > 1 and isinstance(key[0], str)
    ]

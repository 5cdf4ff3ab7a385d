"""One clause of a filter as a SQL condition on columns. Values are always bound.

Every condition is true or false, never NULL, wherever its columns are not NULL, so that NOT means
what it says.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, or_

from nbtrack.filters import Comparison
from nbtrack.store import like
from nbtrack.store.schema import HEAD, NAN

if TYPE_CHECKING:
    from collections.abc import Callable


def _alike(values: tuple[Any, ...]) -> tuple[Any, ...]:
    # PostgreSQL is told that all values of a list have one type: the first's, or the column's.
    return tuple(map(float, values)) if any(isinstance(one, float) for one in values) else values


_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "IN": lambda column, values: column.in_(_alike(values)),
    "NOT IN": lambda column, values: column.not_in(_alike(values)),
    "LIKE": like.matches,
    "ILIKE": like.matches_in_any_case,
}
# What holds for NaN, which differs from every number.
_TRUE_FOR_NAN = frozenset({"!=", "NOT IN"})


def plain(column: ColumnElement[Any], clause: Comparison) -> ColumnElement[bool]:
    """Compare a column that is never NULL."""
    return _COMPARE[clause.operator](column, clause.value)


def nullable(column: ColumnElement[Any], clause: Comparison) -> ColumnElement[bool]:
    """Compare a column that may be NULL: then no comparison holds."""
    if clause.operator == "IS NULL":
        return column.is_(None)
    if clause.operator == "IS NOT NULL":
        return column.is_not(None)
    return and_(column.is_not(None), plain(column, clause))


def value(columns: Any, clause: Comparison) -> ColumnElement[bool]:
    """Compare a text that has an indexed head beside it."""
    head: ColumnElement[Any] = columns.value_head
    wanted = clause.value
    if clause.operator == "=":
        assert isinstance(wanted, str)
        return _with_head(head == wanted[:HEAD], columns.value == wanted, [wanted])
    if clause.operator == "IN":
        assert isinstance(wanted, tuple)
        texts = [str(text) for text in wanted]
        heads = head.in_([text[:HEAD] for text in texts])
        return _with_head(heads, columns.value.in_(texts), texts)
    return plain(columns.value, clause)


def number(
    column: ColumnElement[Any], clause: Comparison, is_nan: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Compare a number that may be NaN."""
    given = clause.value
    assert isinstance(given, int | float | tuple)
    wanted = tuple(map(float, given)) if isinstance(given, tuple) else float(given)
    compared = plain(column, Comparison(clause.field, clause.operator, wanted))
    if clause.operator in _TRUE_FOR_NAN:
        return or_(is_nan, compared)
    return and_(~is_nan, compared)


def latest_is_nan(columns: Any) -> ColumnElement[bool]:
    """Whether a series' latest value is NaN."""
    is_nan: ColumnElement[bool] = columns.special == NAN
    return is_nan


def _with_head(
    head: ColumnElement[bool], whole: ColumnElement[bool], texts: list[str]
) -> ColumnElement[bool]:
    # A text shorter than a head is its own head, and no longer text has that head.
    return head if all(len(text) < HEAD for text in texts) else and_(head, whole)

"""Page tokens that name the last row seen instead of counting rows.

Rows that are added or deleted between two pages therefore neither repeat nor hide others, and the
thousandth page costs what the first does. A token carries a fingerprint of its query, so that it is
refused for another one. It is not secret and not trusted: its values are only ever bound.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    SmallInteger,
    String,
    and_,
    literal,
    or_,
)

from nbtrack.errors import InvalidValue
from nbtrack.store.schema import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# How far integers go, the special types before the general one.
_SIZES = ((SmallInteger, 2**15 - 1), (BigInteger, 2**63 - 1), (Integer, 2**31 - 1))
_SURROGATE = re.compile("[\ud800-\udfff]")


class Term(NamedTuple):
    """One key of an order. ``expression`` is never NULL."""

    expression: ColumnElement[Any]
    descending: bool = False

    def ordering(self) -> ColumnElement[Any]:
        """Return what ORDER BY takes."""
        return self.expression.desc() if self.descending else self.expression.asc()

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """Return the condition that a row comes after ``value`` in this key."""
        bound = literal(value)
        return self.expression < bound if self.descending else self.expression > bound


def after(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes after the one with these values.

    It is spelled with OR: comparing rows as a whole is neither portable nor able to mix directions.
    """
    choices = []
    equal: list[ColumnElement[bool]] = []
    for term, value in zip(terms, values, strict=True):
        choices.append(and_(*equal, term.beyond(value)))
        equal.append(term.expression == literal(value))
    # Implied by the rest, but an index can use it.
    first, value = terms[0], values[0]
    bound = first.expression <= value if first.descending else first.expression >= value
    return and_(bound, or_(*choices))


def fingerprint(*parts: Any) -> str:
    """Return a short hash of what a query asks for."""
    text = json.dumps(parts, default=list)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_token(query: str, values: Iterable[Any]) -> str:
    """Return the token for what comes after a row."""
    text = json.dumps([query, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_token(token: str, query: str, terms: Sequence[Term]) -> list[Any]:
    """Return the values that `write_token` was given.

    Raises
    ------
    InvalidValue
        If the token is not one, or of another query.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(token.encode("ascii")))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    whole = (
        isinstance(found, list)
        and len(found) == len(terms) + 1
        and all(_suits(value, term) for value, term in zip(found[1:], terms, strict=True))
    )
    if not whole:
        raise InvalidValue(
            "Invalid page token. Start again without one; a token comes from the page before."
        )
    if found[0] != query:
        raise InvalidValue(
            "Invalid page token: it belongs to another search. The filter, order and experiments "
            "must stay the same from page to page."
        )
    return list(found[1:])


def _suits(value: Any, term: Term) -> bool:
    """Whether a value can be compared with a term: databases refuse other types and sizes."""
    kind = term.expression.type
    if isinstance(kind, String):
        return isinstance(value, str) and _SURROGATE.search(value) is None
    # Counts leave some databases as floats, and whole numbers of a token may be ints.
    most = next((most for name, most in _SIZES if isinstance(kind, name)), LARGEST)
    if type(value) is int:
        return -(2**63) <= value < 2**63 and -most - 1 <= value <= most
    return type(value) is float and -most <= value <= most  # NaN is in no range

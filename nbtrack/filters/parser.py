"""The search language: MLflow's filters and a superset of them, by recursive descent.

.. code-block:: text

    filter  := [ all { "OR" all } ]                 nothing at all matches everything
    all     := one { ["AND"] one }                  MLflow also takes a missing, first or last AND
    one     := "NOT" one | "(" filter ")" | clause
    clause  := field operator value
             | field [ "NOT" ] "IN" "(" value { "," value } ")"
             | field "IS" [ "NOT" ] "NULL"
    field   := [ entity "." ] key | function "(" entity "." key ")"
    entity  := metrics | params | tags | datasets | attributes      and their aliases; case matters
    key     := word { "." word } | `any text` | "any text" | 'any text'
    function:= min | max | first | count            of all points of a metric
    operator:= = | != | > | >= | < | <= | LIKE | ILIKE
    value   := number | 'text' | "text"             no escape: use the other kind of quotes

    order   := field [ "ASC" | "DESC" ]

NOT binds tighter than AND, AND tighter than OR; keywords are written in any case. A clause on a
metric, param or tag matches only what has that key, ``!=`` and ``NOT IN`` included; ``NOT clause``
matches exactly what the clause does not.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue
from nbtrack.filters.complaint import complaint, nearest
from nbtrack.filters.names import Known, field_of
from nbtrack.filters.tokens import Token, tokenize
from nbtrack.filters.tree import BoolOp, Comparison, Field, Node, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.filters.fields import Fields

MAX_BYTES = 8192
MAX_CLAUSES = 100
MAX_DEPTH = 32
MAX_ORDER_KEYS = 16

_COMPARATORS = frozenset({"=", "!=", "<", "<=", ">", ">=", "==", "<>", "LIKE", "ILIKE"})
_SAME_AS = {"==": "=", "<>": "!="}
_DIRECTIONS = {"ASC": False, "DESC": True}
_INT64 = 2**63
_DIGITS_OF_INT64 = 19


@dataclass(frozen=True)
class Ordering:
    """One key of an order."""

    field: Field
    descending: bool = False

    def __str__(self) -> str:
        return f"{self.field} {'DESC' if self.descending else 'ASC'}"


def parse_filter(text: str, fields: Fields) -> Node | None:
    """Read a filter; None matches everything.

    Raises
    ------
    InvalidValue
        With the column and, for an unknown name, the nearest valid one.
    """
    _check_size(text, "filter")
    if not text.strip():
        return None
    return _Parser(text, fields).filter()


def parse_order_by(clauses: Iterable[str], fields: Fields) -> list[Ordering]:
    """Read the clauses of an order.

    Raises
    ------
    InvalidValue
        As `parse_filter`, and for a key that stands there twice.
    """
    given = list(clauses)
    if len(given) > MAX_ORDER_KEYS:  # before any is read: there may be very many
        raise InvalidValue(f"`order_by` has more than {MAX_ORDER_KEYS} keys.")
    orderings = [_order(clause, fields) for clause in given]
    if len({ordering.field for ordering in orderings}) < len(orderings):
        raise InvalidValue("`order_by` contains duplicate fields: name each key once.")
    return orderings


def parse_columns(names: Iterable[str], fields: Fields) -> list[Field]:
    """Read the names of columns: a metric (or a function of one), a param or a tag each.

    Raises
    ------
    InvalidValue
        As `parse_filter`, and for what is none of these.
    """
    return [_column(name, fields) for name in names]


def _column(name: str, fields: Fields) -> Field:
    _check_size(name, "name of a column")
    parser = _Parser(name, fields)
    start = parser.ahead
    field = parser.field(ordering=True).field if start.kind == "name" else None
    if field is None or field.entity == "attributes" or parser.ahead.kind != "end":
        raise complaint(
            name,
            start.position if field is None else parser.ahead.position,
            f"Invalid column {name!r}: a column is a metric, param or tag, such as metrics.acc, "
            "max(metrics.acc), params.lr or tags.team.",
        )
    return field


def _order(clause: str, fields: Fields) -> Ordering:
    _check_size(clause, "order_by clause")
    parser = _Parser(clause, fields)
    if parser.ahead.kind != "name":
        raise complaint(clause, 0, f"Invalid order_by clause {clause!r}: it begins with a key.")
    known = parser.field(ordering=True)
    word = parser.take()
    descending = _DIRECTIONS.get(word.text.upper(), False)
    if word.kind != "end":
        if word.text.upper() not in _DIRECTIONS:
            raise complaint(
                clause,
                word.position,
                f"Invalid order_by clause {clause!r}: after the key stands ASC, DESC or nothing."
                f"{nearest(word.text, _DIRECTIONS)}",
            )
        rest = parser.ahead
        if rest.kind != "end":
            raise complaint(
                clause, rest.position, f"Invalid order_by clause {clause!r}: one key a clause."
            )
    return Ordering(known.field, descending)


def _check_size(text: str, what: str) -> None:
    if not isinstance(text, str):
        raise InvalidValue(f"A {what} is text, not {type(text).__name__}: {text!r:.60}.")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidValue(f"The {what} is longer than {MAX_BYTES} bytes.")


class _Parser:
    def __init__(self, text: str, fields: Fields) -> None:
        self._text = text
        self._fields = fields
        self._tokens = tokenize(text)
        self._index = 0
        self._depth = 0
        self._clauses = 0

    @property
    def ahead(self) -> Token:
        return self._tokens[self._index]

    def take(self) -> Token:
        token = self._tokens[self._index]
        self._index = min(self._index + 1, len(self._tokens) - 1)
        return token

    def filter(self) -> Node:
        self._skip_ands()
        node = self._any()
        if self.ahead.kind != "end":
            raise self._unexpected("AND, OR or the end")
        return node

    def field(self, *, ordering: bool = False) -> Known:
        name = self.take()
        if self.ahead.kind != "(":
            return field_of(self._text, name, self._fields, ordering=ordering)
        self.take()
        if self.ahead.kind != "name":
            raise self._unexpected("a metric")
        inner = self.take()
        if self.ahead.kind != ")":
            raise self._unexpected("')'")
        self.take()
        return field_of(self._text, inner, self._fields, function=name, ordering=ordering)

    def _any(self) -> Node:
        parts = [self._all()]
        while self.ahead.kind == "OR":
            self.take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else BoolOp("OR", tuple(parts))

    def _all(self) -> Node:
        parts = [self._one()]
        while True:
            said = self._skip_ands()
            if self.ahead.kind in {"name", "NOT", "("}:
                parts.append(self._one())
            elif said and self.ahead.kind != "end":
                raise self._unexpected("a clause after AND")
            else:
                return parts[0] if len(parts) == 1 else BoolOp("AND", tuple(parts))

    def _skip_ands(self) -> bool:
        skipped = False
        while self.ahead.kind == "AND":
            self.take()
            skipped = True
        return skipped

    def _one(self) -> Node:
        if self.ahead.kind not in {"NOT", "("}:
            return self._clause()
        opening = self.take()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._invalid(opening, f"it is nested more than {MAX_DEPTH} deep.")
        if opening.kind == "NOT":
            node: Node = BoolOp("NOT", (self._one(),))
        else:
            node = self._any()
            if self.ahead.kind != ")":
                raise self._unexpected("')'")
            self.take()
        self._depth -= 1
        return node

    def _clause(self) -> Comparison:
        start = self.ahead
        if start.kind in {"text", "number"}:
            raise self._invalid(
                start, f"{start.text} stands on the left; the key comes first, then the value."
            )
        if start.kind != "name":
            raise self._unexpected("a key such as metrics.acc")
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise self._invalid(start, f"it has more than {MAX_CLAUSES} clauses.")
        known = self.field()
        operator = self.take()
        if operator.kind == "IS":
            return self._null_test(known, operator)
        negated = operator.kind == "NOT"
        word = self.take() if negated else operator
        if word.kind == "IN":
            name = "NOT IN" if negated else "IN"
            self._check_operator(known, name, operator)
            return Comparison(known.field, name, self._list(known))
        if word.kind not in _COMPARATORS:
            raise self._invalid(
                word, f"expected an operator after {known.written!r}, found {_shown(word)}."
            )
        self._check_operator(known, f"NOT {word.kind}" if negated else word.kind, operator)
        return Comparison(known.field, word.kind, self._value(known))

    def _null_test(self, known: Known, at: Token) -> Comparison:
        negated = self.ahead.kind == "NOT"
        if negated:
            self.take()
        if self.ahead.kind != "NULL":
            raise self._unexpected("NULL")
        self.take()
        if not known.nullable:
            raise complaint(
                self._text,
                at.position,
                "IS NULL / IS NOT NULL is only supported for tags and params, and for what else "
                f"may be missing: {known.written!r} always has a value.",
            )
        return Comparison(known.field, "IS NOT NULL" if negated else "IS NULL")

    def _check_operator(self, known: Known, operator: str, at: Token) -> None:
        if operator in known.kind.operators:
            return
        hint = ""
        if operator in _SAME_AS:
            hint = f" Write {_SAME_AS[operator]!r}."
        elif operator.startswith("NOT "):
            hint = f" Write NOT before the clause: NOT {known.written} {operator[4:]} …"
        raise complaint(
            self._text,
            at.position,
            f"Invalid comparator {operator!r} not one of {list(known.kind.operators)} for "
            f"{known.singular} {known.written!r}.{hint}",
        )

    def _list(self, known: Known) -> tuple[Value, ...]:
        if self.ahead.kind != "(":
            raise self._unexpected("'(' and a list of values")
        self.take()
        if self.ahead.kind == ")":
            kind = "string" if known.kind.name in {"text", "id"} else "number"
            raise self._invalid(self.ahead, f"expected a non-empty list of {kind} values.")
        values = [self._value(known)]
        while self.ahead.kind == ",":
            self.take()
            values.append(self._value(known))
        if self.ahead.kind != ")":
            raise self._unexpected("',' or ')'")
        self.take()
        return tuple(values)

    def _value(self, known: Known) -> Value:
        token = self.take()
        reader = {"text": _read_text, "id": _read_id, "integer": _read_integer}.get(
            known.kind.name, _read_number
        )
        value = dict(known.kind.words).get(_read_text(token) or "", reader(token))
        if value is None:
            raise complaint(
                self._text,
                token.position,
                _EXPECTED[known.kind.name].format(
                    what=known.singular, key=known.written, found=_shown(token)
                ),
            )
        return value

    def _unexpected(self, wanted: str) -> InvalidValue:
        return self._invalid(self.ahead, f"expected {wanted}, found {_shown(self.ahead)}.")

    def _invalid(self, at: Token, why: str) -> InvalidValue:
        return complaint(self._text, at.position, f"Invalid clause(s) in filter string: {why}")


# Kind of value -> what to say when it is something else.
_EXPECTED = {
    "text": "Expected a quoted string value for {what} {key!r} (e.g. 'my-value'). Found {found}.",
    "id": "Expected a quoted string value for {what} {key!r} that is a whole number (e.g. '12'). "
    "Found {found}.",
    "number": "Expected numeric value type for {what}. Found {found} for {key!r}.",
    "integer": "Expected numeric value type for {what}, a whole number. Found {found} for {key!r}.",
}


def _shown(token: Token) -> str:
    return "the end" if token.kind == "end" else token.text


def _read_text(token: Token) -> str | None:
    return token.text[1:-1] if token.kind == "text" else None


def _read_id(token: Token) -> str | None:
    text = _read_text(token)
    whole = text is not None and text.isascii() and text.isdigit() and len(text) < _DIGITS_OF_INT64
    return text if whole else None


def _read_integer(token: Token) -> int | None:
    value = _read_number(token)
    return value if isinstance(value, int) else None


def _read_number(token: Token) -> Value | None:
    if token.kind != "number":
        return None
    digits = token.text.removeprefix("-")
    if digits.isdigit() and len(digits) <= _DIGITS_OF_INT64:
        whole = int(token.text)
        if -_INT64 <= whole < _INT64:
            return whole
    # Infinity is stored as the largest number: 1e400 means that.
    return max(-sys.float_info.max, min(sys.float_info.max, float(token.text)))

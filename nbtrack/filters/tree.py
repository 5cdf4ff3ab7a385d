"""The syntax tree of a filter. Printed, it is a filter that means the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

Value = str | int | float

_PLAIN_KEY = re.compile(r"\w+(?:\.\w+)*")
_SINGLE = re.compile(r"(?:[^']|'')*")
_DOUBLE = re.compile(r'(?:[^"]|"")*')


@dataclass(frozen=True)
class Field:
    """What a clause compares: an entity's key, or what a function makes of a metric's points.

    Attributes
    ----------
    entity : str
        Canonical name: ``metrics``, ``params``, ``tags``, ``attributes``, ``datasets``.
    key : str
        Canonical name of an attribute; any name for metrics, params and tags.
    function : str or None
        ``min``, ``max``, ``first`` or ``count`` of a metric.
    """

    entity: str
    key: str
    function: str | None = None

    def __str__(self) -> str:
        if self.entity == "attributes":
            return self.key
        text = f"{self.entity}.{quoted_key(self.key)}"
        return text if self.function is None else f"{self.function}({text})"


@dataclass(frozen=True)
class Comparison:
    """One clause. ``operator`` is upper case; ``value`` is a tuple for IN, None for IS NULL."""

    field: Field
    operator: str
    value: Value | tuple[Value, ...] | None = None

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.field} {self.operator}"
        if isinstance(self.value, tuple):
            inside = ", ".join(quoted_value(value) for value in self.value)
            return f"{self.field} {self.operator} ({inside})"
        return f"{self.field} {self.operator} {quoted_value(self.value)}"


@dataclass(frozen=True)
class BoolOp:
    """Clauses joined by AND or OR (two or more), or negated by NOT (one)."""

    operator: str
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        inside = [f"({part})" if isinstance(part, BoolOp) else str(part) for part in self.parts]
        if self.operator == "NOT":
            return f"NOT {inside[0]}"
        return f" {self.operator} ".join(inside)


Node = Comparison | BoolOp


def quoted_key(key: str) -> str:
    """Return a key as a filter must spell it.

    Raises
    ------
    ValueError
        If the key holds all three kinds of quotes, which no filter can name.
    """
    if _PLAIN_KEY.fullmatch(key):
        return key
    for quote in "`\"'":
        if key and quote not in key:
            return f"{quote}{key}{quote}"
    raise ValueError(f"No filter can name the key {key!r}.")


def quoted_value(value: Value) -> str:
    """Return a number or text as a filter must spell it.

    Raises
    ------
    ValueError
        If the text holds both kinds of quotes: the grammar has no escape.
    """
    if not isinstance(value, str):
        return repr(value)
    if _SINGLE.fullmatch(value):
        return f"'{value}'"
    if _DOUBLE.fullmatch(value):
        return f'"{value}"'
    raise ValueError(f"No filter can hold the text {value!r}: it has both kinds of quotes.")

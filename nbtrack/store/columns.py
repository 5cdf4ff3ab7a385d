"""Columns: many values of one kind side by side, without a Python object for each.

What a store gives for tables and curves, and what a frame (`nbtrack.rest.frame`) carries.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Kind -> type code of `array`; hex16 has 16 bytes a row.
CODES = {"f64": "d", "u32": "I", "text": "I", "u8": "B", "hex16": "B"}
HEX_BYTES = 16


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one kind.

    Attributes
    ----------
    name : str
        Of the column.
    kind : str
        ``f64``, ``u32``, ``u8``, ``hex16`` (an id of 32 hexadecimal digits) or ``text`` (a place in
        ``texts``).
    data : array
        The values.
    rows : array or None
        The row of each value; None if every row has one, in order.
    texts : list of str
        Each text once.
    """

    name: str
    kind: str
    data: array[float] | array[int]
    rows: array[int] | None = None
    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.data) // (HEX_BYTES if self.kind == "hex16" else 1)


def numbers(
    name: str, kind: str, values: Iterable[float], rows: Iterable[int] | None = None
) -> Column:
    """Make a column of numbers."""
    code = CODES[kind]
    return Column(name, kind, array(code, values), None if rows is None else array("I", rows))


def texts(name: str, values: Iterable[str], rows: Iterable[int] | None = None) -> Column:
    """Make a column of texts, each kept once."""
    places: dict[str, int] = {}
    data = array("I", [places.setdefault(value, len(places)) for value in values])
    return Column(name, "text", data, None if rows is None else array("I", rows), list(places))


def ids(name: str, values: Sequence[str]) -> Column:
    """Make a column of ids of 32 hexadecimal digits."""
    return Column(name, "hex16", array("B", bytes.fromhex("".join(values))))

"""Errors that point at the place in a filter."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTH = 72
_BEFORE = 48


def complaint(text: str, position: int, message: str) -> InvalidValue:
    """Make an error that shows the text with a caret below a position.

    Parameters
    ----------
    text : str
        The whole filter or order_by clause.
    position : int
        Index of the character that is wrong; ``len(text)`` is the end.
    message : str
        One or two sentences.
    """
    # Line breaks and tabs become one blank each, so that the caret stands where it should.
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    start = max(0, position - _BEFORE) if len(line) > _WIDTH else 0
    shown = line[start : start + _WIDTH]
    left = "…" if start else ""
    right = "…" if start + _WIDTH < len(line) else ""
    caret = " " * (position - start + len(left)) + "^"
    return InvalidValue(f"{message} (column {position + 1})\n  {left}{shown}{right}\n  {caret}")


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a question with the nearest valid name, or nothing if none is near."""
    by_lower = {one.lower(): one for one in valid}
    near = difflib.get_close_matches(name.lower(), by_lower, 1)
    return f" Did you mean {by_lower[near[0]]!r}?" if near else ""

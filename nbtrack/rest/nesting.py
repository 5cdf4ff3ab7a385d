"""How deep a JSON text is nested, found without recursion and before anything is built."""

from __future__ import annotations

import re

_ALIKE = bytes.maketrans(b"{}", b"[]")
_OTHERS = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_TEXTS = re.compile(rb'"[^"]*"')


def is_nested_deeper(text: bytes, levels: int) -> bool:
    """Whether lists and objects of a JSON text lie in each other more than so many levels deep.

    Examples
    --------
    >>> is_nested_deeper(b'{"a": ["[[", {}]}', 3), is_nested_deeper(b'{"a": ["[[", {}]}', 2)
    (False, True)
    """
    if text.count(b"[") + text.count(b"{") <= levels:
        return False
    if b"\\" in text:  # what is escaped in a text ends none
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = _TEXTS.sub(b"", text.translate(_ALIKE, _OTHERS))
    if b"[" * (levels + 1) in marks:
        return True
    for _ in range(levels):  # take away the innermost level
        inner, marks = marks, marks.replace(b"[]", b"")
        if len(inner) == len(marks):
            return False  # all is gone, or it is not JSON: who reads it says so
    return bool(marks)

"""Tables of words."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Give the words of a text: tables of names stay short to read."""
    return frozenset(text.split())

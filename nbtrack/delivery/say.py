"""Sentences about delivery, on standard error.

Neither `warnings`, which a program may have turned into errors, nor an exception: what happens to
records behind the scenes must never stop the cell that logged them.
"""

from __future__ import annotations

import sys
from contextlib import suppress


def say(sentence: str) -> None:
    """Print a sentence for the person at the keyboard."""
    # Standard error may be closed or full (a daemon, an interpreter that is ending).
    with suppress(Exception):
        print(f"nbtrack: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 (the one place)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 record, 2 records."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

"""Sentences for the person at the keyboard, on standard error.

Not `warnings`: a program that turns warnings into errors must not die of a remark about its
tracking, and Python shows a warning once per line of code, where the remark about each run counts.
"""

from __future__ import annotations

import sys
from contextlib import suppress

_said: set[str] = set()


def say(sentence: str, *, once: str | None = None) -> None:
    """Print a sentence; with ``once``, only the first time this key is used in the process."""
    if once is not None:
        if once in _said:
            return
        _said.add(once)
    # A closed standard error (a daemon, an interpreter that is ending) is no reason to fail.
    with suppress(Exception):
        print(f"nbtrack: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - it speaks

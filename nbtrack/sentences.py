"""Sentences for the person at the keyboard.

Not `warnings`: a program that turns warnings into errors must not die of a remark about its
tracking, and Python shows a warning once per line of code, where the remark about each run counts.
Not exceptions: what happens to records behind the scenes must never stop the cell that logged them.

They go to standard error, or to the speaker that a notebook sets.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_said: set[str] = set()
_speakers: list[Callable[[str], bool]] = []


def say(sentence: str, *, once: str | None = None) -> None:
    """Tell a sentence; with ``once``, only the first time this key is used in the process."""
    if once is not None:
        if once in _said:
            return
        _said.add(once)
    for speaker in _speakers:
        with suppress(Exception):  # then it is told as if there were no speaker
            if speaker(sentence):
                return
    # A closed standard error (a daemon, an interpreter that is ending) is no reason to fail.
    with suppress(Exception):
        print(f"nbtrack: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - it speaks


def add_speaker(speaker: Callable[[str], bool]) -> None:
    """Have sentences told by a function; what it returns False for goes to standard error."""
    _speakers.append(speaker)


def remove_speaker(speaker: Callable[[str], bool]) -> None:
    """Take back `add_speaker`."""
    with suppress(ValueError):
        _speakers.remove(speaker)


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """Write an amount with its noun.

    >>> count(1, "run"), count(3, "run"), count(2, "entry", "entries"), count(12_000, "run")
    ('1 run', '3 runs', '2 entries', '12,000 runs')
    """
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"

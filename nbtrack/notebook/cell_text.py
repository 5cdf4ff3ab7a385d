"""Where ``%%track`` stands in a cell's text, and the text without it.

The line counts in the stack of ``%%`` lines that begins a cell, blank and comment lines between
them allowed. Pure functions: IPython transforms a cell's text more than once, and also text that it
never runs.

- Nothing above but blank lines and comments, code below: the line becomes an empty one, so that
  tracebacks keep the editor's line numbers.
- Another ``%%`` line below: what stands above it goes too, for IPython knows a cell magic only on
the
  first line.
- Another ``%%`` line above: the line is taken out of that magic's text, whose content (``%%html``)
  must be what it would be without us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TRACK = re.compile(r"\s*%%track(?:\s(.*))?$", re.DOTALL)
# Below these a line is the content of a file, not a command.
_CONTENT_MAGICS = frozenset({"writefile", "file"})


@dataclass(frozen=True)
class TrackLines:
    """The ``%%track`` lines of a cell (two are a mistake of the user) and its text without them."""

    lines: tuple[str, ...]
    text: tuple[str, ...]


def find(lines: list[str]) -> TrackLines | None:
    r"""Return the ``%%track`` lines of a cell's leading stack, or None if there are none.

    Parameters
    ----------
    lines : list of str
        The cell's text with its line ends.

    Examples
    --------
    >>> find(["# a tree\n", "%%track tree\n", "x = 1\n"])
    TrackLines(lines=('tree',), text=('# a tree\n', '\n', 'x = 1\n'))
    """
    stack = _stack(lines)
    tracks = {index: match for index in stack if (match := _TRACK.match(lines[index]))}
    if not tracks:
        return None
    others = [index for index in stack if index not in tracks]
    text: list[str] = []
    for index, line in enumerate(lines):
        if others and index < others[0]:
            continue
        if index not in tracks:
            text.append(line)
        elif not others:
            text.append("\n")
    return TrackLines(tuple((m[1] or "").strip() for m in tracks.values()), tuple(text))


def _stack(lines: list[str]) -> list[int]:
    """Return the indices of the ``%%`` lines that begin a cell."""
    stack = []
    for index, line in enumerate(lines):
        word = line.strip()
        if word.startswith("%%"):
            stack.append(index)
            name = word[2:].split(maxsplit=1)
            if name and name[0] in _CONTENT_MAGICS:
                break
        elif word and not word.startswith("#"):
            break
    return stack

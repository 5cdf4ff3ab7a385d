"""Which colour a run has in charts: the same as in the widget (``ui/src/chart/colours.js``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# On a light ground. Each has a contrast of at least 3:1 there, and any two differ for people with
# protanopia and deuteranopia too.
PALETTE = (
    "#0d5edc",
    "#f45c08",
    "#05785c",
    "#c8170e",
    "#642ba2",
    "#2295dc",
    "#c868a8",
    "#829561",
    "#4f2504",
    "#234a52",
)
# Lines of a colour that is used again, as matplotlib takes them.
DASHES: tuple[object, ...] = ("-", (0, (6, 3)), (0, (2, 2)), (0, (8, 2, 2, 2)))


def looks(run_ids: Iterable[str]) -> dict[str, tuple[str, object]]:
    """Return colour and dash of each run: where its id says, unless another has them already."""
    used: set[int] = set()
    found: dict[str, tuple[str, object]] = {}
    for run_id in run_ids:
        if run_id not in found:
            place = _free(_hash(run_id), used)
            used.add(place)
            colour, dash = place % len(PALETTE), place // len(PALETTE) % len(DASHES)
            found[run_id] = PALETTE[colour], DASHES[dash]
    return found


def _free(wanted: int, used: set[int]) -> int:
    # Another colour before another dash: colours are told apart faster.
    colours = len(PALETTE)
    most = colours * len(DASHES)
    for i in range(most):
        place = (wanted + i) % colours + colours * (i // colours)
        if place not in used:
            return place
    return wanted % most


def _hash(text: str) -> int:
    """Return the text's FNV-1a hash of 32 bits."""
    value = 0x811C9DC5
    for character in text:
        value = (value ^ ord(character)) * 0x01000193 & 0xFFFFFFFF
    return value

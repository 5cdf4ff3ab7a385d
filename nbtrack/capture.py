"""What was captured of the last tracked cell, and why: ``nbtrack.capture.explain()``."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nbtrack.notebook.capture.captured import Captured

__all__ = ["Explanation", "Row", "explain", "remember"]

_last: Captured | None = None
_MAX_VALUE = 60


class Row(NamedTuple):
    """One name: what became of it, its value as text, and why."""

    name: str
    kind: str
    value: str
    reason: str


class Explanation:
    """What the capture rule did with each name of a cell; shows itself as a table."""

    def __init__(self, captured: Captured | None) -> None:
        self.rows = [] if captured is None else _rows(captured)
        self._tracked = captured is not None

    def __repr__(self) -> str:
        if not self.rows:
            return self._nothing()
        widths = [max(len(row[i]) for row in self.rows) for i in range(3)]
        return "\n".join(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
            )
            for row in self.rows
        )

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{escape(self._nothing())}</p>"
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{escape(c)}</td>" for c in row) + "</tr>"
            for row in self.rows
        )
        head = "".join(f"<th style='text-align:left'>{field}</th>" for field in Row._fields)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _nothing(self) -> str:
        if self._tracked:
            return "The last tracked cell assigned and read nothing that could be captured."
        return "No cell was tracked yet: put %%track on the first line of a cell and run it."


def explain() -> Explanation:
    """Say for each name of the last tracked cell whether it was captured, and why."""
    return Explanation(_last)


def remember(captured: Captured | None) -> None:
    """Keep what the last tracked cell gave; called at its end."""
    global _last  # noqa: PLW0603 one kernel has one last tracked cell
    _last = captured


def _rows(captured: Captured) -> list[Row]:
    rows = [_param(captured, key) for key in captured.params]
    rows += [
        Row(key, "metric", f"{value:g}", captured.reasons.get(key, ""))
        for key, value in captured.metrics.items()
    ]
    rows += [Row(name, "left out", "", reason) for name, reason in captured.left_out]
    return rows + [Row(name, "not taken", "", reason) for name, reason in captured.passed_over]


def _param(captured: Captured, key: str) -> Row:
    text = str(captured.params[key]).replace("\n", "⏎")
    value = text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}…"
    cell = captured.read_from.get(key)
    reason = captured.reasons.get(key, "")
    return Row(key, "param", value, f"{reason} ({cell})" if cell else reason)

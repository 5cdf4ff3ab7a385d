"""Tables that read well wherever a notebook is opened: HTML, markdown and text of one set of cells.

The HTML is one ``<table>`` with inline styles and nothing else: no script, no style sheet, no
address. Its colours are those of the page (lines and muted text are translucent), so it reads on
light and dark pages; without the styles, as on pages that strip them, it is still a table. Every
text is escaped. The two classes keep MathJax (2 and later ones) from typesetting a ``$`` in a
value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.formatting.text import (
    LONGEST,
    in_html,
    in_markdown,
    one_line,
    padded,
    shortened,
    title,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NO_MATH = 'class="tex2jax_ignore mathjax_ignore"'
_LINE = "1px solid rgba(128,128,128,.35)"
# Digits of one width make the decimal points of a column stand below each other.
_TABLE_STYLE = (
    "color:inherit;border-collapse:collapse;margin:.3em 0;table-layout:auto;"
    "font-variant-numeric:tabular-nums"
)
_CELL_STYLE = "padding:.25em .7em;white-space:nowrap"
_GROUP_STYLE = (
    f"padding:.1em .7em;text-align:center;font-weight:normal;opacity:.7;border-bottom:{_LINE}"
)
_NOTE_STYLE = "margin:.2em 0;opacity:.75;font-size:90%"
_COLUMN_GAP = "  "


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table.

    Parameters
    ----------
    text : str
        The value as it is shown; it is put on one line and shortened where it is too long.
    title : str
        What a pointer over the cell shows; default: the whole text, if it had to be shortened.
    best : bool
        Whether this is the best value of its column (bold; ``*`` in plain text).
    """

    text: str
    title: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its alignment, and the group whose heading stands above it."""

    name: str
    group: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, and sentences that stand below them.

    ``longest`` is how many characters of a value are shown.

    Raises
    ------
    ValueError
        If a row does not have one cell a column.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    heading: str = ""
    notes: Sequence[str] = field(default=())
    longest: int = LONGEST

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells for {len(self.columns)} columns")

    def mimebundle(self) -> dict[str, str]:
        """Return the table in every form, as IPython's display takes it."""
        return {
            "text/html": self.html(),
            "text/markdown": self.markdown(),
            "text/plain": self.text(),
        }

    def html(self) -> str:
        """Return the table as HTML that needs nothing around it."""
        parts = [f"<div {_NO_MATH}>"]
        if self.heading:
            parts.append(f'<p style="{_NOTE_STYLE}">{in_html(one_line(self.heading))}</p>')
        if self.rows:
            parts += [f'<table style="{_TABLE_STYLE}">', *self._html_head(), "<tbody>"]
            parts += [self._html_row(row) for row in self.rows]
            parts.append("</tbody></table>")
        parts += [f'<p style="{_NOTE_STYLE}">{in_html(one_line(note))}</p>' for note in self.notes]
        parts.append("</div>")
        return "\n".join(parts)

    def markdown(self) -> str:
        """Return the table as GitHub's markdown."""
        lines = [in_markdown(one_line(self.heading)), ""] if self.heading else []
        if self.rows:
            names = [in_markdown(shortened(name)) for name in self._names()]
            lines.append(f"| {' | '.join(names)} |")
            marks = ["---:" if column.right else ":---" for column in self.columns]
            lines.append(f"| {' | '.join(marks)} |")
            lines += [
                f"| {' | '.join(self._markdown_cell(cell) for cell in row)} |" for row in self.rows
            ]
        for note in self.notes:
            lines += ["", in_markdown(one_line(note))]
        return "\n".join(lines).strip()

    def _markdown_cell(self, cell: Cell) -> str:
        text = in_markdown(shortened(cell.text, self.longest))
        return f"**{text}**" if cell.best and text else text

    def text(self) -> str:
        """Return the table in aligned columns, for terminals."""
        lines = [one_line(self.heading)] if self.heading else []
        if self.rows:
            lines += self._text_rows()
            if any(cell.best for row in self.rows for cell in row):
                lines.append("* best of its column")
        return "\n".join([*lines, *(one_line(note) for note in self.notes)])

    def _names(self) -> list[str]:
        # A group's name is needed beside a column's only where two groups hold the same name.
        names = [column.name for column in self.columns]
        return [
            f"{column.group}.{column.name}"
            if column.group and names.count(column.name) > 1
            else column.name
            for column in self.columns
        ]

    def _html_head(self) -> Iterable[str]:
        yield "<thead>"
        if any(column.group for column in self.columns):
            yield f"<tr>{''.join(self._html_groups())}</tr>"
        cells = [
            f"<th{_aligned(column)}{_title(column.name)}>{in_html(shortened(column.name))}</th>"
            for column in self.columns
        ]
        yield f'<tr style="border-bottom:{_LINE}">{"".join(cells)}</tr></thead>'

    def _html_groups(self) -> Iterable[str]:
        start = 0
        while start < len(self.columns):
            group = self.columns[start].group
            end = start
            while end < len(self.columns) and self.columns[end].group == group:
                end += 1
            style = _GROUP_STYLE if group else "border:none"
            yield f'<th colspan="{end - start}" style="{style}">{in_html(group)}</th>'
            start = end

    def _html_row(self, row: Sequence[Cell]) -> str:
        cells = []
        for column, cell in zip(self.columns, row, strict=True):
            text = in_html(shortened(cell.text, self.longest))
            shown = f"<b>{text}</b>" if cell.best else text
            tip = _title(cell.text, cell.title, self.longest)
            direction = "" if text.isascii() else ' dir="auto"'
            cells.append(f"<td{_aligned(column)}{direction}{tip}>{shown}</td>")
        return f"<tr>{''.join(cells)}</tr>"

    def _text_rows(self) -> list[str]:
        names = [shortened(name) for name in self._names()]
        marked = [any(row[i].best for row in self.rows) for i in range(len(names))]
        texts = [
            [
                shortened(cell.text, self.longest)
                + ((" *" if cell.best else "  ") if marked[i] else "")
                for i, cell in enumerate(row)
            ]
            for row in self.rows
        ]
        head = [name + ("  " if marked[i] else "") for i, name in enumerate(names)]
        widths = [max(width(row[i]) for row in [head, *texts]) for i in range(len(head))]
        rule = ["─" * columns for columns in widths]
        return [
            _COLUMN_GAP.join(
                padded(text, columns, right=column.right)
                for text, columns, column in zip(row, widths, self.columns, strict=True)
            ).rstrip()
            for row in [head, rule, *texts]
        ]


def _aligned(column: Column) -> str:
    # JupyterLab's style sheet puts cells on the right, which only a style undoes; elsewhere they
    # are on the left, and the attribute also works where styles are stripped.
    if column.right:
        return f' align="right" style="{_CELL_STYLE}"'
    return f' style="{_CELL_STYLE};text-align:left"'


def _title(text: str, given: str = "", longest: int = LONGEST) -> str:
    tip = given or (text if shortened(text, longest) != text else "")
    return f' title="{in_html(title(tip))}"' if tip else ""

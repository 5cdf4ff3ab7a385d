"""Text of any origin made safe and short for a table: HTML, markdown, terminal.

A run's name or a param can hold anything. Line ends become ``⏎``, control characters and the marks
that reverse the direction of writing are spelled out, so that no value changes how its neighbours
are shown.
"""

from __future__ import annotations

import html
import re
import unicodedata

LONGEST = 40
LONGEST_TITLE = 2000

# C0 and C1 controls, the bidirectional marks and isolates, line and paragraph separators.
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&])")


def one_line(value: str) -> str:
    r"""Return the value on one line, with every invisible character spelled out.

    >>> one_line("two\nlines and \x1b[31mred"), one_line("tab\there")
    ('two⏎lines and \\x1b[31mred', 'tab here')
    """
    line = _LINE_END.sub("⏎", value).replace("\t", " ")
    return _INVISIBLE.sub(lambda found: _spelled(found.group()), line)


def shortened(value: str, longest: int = LONGEST) -> str:
    """Return the value on one line, cut to a width; what was cut shows as ``…``.

    The end is kept too, because paths and versions differ there.

    >>> shortened("a" * 30 + "-version-2", 20)
    'aaaaaaaaaaaa…rsion-2'
    """
    # A long value is cut before its characters are looked at: only the ends can be seen.
    if len(value) > 4 * longest:
        value = value[: 2 * longest] + value[-2 * longest :]
    line = one_line(value)
    if len(line) <= longest:
        return line
    tail = longest // 3 + 1
    return line[: longest - tail - 1] + "…" + line[-tail:]


def title(value: str) -> str:
    """Return the whole value as a tooltip holds it, cut where a page would become too heavy."""
    if len(value) <= LONGEST_TITLE:
        return _without_invisible(value)
    return f"{_without_invisible(value[:LONGEST_TITLE])}… ({len(value):,} characters)"


def in_html(value: str) -> str:
    """Escape text for HTML, also inside of a quoted attribute."""
    return html.escape(value, quote=True)


def in_markdown(value: str) -> str:
    r"""Escape text for a cell of a markdown table.

    >>> print(in_markdown("a|b *c* <d> $e$"))
    a\|b \*c\* &lt;d&gt; \$e\$
    """
    escaped = _MARKDOWN.sub(r"\\\1", value)
    return escaped.replace(r"\<", "&lt;").replace(r"\>", "&gt;").replace(r"\&", "&amp;")


def width(value: str) -> int:
    """Return how many columns of a terminal the text takes.

    >>> width("loss"), width("漢字"), width("🚀"), width("e\u0301")
    (4, 4, 2, 1)
    """
    if value.isascii():
        return len(value)
    return sum(_character_width(character) for character in value)


def padded(value: str, columns: int, *, right: bool = False) -> str:
    """Fill up with spaces to a width in terminal columns, on the left if ``right`` aligned."""
    space = " " * max(0, columns - width(value))
    return space + value if right else value + space


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _without_invisible(value: str) -> str:
    return "\n".join(
        _INVISIBLE.sub(lambda found: _spelled(found.group()), line) for line in value.splitlines()
    )


def _spelled(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")

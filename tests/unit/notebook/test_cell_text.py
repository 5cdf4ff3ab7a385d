"""Where ``%%track`` counts, and what the cell is without it."""

import pytest

from nbtrack.notebook.cell_text import find


@pytest.mark.parametrize(
    ("cell", "lines", "text"),
    [
        ("%%track\nx = 1\n", [""], "\nx = 1\n"),
        ("%%track tree -q\nx = 1\n", ["tree -q"], "\nx = 1\n"),
        ("\n# note\n%%track\nx\n", [""], "\n# note\n\nx\n"),
        ("%%track\n%%time\nx\n", [""], "%%time\nx\n"),
        ("# note\n\n%%track\n%%time\nx\n", [""], "%%time\nx\n"),
        ("%%time\n%%track\nx\n", [""], "%%time\nx\n"),
        ("%%html\n%%track\n<b>\n", [""], "%%html\n<b>\n"),
        ("%%track a\n%%track b\nx\n", ["a", "b"], "\n\nx\n"),
        ("  %%track\n  x\n", [""], "\n  x\n"),
    ],
)
def test_a_leading_line_is_found_and_taken_out(cell, lines, text):
    found = find(cell.splitlines(keepends=True))
    assert list(found.lines) == lines
    assert "".join(found.text) == text


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "x = 1\n%%track\n",
        "%%tracker\nx\n",
        "%%track?\n",
        "%track\n",
        "s = '''\n%%track\n'''\n",
        "%%writefile cell.ipy\n%%track\nx = 1\n",
    ],
)
def test_any_other_text_is_left_alone(cell):
    assert find(cell.splitlines(keepends=True)) is None

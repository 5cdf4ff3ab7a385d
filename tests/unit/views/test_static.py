"""Tables: every text is shown as text, on every page."""

from html.parser import HTMLParser

import pytest

from nbtrack.views.static import Cell, Column, Table

NASTY = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)',
    "entity": "&lt;b&gt; &amp;",
    "emoji": "🚀 漢字",
    "right to left": "שלום \u202egnp.exe",
    "lines": "a\nb\r\nc\u2028d",
    "terminal": "\x1b[31mred\x07\x00",
    "math": r"$\alpha$ and \(x\)",
    "markdown": "| a | **b** | `c` | [d](javascript:alert(1)) |",
    "surrogate": "\ud83d",
    "long": "x" * 10_000,
}


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.texts = set(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.texts.append(data)


def table(text):
    return Table(
        [Column(text), Column("b", "g", right=True)], [[Cell(text), Cell("1")]], text, [text]
    )


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_value_never_becomes_markup(text):
    page = Page(table(text).html())
    assert page.tags <= {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "b"}
    assert page.attributes <= {"style", "class", "title", "colspan", "dir", "align"}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_value_never_breaks_the_rows(text):
    shown = table(text)
    assert shown.html().count("<tr") == 3
    rows = [line for line in shown.markdown().splitlines() if line.startswith("|")]
    assert [row.replace(r"\|", "").count("|") for row in rows] == [3, 3, 3]
    assert len(shown.text().splitlines()) == 5
    assert shown.text().isprintable() or "\n" in shown.text()
    assert "\x1b" not in shown.text() + shown.html() + shown.markdown()


def test_markup_is_shown_as_it_was_written():
    page = Page(table("<b>bold</b>").html())
    assert "<b>bold</b>" in page.texts


def test_a_long_value_is_cut_and_kept_in_the_title():
    html = Table([Column("a")], [[Cell("path/" + "x" * 100 + "/end.csv")]]).html()
    assert "…" in html
    assert f'title="path/{"x" * 100}/end.csv"' in html


def test_a_very_long_value_does_not_make_the_page_heavy():
    html = Table([Column("a")], [[Cell("y" * 1_000_000)]]).html()
    assert len(html) < 4000
    assert "(1,000,000 characters)" in html


def test_no_script_and_no_address_is_in_a_table():
    html = table("plain").html()
    assert "<script" not in html
    assert "http" not in html
    assert "url(" not in html


def test_math_delimiters_are_left_alone_by_mathjax():
    assert 'class="tex2jax_ignore mathjax_ignore"' in table("$x$").html()


def test_numbers_stand_on_the_right_in_every_form():
    shown = Table([Column("n", right=True)], [[Cell("1")], [Cell("100")]])
    assert shown.html().count('align="right"') == 3
    assert "---:" in shown.markdown()
    assert shown.text().splitlines()[-2:] == ["  1", "100"]


def test_the_best_value_is_marked_in_every_form():
    shown = Table([Column("acc", right=True)], [[Cell("0.9", best=True)], [Cell("0.8")]])
    assert "<b>0.9</b>" in shown.html()
    assert "**0.9**" in shown.markdown()
    assert "0.9 *" in shown.text()
    assert "* best of its column" in shown.text()


def test_wide_characters_keep_the_columns_of_a_terminal_straight():
    lines = Table([Column("a"), Column("b")], [[Cell("漢字"), Cell("x")], [Cell("ab"), Cell("y")]])
    assert lines.text().splitlines()[2:] == ["漢字  x", "ab    y"]


def test_a_group_is_named_where_two_columns_have_the_same_name():
    shown = Table([Column("lr", "params"), Column("lr", "metrics")], [[Cell("1"), Cell("2")]])
    assert "params.lr  metrics.lr" in shown.text()
    assert 'colspan="1"' in shown.html()


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table([Column("a")], [[Cell("1"), Cell("2")]])

"""The line under a cell in its three forms."""

import pytest

from nbtrack.entities import RunStatus
from nbtrack.notebook.summary import Note, Score, Setting, Summary, notes_bundle


def line(**changes):
    given = {"name": "tree", "status": RunStatus.FINISHED, "seconds": 12.3, **changes}
    return Summary(**given)


def test_the_line_compares_with_the_last_attempt_and_the_best_run():
    summary = line(
        settings=[Setting("lr", "0.1"), Setting("depth", "6")],
        scores=[Score("acc", 0.912, False, 0.908, 0.922, "calm-otter")],
    )
    assert summary.text() == (
        "tree ✓ 12.3 s · lr=0.1 depth=6 → acc=0.912 ▲0.004 vs last ▼0.01 vs best (calm-otter)"
    )


@pytest.mark.parametrize(
    ("lower", "value", "colour"),
    [
        (False, 0.9, "#1f883d"),
        (False, 0.7, "#da3633"),
        (True, 0.9, "#da3633"),
        (True, 0.7, "#1f883d"),
    ],
)
def test_the_colour_says_better_or_worse_by_the_direction(lower, value, colour):
    html = line(status=RunStatus.KILLED, scores=[Score("m", value, lower, 0.8)]).html()
    arrow = "▲" if value > 0.8 else "▼"
    assert f'style="color:{colour};font-weight:600"' in html.split(arrow)[0].rsplit("<span", 1)[1]


def test_equal_and_incomparable_values_say_so_or_nothing():
    nan = float("nan")
    scores = [Score("a", 1.0, False, 1.0), Score("b", nan, False, 1.0), Score("c", 1.0, True, None)]
    assert line(scores=scores).text() == "tree ✓ 12.3 s → a=1 = last · b=NaN · c=1"


def test_every_text_is_escaped_in_html():
    evil = "<script>alert(1)</script>\"'&"
    html = line(
        name=evil,
        settings=[Setting(evil, evil, evil)],
        scores=[Score(evil, 1.0, False, 0.5, 0.5, evil)],
        error=evil,
        run_id=evil,
        notes=[Note(evil, evil)],
    ).html()
    assert "<script" not in html
    assert html.count("<div") == html.count("</div>")


def test_a_long_cell_stays_one_short_line():
    summary = line(
        settings=[Setting(f"p{i}", "x" * 500) for i in range(40)],
        scores=[Score(f"m{i}", i / 7, False) for i in range(30)],
        error="E" * 5000,
    )
    assert "+34 more" in summary.text()
    assert "+26 more" in summary.text()
    assert len(summary.text()) < 800


def test_line_ends_and_control_characters_cannot_break_the_line():
    text = line(name="a\nb", settings=[Setting("k", "\x1b[31mred\nblue")]).text()
    assert "\n" not in text
    assert "\x1b" not in text


def test_notes_stand_alone_too():
    bundle = notes_bundle([Note("store", "sqlite:///<x>")])
    assert bundle["text/plain"] == "store: sqlite:///<x>"
    assert "&lt;x&gt;" in bundle["text/html"]

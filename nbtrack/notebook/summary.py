"""What stands under a tracked cell: one line of result, and small lines about how it came about.

``tree ✓ 12.3 s · lr=0.1 depth=6 → acc=0.912 ▲0.004 vs last ▼0.010 vs best (calm-otter)``

The line is built of pieces, each with its role, and written three times: as text, markdown and
HTML with inline styles only, so that a saved notebook reads well without kernel, style sheet or
script. An arrow says where a number moved; the colour says whether that is better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.entities import RunStatus
from nbtrack.formatting import numbers
from nbtrack.formatting.text import in_html, in_markdown, one_line, shortened, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_PARAMS = 6
MOST_SCORES = 4

_SIGNS = {RunStatus.FINISHED: ("✓", "good"), RunStatus.FAILED: ("✗", "bad")}
_KILLED = ("■", "bad")

# Middle tones, which have enough contrast on white and on the dark themes' near black.
_STYLES = {
    "name": "font-weight:600",
    "good": "color:#1f883d;font-weight:600",
    "bad": "color:#da3633;font-weight:600",
    "muted": "opacity:.7",
    "value": "font-weight:600;font-variant-numeric:tabular-nums",
}
_BOX = (
    "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:13px;line-height:1.6;"
    "border-left:3px solid {colour};padding:.1em 0 .1em .8em;margin:.4em 0;overflow-wrap:anywhere"
)
_COLOURS = {RunStatus.FINISHED: "#1f883d", RunStatus.FAILED: "#da3633"}
_KILLED_COLOUR = "#bf8700"
_NO_MATH = 'class="tex2jax_ignore mathjax_ignore"'


@dataclass(frozen=True, slots=True)
class Score:
    """A metric with what it is compared to; None where there is nothing to compare with."""

    key: str
    value: float
    lower_is_better: bool
    last: float | None = None
    best: float | None = None
    best_name: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A param; ``origin`` says which cell its value was read from, empty for this one."""

    key: str
    value: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A small line below the result: a label and what there is to say."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that is shown under a tracked cell."""

    name: str
    status: RunStatus
    seconds: float
    settings: Sequence[Setting] = ()
    scores: Sequence[Score] = ()
    error: str = ""
    run_id: str = ""
    notes: Sequence[Note] = field(default=())

    def mimebundle(self) -> dict[str, str]:
        """Return the summary in every form, as IPython's display takes it."""
        return {
            "text/plain": self.text(),
            "text/markdown": self.markdown(),
            "text/html": self.html(),
        }

    def text(self) -> str:
        """Return plain lines, for terminals and front ends without HTML."""
        lines = ["".join(piece.text for piece in self._pieces())]
        lines += [f"  {_note_text(note)}" for note in self.notes]
        return "\n".join(lines)

    def markdown(self) -> str:
        """Return GitHub's markdown, for exporters."""
        lines = ["".join(piece.markdown() for piece in self._pieces())]
        lines += [in_markdown(_note_text(note)) for note in self.notes]
        return "  \n".join(lines)

    def html(self) -> str:
        """Return one block of HTML that needs nothing around it."""
        colour = _COLOURS.get(self.status, _KILLED_COLOUR)
        tip = f' title="run {in_html(self.run_id)}"' if self.run_id else ""
        parts = [f'<div {_NO_MATH} style="{_BOX.format(colour=colour)}">']
        parts.append(f"<div{tip}>{''.join(piece.html() for piece in self._pieces())}</div>")
        parts += [_note_html(note) for note in self.notes]
        return "".join([*parts, "</div>"])

    def _pieces(self) -> Iterator[_Piece]:
        sign, role = _SIGNS.get(self.status, _KILLED)
        yield _Piece(shortened(self.name), "name", self.name)
        yield _Piece(f" {sign}", role, self.status.value)
        yield _Piece(f" {numbers.duration(self.seconds)}")
        if self.error:
            yield _Piece(" · ", "muted")
            yield _Piece(shortened(self.error, 160), "bad", self.error)
        if self.settings:
            yield _Piece(" ·", "muted")
            yield from self._setting_pieces()
        if self.scores:
            yield _Piece(" →", "muted")
            yield from self._score_pieces()

    def _setting_pieces(self) -> Iterator[_Piece]:
        for setting in self.settings[:MOST_PARAMS]:
            tip = f"{setting.key} = {setting.value}"
            tip += f" (read from {setting.origin})" if setting.origin else ""
            yield _Piece(f" {shortened(setting.key)}=", "muted")
            yield _Piece(shortened(numbers.param(setting.value), 24), tip=tip)
        yield from _more(self.settings[MOST_PARAMS:], (s.key for s in self.settings))

    def _score_pieces(self) -> Iterator[_Piece]:
        for index, score in enumerate(self.scores[:MOST_SCORES]):
            if index:
                yield _Piece(" ·", "muted")
            yield _Piece(f" {shortened(score.key)}=", "muted")
            yield _Piece(numbers.number(score.value), "value", repr(score.value))
            yield from _comparison(score, score.last, "vs last", sticks=True)
            name = f" ({shortened(score.best_name)})" if score.best_name else ""
            yield from _comparison(score, score.best, f"vs best{name}", sticks=score.last is None)
        yield from _more(self.scores[MOST_SCORES:], (s.key for s in self.scores))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some text of the line, its role (a key of ``_STYLES``) and what a pointer over it shows."""

    text: str
    role: str = ""
    tip: str = ""
    sticks: bool = False  # to what stands before it: HTML breaks no line there

    def markdown(self) -> str:
        bare = in_markdown(self.text)
        strong = self.role in {"name", "value"} and bare.strip()
        return f"**{bare.strip()}**" if strong else bare

    def html(self) -> str:
        bare = in_html(self.text)
        if self.sticks:
            bare = bare.replace(" ", "&nbsp;")
        if not (self.role or self.tip):
            return bare
        style = f' style="{_STYLES[self.role]}"' if self.role else ""
        tip = f' title="{in_html(title(self.tip))}"' if self.tip else ""
        return f"<span{style}{tip}>{bare}</span>"


def _comparison(
    score: Score, other: float | None, with_what: str, *, sticks: bool
) -> Iterator[_Piece]:
    if other is None:
        return
    moved = numbers.delta(score.value, other)
    if not moved:
        return
    if moved == "=":
        yield _Piece(f" = {with_what.removeprefix('vs ')}", "muted", repr(other), sticks)
        return
    better = (score.value < other) == score.lower_is_better
    yield _Piece(f" {moved}", "good" if better else "bad", "better" if better else "worse", sticks)
    yield _Piece(f" {with_what}", "muted", repr(other), sticks=True)


def _more(rest: Sequence[object], keys: Iterable[str]) -> Iterator[_Piece]:
    if rest:
        yield _Piece(f" +{len(rest)} more", "muted", ", ".join(keys))


def notes_bundle(notes: Sequence[Note]) -> dict[str, str]:
    """Return notes that stand for themselves in every form."""
    lines = [_note_text(note) for note in notes]
    box = _BOX.format(colour="rgba(128,128,128,.5)")
    return {
        "text/plain": "\n".join(lines),
        "text/markdown": "  \n".join(in_markdown(line) for line in lines),
        "text/html": f'<div {_NO_MATH} style="{box}">{"".join(map(_note_html, notes))}</div>',
    }


def _note_text(note: Note) -> str:
    return f"{note.label}: {one_line(note.text)}"


def _note_html(note: Note) -> str:
    return (
        f'<div style="font-size:12px;opacity:.8"><span style="opacity:.75">'
        f"{in_html(note.label)}:</span> {in_html(one_line(note.text))}</div>"
    )

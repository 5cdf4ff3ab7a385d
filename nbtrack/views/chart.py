"""Charts of metrics as small SVG pictures, made without any library.

What a chart emits is ``text/html`` with one ``<img src="data:image/svg+xml;base64,…">``, and
``text/plain``. Why this form, as seen in JupyterLab 4.6 and nbconvert 7.17:

- inline ``<svg>`` in HTML is removed by JupyterLab's sanitizer from notebooks that are not trusted;
- an ``image/svg+xml`` output is not shown there either ("Cannot display an untrusted SVG");
- the ``<img>`` passes the sanitizer (``src`` is not limited to http) and shows in trusted
notebooks,
  in nbconvert's HTML and offline. Scripts inside of such an image never run.
- Where a page drops data addresses, the ``alt`` text says the last values.

Such a picture knows nothing of the page around it: ``currentColor`` is black in it, and
``prefers-color-scheme`` follows the system, not JupyterLab's theme. So every colour here has a
contrast of at least 3:1 (text: 4.3:1) on white and on JupyterLab's dark background alike.
"""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.formatting.numbers import number
from nbtrack.formatting.text import in_html, padded, shortened, width
from nbtrack.views.panel import draw_panel, panel_height
from nbtrack.views.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ONE_WIDTH, _PANEL_WIDTH = 480, 320
_MOST_COLUMNS = 3
_GAP = 8
_SPARKS = "▁▂▃▄▅▆▇█"
_SPARK_LENGTH = 24
_SAME_LENGTH = 3
# train_loss, loss/val, validation.loss …: the same quantity, so one panel.
_PHASES = "train|training|val|valid|validation|test|eval|dev"
_PHASE = re.compile(rf"^(?:{_PHASES})[._/\- ]|[._/\- ](?:{_PHASES})$", re.IGNORECASE)


@dataclass(slots=True)
class Series:
    """One line: its label and its points; a chart puts them in the order of their steps.

    ``missing`` is the number of values that are not finite, where some points were dropped;
    ``last`` the last value, where the line is of means.
    """

    label: str
    steps: Sequence[float] = field(default_factory=list)
    values: Sequence[float] = field(default_factory=list)
    missing: int | None = None
    last: float | None = None

    def ordered(self) -> Series:
        """Return the series with its steps ascending; points of one step keep their order."""
        if list(self.steps) == sorted(self.steps):
            return self
        order = sorted(range(len(self.steps)), key=self.steps.__getitem__)
        steps, values = [self.steps[i] for i in order], [self.values[i] for i in order]
        return Series(self.label, steps, values, self.missing, self.last)

    def finite(self) -> Sequence[float]:
        """Return the values that are neither NaN nor infinite."""
        # A sum that is finite has only finite terms: the usual case, and a fast one.
        if math.isfinite(sum(self.values)):
            return self.values
        return [value for value in self.values if math.isfinite(value)]

    def range(self, *, positive: bool = False) -> tuple[float, float] | None:
        """Return the smallest and the greatest finite value, None if there is none."""
        values = self.finite()
        if positive:
            values = [value for value in values if value > 0]
        return (min(values), max(values)) if values else None

    def newest(self) -> float | None:
        """Return the last value, None if there is no point."""
        return self.last if self.last is not None or not self.values else self.values[-1]

    def not_finite(self) -> int:
        """Return how many values are NaN or infinite."""
        if self.missing is not None:
            return self.missing
        return len(self.values) - len(self.finite())


@dataclass(slots=True)
class Panel:
    """One small picture: series that share their axes."""

    title: str
    series: list[Series]


@dataclass(slots=True)
class Chart:
    """Small multiples: one panel a metric, several lines in a panel where series belong together.

    Parameters
    ----------
    panels
        What to draw, from left to right and from top to bottom.
    log
        Whether the vertical axes are logarithmic; values up to zero become gaps there.
    note
        A sentence below the picture.
    """

    panels: Sequence[Panel]
    log: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        self.panels = [
            Panel(panel.title, [one.ordered() for one in panel.series]) for panel in self.panels
        ]

    def svg(self) -> str:
        """Return the picture as SVG, at most about 5 kB a line however many points it has."""
        columns = min(len(self.panels), _MOST_COLUMNS)
        panel_width = _ONE_WIDTH if columns == 1 else _PANEL_WIDTH
        drawn: list[str] = []
        top = 0
        for start in range(0, len(self.panels), _MOST_COLUMNS):
            row = self.panels[start : start + _MOST_COLUMNS]
            heights = [panel_height(panel, panel_width) for panel in row]
            for index, panel in enumerate(row):
                left = index * (panel_width + _GAP)
                picture = draw_panel(panel, panel_width, max(heights), log=self.log)
                drawn.append(f'<g transform="translate({left} {top})">{picture}</g>')
            top += max(heights) + _GAP
        total = columns * (panel_width + _GAP) - _GAP
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{top - _GAP}" '
            f'viewBox="0 0 {total} {top - _GAP}" font-family="system-ui,sans-serif" font-size="11">'
            f"{''.join(drawn)}</svg>"
        )

    def html(self) -> str:
        """Return the picture as an ``<img>`` that holds all of its data."""
        if not self.panels:
            return ""
        data = base64.b64encode(self.svg().encode()).decode("ascii")
        alt = in_html("; ".join(_sentence(one, label) for label, one in self._labelled()))
        picture = (
            f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" '
            'style="max-width:100%;height:auto">'
        )
        return picture + (f"<p>{in_html(self.note)}</p>" if self.note else "")

    def text(self) -> str:
        """Return one line a series: a small curve, the last value and its step."""
        series = [one for panel in self.panels for one in panel.series]
        labels = [shortened(label) for label, _ in self._labelled()]
        columns = max(map(width, labels), default=0)
        lines = []
        for one, label in zip(series, labels, strict=True):
            spark = padded(_spark(one), _SPARK_LENGTH)
            last = one.newest()
            said = "" if last is None else f"{number(last)} at step {number(one.steps[-1])}"
            lines.append(f"{padded(label, columns)}  {spark}  {said}".rstrip())
        return "\n".join([*lines, self.note] if self.note else lines)

    def mimebundle(self) -> dict[str, str]:
        """Return the chart as IPython's display takes it."""
        return {"text/html": self.html(), "text/plain": self.text()}

    def _repr_mimebundle_(self, **_options: object) -> dict[str, str]:
        return self.mimebundle()

    def __str__(self) -> str:
        return self.text()

    def _labelled(self) -> Iterable[tuple[str, Series]]:
        """Return every series with its label, with the panel's title where that says more."""
        for panel in self.panels:
            for one in panel.series:
                is_said = panel.title in one.label
                yield one.label if is_said else f"{panel.title} · {one.label}", one


def grouped(series: Iterable[Series]) -> list[Panel]:
    """Put series of one quantity (``train_loss`` and ``val_loss``) into one panel.

    Only if they count the same steps: a loss of every batch and one of every epoch stay apart.

    >>> panels = grouped(map(Series, ("train_loss", "acc", "val_loss")))
    >>> [(panel.title, len(panel.series)) for panel in panels]
    [('loss', 2), ('acc', 1)]
    """
    panels: list[Panel] = []
    for one in series:
        name = quantity(one.label)
        same = (
            panel for panel in panels if panel.title == name and _same_length(panel.series[0], one)
        )
        panel = next(same, None)
        if panel is None:
            panels.append(Panel(name, [one]))
        else:
            panel.series.append(one)
    for panel in panels:
        if len(panel.series) == 1:
            panel.title = panel.series[0].label
    return panels


def _same_length(one: Series, other: Series) -> bool:
    short, long = sorted(max(series.steps, default=0) + 1 for series in (one, other))
    return long <= _SAME_LENGTH * short


def quantity(key: str) -> str:
    """Return what a metric's key measures, without the phase it was measured in.

    >>> quantity("val_loss"), quantity("loss/train"), quantity("test"), quantity("latest")
    ('loss', 'loss', 'test', 'latest')
    """
    return _PHASE.sub("", key)


def _sentence(series: Series, label: str) -> str:
    last = series.newest()
    if last is None:
        return f"{label}: no points"
    return f"{shortened(label)}: {number(last)} at step {number(series.steps[-1])}"


def _spark(series: Series) -> str:
    values = series.values
    last, length = len(values) - 1, min(len(values), _SPARK_LENGTH)
    picked = [values[index * last // max(1, length - 1)] for index in range(length)]
    low, high = series.range() or (0.0, 0.0)
    if low == high:
        return "".join(_SPARKS[0] if math.isfinite(value) else " " for value in picked)
    places = Scale(low, high).places(picked, len(_SPARKS) - 1)
    return "".join(_SPARKS[round(place)] if math.isfinite(place) else " " for place in places)

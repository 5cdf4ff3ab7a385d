"""One panel of a chart: title, legend, axes and lines as SVG elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.formatting.numbers import number
from nbtrack.formatting.text import in_html, shortened, width
from nbtrack.views.curve import path, tenths, thinned
from nbtrack.views.scale import Scale, labels, step_scale, ticks, value_scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.views.chart import Panel, Series

# Contrast on #ffffff and on #111111 (WCAG 2): grey 4.35 and 4.34; lines at least 3.4 and 4.3.
GREY = "#797979"
COLOURS = ("#3b7dd8", "#dd6b10", "#2e9950", "#9a5fd0", "#d64550", "#0f8f9f", "#c94f9d", "#9c7434")
_GRID = 'stroke="#808080" stroke-opacity=".22"'

_LEFT, _RIGHT, _BOTTOM = 44, 12, 30
_TITLE, _LEGEND_LINE = 18, 15
_ROUND = ' stroke-linejoin="round" stroke-linecap="round"'
_PLOT_SHARE = 0.42
_CHARACTER = 6.3
_MOST_LEGEND_LINES = 3
_NAN, _ABOVE, _BELOW = "m-3 -3l6 6m0 -6l-6 6", "m-3 0l3 -5 3 5z", "m-3 0l3 5 3 -5z"


def panel_height(panel: Panel, panel_width: int) -> int:
    """Return the height that a panel needs: more legend lines, more height."""
    lines = len(_legend_lines(panel, panel_width))
    plot = round((panel_width - _LEFT - _RIGHT) * _PLOT_SHARE)
    return _TITLE + lines * _LEGEND_LINE + plot + _BOTTOM


def draw_panel(panel: Panel, panel_width: int, height: int, *, log: bool) -> str:
    """Return the SVG elements of a panel whose upper left corner is 0, 0."""
    legend = _legend_lines(panel, panel_width)
    top = _TITLE + len(legend) * _LEGEND_LINE + 6
    plot_width, plot_height = panel_width - _LEFT - _RIGHT, height - top - _BOTTOM + 6
    series = panel.series
    steps, values = _scales(series, log=log)
    elements = [_heading(panel, panel_width), *_legend(legend)]
    elements.append(f'<g transform="translate({_LEFT} {top})">')
    elements += _value_axis(values, plot_width, plot_height)
    elements += _step_axis(steps, plot_width, plot_height)
    if all(not one.values for one in series):
        elements.append(_text(plot_width / 2, plot_height / 2, "no points yet", "middle"))
    for index, one in enumerate(series):
        elements.append(
            _line(one, COLOURS[index % len(COLOURS)], steps, values, (plot_width, plot_height))
        )
    elements.append("</g>")
    return "".join(elements)


def _scales(series: Sequence[Series], *, log: bool) -> tuple[Scale, Scale]:
    steps = [step for one in series if one.steps for step in (one.steps[0], one.steps[-1])]
    ranges = [found for one in series if (found := one.range(positive=log))]
    low = min((low for low, _ in ranges), default=1.0 if log else 0.0)
    high = max((high for _, high in ranges), default=10.0 if log else 1.0)
    return (
        step_scale(min(steps, default=0.0), max(steps, default=1.0)),
        value_scale(low, high, log=log),
    )


def _line(series: Series, colour: str, steps: Scale, values: Scale, box: tuple[int, int]) -> str:
    plot_width, plot_height = box
    limits = (steps.low, steps.high)
    line = thinned(series.steps, series.values, limits, plot_width, positive=values.log)

    def rows_of(heights: Sequence[float]) -> list[int]:
        high = plot_height * 10
        return [round(high - up) for up in values.places(heights, high)]

    drawn = path(line, rows_of)
    elements = [f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5"{_ROUND}/>']
    if [len(part.x) for part in line.parts] == [1]:
        part = line.parts[0]
        x, y = tenths(part.x[0]), tenths(rows_of(part.values)[0])
        elements.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>')
    for places, row, shape in (
        (line.nan, plot_height - 5, _NAN),
        (line.above, 6, _ABOVE),
        (line.below, plot_height - 6, _BELOW),
    ):
        if places:
            drawn = "".join(f"M{tenths(x)} {row}{shape}" for x in places)
            elements.append(f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="1.2"/>')
    return "".join(elements)


def _value_axis(scale: Scale, plot_width: int, plot_height: int) -> Iterable[str]:
    places = ticks(scale, 4)
    for place, label in zip(places, labels(places), strict=True):
        row = round(plot_height * (1 - scale.place(place)), 1)
        yield f'<path d="M0 {row:g}h{plot_width}" {_GRID}/>'
        yield _text(-6, row + 3.5, label, "end")


def _step_axis(scale: Scale, plot_width: int, plot_height: int) -> Iterable[str]:
    yield f'<path d="M0 {plot_height}h{plot_width}" stroke="{GREY}" stroke-opacity=".7"/>'
    places = ticks(scale, 5 if plot_width < 300 else 8, whole=True)  # noqa: PLR2004
    for place, label in zip(places, labels(places), strict=True):
        column = round(plot_width * scale.place(place), 1)
        yield f'<path d="M{column:g} {plot_height}v3" stroke="{GREY}" stroke-opacity=".7"/>'
        yield _text(column, plot_height + 14, label, "middle")


def _heading(panel: Panel, panel_width: int) -> str:
    longest = int((panel_width - _LEFT) / (_CHARACTER * 1.1))
    title = in_html(shortened(panel.title, longest))
    if len(panel.series) != 1 or not panel.series[0].values:
        return f'<text x="0" y="13" fill="{GREY}" font-weight="600">{title}</text>'
    value = in_html(_last(panel.series[0]))
    return (
        f'<text x="0" y="13" fill="{GREY}"><tspan font-weight="600">{title}</tspan>'
        f'<tspan dx="8">{value}</tspan></text>'
    )


def _last(series: Series) -> str:
    """Return the last value, and how many points the line has no place for."""
    missing = series.not_finite()
    note = f" · {missing:,} not finite" if missing else ""
    last = series.newest()
    return ("" if last is None else number(last)) + note


def _legend_lines(panel: Panel, panel_width: int) -> list[list[tuple[str, str, int]]]:
    """Return lines of (text, colour, x): one entry a series, if there is more than one."""
    if len(panel.series) < 2:  # noqa: PLR2004
        return []
    lines: list[list[tuple[str, str, int]]] = [[]]
    x = 0
    for index, series in enumerate(panel.series):
        text = f"{shortened(series.label, 24)} {_last(series)}".strip()
        needed = round(14 + width(text) * _CHARACTER + 12)
        if x and x + needed > panel_width:
            if len(lines) == _MOST_LEGEND_LINES:
                rest = f"+{len(panel.series) - index}"
                lines[-1].append((rest, "", min(x, round(panel_width - _CHARACTER * len(rest)))))
                break
            lines.append([])
            x = 0
        lines[-1].append((text, COLOURS[index % len(COLOURS)], x))
        x += needed
    return lines


def _legend(lines: Sequence[Sequence[tuple[str, str, int]]]) -> Iterable[str]:
    for number_of_line, line in enumerate(lines):
        y = _TITLE + number_of_line * _LEGEND_LINE + 10
        for text, colour, x in line:
            if colour:
                yield f'<path d="M{x} {y - 4}h10" stroke="{colour}" stroke-width="2.5"/>'
            yield _text(x + 14 if colour else x, y, text, "start")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}" fill="{GREY}"{where}>{in_html(text)}</text>'

"""A chart as a matplotlib figure, for papers and slides. No pyplot: nothing global is touched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbtrack.formatting.numbers import duration
from nbtrack.formatting.text import shortened
from nbtrack.views.looks import looks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nbtrack.views.chart_view import Axis, ChartView
    from nbtrack.views.histories import History

_WIDTH, _HEIGHT, _ONE_WIDTH = 4.2, 2.9, 6.4
_MOST_COLUMNS = 3
_MOST_IN_LEGEND = 20
_RAW, _BAND = 0.28, 0.16
_MARK_EDGE = {"nan": 0.0, "above": 1.0, "below": 0.0}
_MARK_LENGTH = 0.03
_LABELS: dict[Axis, str] = {"step": "step", "time": "", "relative": "time since the start"}


def draw_figure(
    panels: Mapping[str, Sequence[History]], names: Mapping[str, str], view: ChartView
) -> Figure:
    """Return the figure of some metrics.

    Parameters
    ----------
    panels : mapping
        Metric -> its histories.
    names : mapping
        Run id -> its name, of all runs in their order.
    view : ChartView
        Axes, smoothing, band, zoom, panels in a row.
    """
    from matplotlib.figure import Figure

    columns = min(view.columns or _MOST_COLUMNS, max(1, len(panels)))
    rows = max(1, math.ceil(len(panels) / columns))
    width = _ONE_WIDTH if columns == 1 else _WIDTH * columns
    figure = Figure(figsize=(width, _HEIGHT * rows), layout="constrained")
    look = looks(names)
    lines: dict[str, Any] = {}
    for place, (key, histories) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(rows, columns, place)
        _prepare(axes, key, view)
        for one in histories:
            line = _draw(axes, one, look[one.run_id], view)
            line.set_label(_plain(shortened(names[one.run_id])))
            lines.setdefault(one.run_id, line)
    _explain(figure, [lines[run_id] for run_id in names if run_id in lines])
    return figure


def _prepare(axes: Axes, key: str, view: ChartView) -> None:
    axes.set_title(_plain(shortened(key)), loc="left", fontsize="medium")
    axes.set_xlabel(_LABELS[view.x])
    axes.grid(visible=True, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if view.log_y:
        axes.set_yscale("log", nonpositive="mask")
    if view.log_x and view.x != "time":
        axes.set_xscale("log", nonpositive="mask")
    if view.x == "step" and not view.log_x:
        axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg] # its own
    if view.x == "relative":
        axes.xaxis.set_major_formatter(lambda seconds, _place: duration(seconds))
    if view.zoom:
        axes.set_xlim(*_places(view.zoom, view.x))


def _draw(axes: Axes, one: History, look: tuple[str, object], view: ChartView) -> Any:
    colour, dash = look
    x = _places(one.x, view.x)
    if view.band and one.is_aggregated:
        axes.fill_between(x, one.low, one.high, color=colour, alpha=_BAND, linewidth=0)
    if view.smoothing:
        axes.plot(x, one.value, color=colour, alpha=_RAW, linewidth=0.8)
    values = one.smoothed(view.smoothing)
    [line] = axes.plot(x, values, color=colour, linestyle=dash, linewidth=1.5)
    lonely = _lonely(values)
    if lonely:
        axes.plot(
            [x[place] for place in lonely],
            [values[place] for place in lonely],
            color=colour,
            linestyle="",
            marker="o",
            markersize=3,
        )
    for kind, places in one.marks.items():
        edge = _MARK_EDGE[kind]
        inner = edge + (-_MARK_LENGTH if edge else _MARK_LENGTH)
        axes.vlines(
            _places(places, view.x),
            edge,
            inner,
            transform=axes.get_xaxis_transform(),
            colors=colour,
            linewidth=1.5,
        )
    return line


def _lonely(values: Sequence[float]) -> list[int]:
    """Return the places of points between two gaps, which no line shows."""
    is_there = [False, *(math.isfinite(value) for value in values), False]
    return [
        place
        for place in range(len(values))
        if is_there[place + 1] and not is_there[place] and not is_there[place + 2]
    ]


def _places(x: Sequence[float], axis: Axis) -> Any:
    if axis != "time":
        return list(x)
    import numpy as np

    return np.array([round(one) for one in x], dtype="datetime64[ms]")


def _explain(figure: Figure, lines: Sequence[Any]) -> None:
    if not lines:
        figure.text(0.5, 0.5, "no points", ha="center", va="center")
        return
    if len(lines) <= _MOST_IN_LEGEND:
        columns = max(1, min(len(lines), int(figure.get_figwidth() // 2)))
        figure.legend(handles=list(lines), loc="outside lower left", ncols=columns, frameon=False)


def _plain(text: str) -> str:
    # Two dollar signs would begin a formula; a leading underscore hides a label from the legend.
    escaped = text.replace("$", r"\$")
    return f" {escaped}" if escaped.startswith("_") else escaped

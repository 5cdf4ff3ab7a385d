"""`nbtrack.chart`: histories of metrics, as a widget, a small picture, a figure and a DataFrame."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nbtrack.client.searching import get_run
from nbtrack.client.session import current_session
from nbtrack.entities import Run
from nbtrack.errors import InvalidValue, NbtrackError
from nbtrack.formatting.text import in_html
from nbtrack.sentences import count
from nbtrack.views.chart import Chart, Panel, Series
from nbtrack.views.chart_view import read_view, written_view
from nbtrack.views.figure import draw_figure
from nbtrack.views.histories import read_histories
from nbtrack.views.view import View, checked_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from pandas import DataFrame

    from nbtrack.client.session import Session
    from nbtrack.views.chart_view import ChartView
    from nbtrack.views.histories import History

MOST_RUNS = 200
_DRAWN_RUNS = 20
_TWIN_PANELS, _FIGURE_PANELS = 4, 12
# Of all lines of a static picture, which has to stay small, and of one line of a figure.
_TWIN_POINTS, _LEAST_POINTS, _LINE_POINTS, _FIGURE_POINTS = 6000, 20, 320, 1000
_MOST_HAVE_IT = 0.5
# What the machine did is recorded with a run, but is not what runs are compared by.
_NOT_DRAWN = ("system/",)


def chart(
    runs: Any = None,
    metrics: str | Sequence[str] | None = None,
    *,
    x: str = "step",
    smoothing: float = 0.0,
    log_y: bool = False,
    log_x: bool = False,
    band: bool = True,
    columns: int = 0,
    view: Mapping[str, Any] | None = None,
) -> MetricChart:
    """Return a chart of the metrics of runs, one panel a metric.

    Parameters
    ----------
    runs : str, Run, RunTable or a sequence of them, optional
        Which runs: ids, names, ``last``, ``best:acc`` as for `get_run`; runs; a table, of which the
        selected runs are drawn, else the first 20. Default: the last run.
    metrics : str or sequence of str, optional
        Which metrics. Default: those that most of the runs have.
    x : {"step", "time", "relative"}
        Horizontal axis: the step, the time, or the time since the first point.
    smoothing : float
        Weight of the moving average, from 0 (none) to 0.99.
    log_y, log_x : bool
        Whether an axis is logarithmic.
    band : bool
        Whether the lowest and highest values are shown where many points share a place.
    columns : int
        Panels in a row; 0: as many as fit.
    view : mapping, optional
        What `MetricChart.view` returned of another chart; other arguments go before it.

    Raises
    ------
    NotFound
        If there is no such run.
    InvalidValue
        If an argument is not allowed; the message says what is.

    Examples
    --------
    ``nbtrack.chart(["last", "last~1"], "loss", smoothing=0.6).figure().savefig("loss.pdf")``
    """
    session = current_session()
    found = list({run.info.run_id: run for run in _runs(runs)}.values())
    if len(found) > MOST_RUNS:
        raise InvalidValue(f"A chart shows at most {MOST_RUNS} runs, not {len(found):,}.")
    options = {
        "x": x,
        "smoothing": smoothing,
        "log_y": log_y,
        "log_x": log_x,
        "band": band,
        "columns": columns,
    }
    keys = [metrics] if isinstance(metrics, str) else list(metrics or ())
    if not all(isinstance(key, str) for key in keys):
        raise InvalidValue("metrics takes keys of metrics, which are texts.")
    return MetricChart(session, found, keys, {**checked_view(view or {}), **written_view(options)})


class MetricChart(View):
    """Histories of the metrics of some runs.

    In a notebook it shows as a chart that grows while the runs go on. `view` has what is chosen
    (axes, smoothing, zoom, hidden runs), and `df`, `figure` and the static picture follow it.

    Parameters
    ----------
    session : Session
        Where the runs are.
    runs : sequence of Run
        Whose metrics.
    metrics : sequence of str
        Which metrics; empty: those that most of the runs have.
    view : mapping
        What is chosen at first.
    """

    _kind = "chart"

    def __init__(
        self,
        session: Session,
        runs: Sequence[Run],
        metrics: Sequence[str] = (),
        view: Mapping[str, Any] | None = None,
    ) -> None:
        self._names = _labels(runs)
        self._experiments = list(dict.fromkeys(run.info.experiment_id for run in runs))
        config: dict[str, Any] = {
            "experiment_ids": self._experiments,
            "run_ids": list(self._names),
        }
        if metrics:
            config["metrics"] = list(metrics)
        super().__init__(session, config, view)

    @property
    def df(self) -> DataFrame:
        """Every point of what is drawn: run_id, run_name, metric, step, timestamp (UTC), value."""
        import pandas as pd

        self._session.flush()
        points = [
            (run_id, self._names[run_id], key, point.step, point.timestamp, point.value)
            for key in self._keys()
            for run_id in self._visible()
            for point in self._points(run_id, key)
        ]
        names = ["run_id", "run_name", "metric", "step", "timestamp", "value"]
        frame = pd.DataFrame(points, columns=names)
        frame["timestamp"] = pd.to_datetime(
            frame["timestamp"].astype("Int64"), unit="ms", utc=True, errors="coerce"
        )
        return frame.astype({"step": "int64", "value": "float64"})

    def figure(self) -> Figure:
        """Return a matplotlib figure of what is chosen now; ``.savefig("loss.pdf")`` keeps it."""
        self._session.flush()
        view = self._read()
        panels = self._panels(self._keys()[:_FIGURE_PANELS], _FIGURE_POINTS, view)
        return draw_figure(panels, self._names, view)

    def _read(self) -> ChartView:
        return read_view(self._choice.view)

    def _keys(self) -> list[str]:
        """Return the metrics that are drawn."""
        chosen = self._read().metrics or self._config.get("metrics")
        if chosen:
            return list(chosen)
        found = self._session.store.run_keys(self._experiments, run_ids=list(self._names)).metrics
        keys = [key for key in found if not key.startswith(_NOT_DRAWN)]
        return [key for key in keys if found[key] >= _MOST_HAVE_IT] or keys

    def _visible(self) -> list[str]:
        hidden = set(self._read().hidden)
        return [run_id for run_id in self._names if run_id not in hidden]

    def _panels(
        self, keys: Sequence[str], points: int, view: ChartView
    ) -> dict[str, list[History]]:
        found = read_histories(
            self._session.store,
            self._visible(),
            keys,
            view.x,
            points=points,
            zoom=view.zoom,
        )
        panels: dict[str, list[History]] = {key: [] for key in keys}
        for one in found:
            panels[one.key].append(one)
        return panels

    def _points(self, run_id: str, key: str) -> Iterable[Any]:
        token = None
        while True:
            page = self._session.store.metric_history(run_id, key, page_token=token)
            yield from page
            token = page.token
            if token is None:
                return

    # The static forms

    def _twin(self) -> dict[str, Any]:
        try:
            self._session.flush()
            return self._pictures()
        except NbtrackError as error:  # a store that is away
            return _said(error.message)

    def _pictures(self) -> dict[str, Any]:
        view = self._read()
        keys = self._keys()
        runs = self._visible()[:_DRAWN_RUNS]
        if not keys or not runs:
            return _said(_NOTHING if keys or not self._names else _NO_METRICS)
        drawn = keys[:_TWIN_PANELS]
        room = _TWIN_POINTS // (len(drawn) * len(runs))
        points = min(_LINE_POINTS, max(_LEAST_POINTS, room))
        found = self._panels(drawn, points, view)
        stored = {run_id: self._session.store.get_run(run_id).data.metrics for run_id in runs}
        panels = [
            Panel(
                key,
                [
                    self._series(one, view, stored[one.run_id].get(key))
                    for one in lines
                    if one.run_id in stored
                ],
            )
            for key, lines in found.items()
        ]
        picture = Chart(panels, log=view.log_y, note=self._note(view, len(keys), len(runs)))
        return {"text/html": picture.html(), "text/plain": picture.text()}

    def _series(self, one: History, view: ChartView, last: float | None) -> Series:
        # Steps go to the picture as they are; of times only the seconds since the start are read.
        start = one.x[0] if view.x == "time" and one.x else 0.0
        scale = 1000.0 if view.x == "time" else 1.0
        places: list[float] = []
        values: list[float] = []
        gaps = [({*one.marks[kind]}, value) for kind, value in _GAPS.items()]
        for x, value in zip(one.x, one.smoothed(view.smoothing), strict=True):
            there = [gap for where, gap in gaps if x in where]
            shown = there if math.isnan(value) else [value, *there]
            places += [(x - start) / scale] * len(shown)
            values += shown
        return Series(self._names[one.run_id], places, values, last=last)

    def _note(self, view: ChartView, keys: int, runs: int) -> str:
        notes = []
        if view.x != "step":
            notes.append("The axis is the time since the first point, in seconds.")
        if view.smoothing:
            notes.append(f"Smoothed by {view.smoothing:g}.")
        if keys > _TWIN_PANELS:
            notes.append(f"{count(keys - _TWIN_PANELS, 'more metric')}: chart(…, metrics=[…]).")
        if len(self._visible()) > runs:
            notes.append(f"{count(len(self._visible()) - runs, 'more run')} not drawn here.")
        return " ".join(notes)


_GAPS = {"nan": math.nan, "above": math.inf, "below": -math.inf}
_NOTHING = "All runs of this chart are hidden."
_NO_METRICS = "These runs have no metrics yet: nbtrack.log_metric(key, value, step) logs a point."


def _said(sentence: str) -> dict[str, Any]:
    return {"text/html": f"<p>{in_html(sentence)}</p>", "text/plain": sentence}


def _runs(wanted: Any) -> Iterable[Run]:
    from nbtrack.client.active_run import ActiveRun
    from nbtrack.views.run_table import RunTable

    if wanted is None:
        return [get_run("last")]
    if isinstance(wanted, RunTable):
        return wanted.to_chart(_DRAWN_RUNS)
    if isinstance(wanted, ActiveRun):
        return [get_run(wanted.run_id)]
    if isinstance(wanted, (str, Run)):
        return [get_run(wanted) if isinstance(wanted, str) else wanted]
    if isinstance(wanted, Iterable):
        return [run for one in wanted for run in _runs(one)]
    raise InvalidValue(
        f"A chart takes runs: ids, names, last, best:acc, or a table, not {wanted!r}."
    )


def _labels(runs: Sequence[Run]) -> dict[str, str]:
    """Return the names of runs by their ids; where two share a name, with the id's begin."""
    names = [run.info.run_name or run.info.run_id[:8] for run in runs]
    return {
        run.info.run_id: name if names.count(name) == 1 else f"{name} ({run.info.run_id[:6]})"
        for run, name in zip(runs, names, strict=True)
    }

"""Runs and experiments as tables, with MLflow's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pandas import DataFrame

    from nbtrack.entities import Experiment, Run


def runs_frame(runs: Sequence[Run]) -> DataFrame:
    """Return one row a run: what MLflow's ``search_runs`` returns.

    The columns are run_id, experiment_id, status, artifact_uri, start_time and end_time (UTC), then
    ``metrics.…`` (NaN where a run has none), ``params.…`` and ``tags.…`` (None where a run has
    none), each in the order in which the keys were met.
    """
    import pandas as pd

    columns: dict[str, Any] = {
        "run_id": [run.info.run_id for run in runs],
        "experiment_id": [run.info.experiment_id for run in runs],
        "status": [str(run.info.status) for run in runs],
        "artifact_uri": [run.info.artifact_uri for run in runs],
        "start_time": _times(run.info.start_time for run in runs),
        "end_time": _times(run.info.end_time for run in runs),
    }
    nan = float("nan")
    columns |= _scattered("metrics", [run.data.metrics for run in runs], nan)
    columns |= _scattered("params", [run.data.params for run in runs], None)
    columns |= _scattered("tags", [run.data.tags for run in runs], None)
    return pd.DataFrame(columns)


def experiments_frame(experiments: Sequence[Experiment]) -> DataFrame:
    """Return one row an experiment, with its fields as columns and a column for each tag."""
    import pandas as pd

    columns: dict[str, Any] = {
        field: [getattr(experiment, field) for experiment in experiments]
        for field in ("experiment_id", "name", "artifact_location")
    }
    columns["lifecycle_stage"] = [str(experiment.lifecycle_stage) for experiment in experiments]
    for field in ("creation_time", "last_update_time"):
        columns[field] = _times(getattr(experiment, field) for experiment in experiments)
    columns |= _scattered("tags", [experiment.tags for experiment in experiments], None)
    return pd.DataFrame(columns)


class Experiments(list["Experiment"]):
    """The experiments that a search found: a list, as in MLflow, that is also a table.

    ``for experiment in found`` and ``found[0].name`` are the list's; ``found["name"]``,
    ``found.columns``, ``found.head()`` and every other name are those of `df`.
    """

    @property
    def df(self) -> DataFrame:
        """The experiments as a DataFrame."""
        return experiments_frame(self)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, (int, slice)):
            return super().__getitem__(key)
        return self.df[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.df, name)

    def _repr_html_(self) -> str:
        return str(self.df.to_html())


def _times(milliseconds: Iterable[int | None]) -> Any:
    import pandas as pd

    times = pd.Series(list(milliseconds), dtype="Int64")
    # A time beyond the calendar, which some client sent, must not hide all other runs.
    return pd.to_datetime(times, unit="ms", utc=True, errors="coerce")


def _scattered(prefix: str, rows: Sequence[dict[str, Any]], missing: Any) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for number, row in enumerate(rows):
        for key, value in row.items():
            column = columns.get(key)
            if column is None:
                column = columns[key] = [missing] * len(rows)
            column[number] = value
    return {f"{prefix}.{key}": column for key, column in columns.items()}

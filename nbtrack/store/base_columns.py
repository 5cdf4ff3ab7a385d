"""The part of a store's interface that tables of runs, charts and lists of experiments ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nbtrack.entities import LifecycleStage, ViewType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.store.columns import Column

MOST_POINTS = 5000
LEAST_POINTS = 2

By = Literal["step", "timestamp"]


@dataclass(frozen=True, slots=True)
class RunColumns:
    """Runs as columns, and how many match without a limit."""

    total: int
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class RunKeys:
    """What runs have logged: the share of the newest runs that have a key, by key.

    ``runs`` is the number of runs, deleted ones aside.
    """

    runs: int
    metrics: Mapping[str, float]
    params: Mapping[str, float]
    tags: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """Where a metric of a run lies in the columns of `Curves`.

    Attributes
    ----------
    run_id, key : str
        What it is.
    offset, length : int
        Its place in the columns.
    total : int
        Points in the range that was asked for.
    exact : bool
        Whether each of them is there by itself.
    step, timestamp : tuple of int
        The smallest and the largest of the whole metric.
    """

    run_id: str
    key: str
    offset: int
    length: int
    total: int
    exact: bool
    step: tuple[int, int]
    timestamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Curves:
    """Metrics of runs, and their points or buckets of points in columns, one after the other."""

    series: list[Curve]
    columns: list[Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentActivity:
    """An experiment and its runs, deleted ones aside, in numbers.

    ``last_start`` is None where there is no run.
    """

    experiment_id: str
    name: str
    lifecycle_stage: LifecycleStage
    creation_time: int
    runs: int
    running: int
    last_start: int | None


class Columns(ABC):
    """Many values at once, for people who look at them."""

    @abstractmethod
    def run_columns(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        order_by: Sequence[str] = (),
        view: ViewType = ViewType.ACTIVE_ONLY,
        max_results: int | None = None,
        columns: Sequence[str] = (),
        run_ids: Sequence[str] | None = None,
        newer_than: int | None = None,
    ) -> RunColumns:
        """Return the runs that `search_runs` would find, as columns; without a limit all of them.

        Always there: ``key`` (the store's own number of the run, which grows with its creation),
        ``run_id``, ``name``, ``status`` and ``lifecycle`` (numbers of `nbtrack.store.columns`),
        ``start``, ``end`` (ms; NaN while the run goes on), ``user``, ``experiment``, ``parent``
        (key of the parent run, 0 without one), ``attempt_of`` (key of the first attempt of its
        cell, or its own) and ``attempt`` (number of the attempt, 0 without one). ``columns`` names
        others as filters do; these have values only for the runs that have one.

        With ``run_ids`` only these runs are looked at, with ``newer_than`` only those with a larger
        ``key``.
        """

    @abstractmethod
    def run_keys(
        self, experiment_ids: Sequence[str], *, run_ids: Sequence[str] | None = None
    ) -> RunKeys:
        """Return the keys of metrics, params and tags of the runs of these experiments."""

    @abstractmethod
    def experiments_of(self, run_ids: Sequence[str]) -> list[str]:
        """Return the ids of the experiments in which these runs are, deleted runs included."""

    @abstractmethod
    def metric_curves(
        self,
        run_ids: Sequence[str],
        keys: Sequence[str],
        *,
        by: By = "step",
        start: int | None = None,
        end: int | None = None,
        points: int = 1000,
    ) -> Curves:
        """Return metrics of runs for a chart, none of them with more than so many rows.

        A metric with no more points in the range (both ends included) is given point by point.
        Otherwise the range is cut into equal pieces, and each row stands for the points of a piece:
        their mean, lowest and highest value, and how many they are. A row begins at its first
        point; the very first and the very last point of the range are at their exact place.
        The columns are ``step``, ``timestamp``, ``value``, ``low``, ``high`` (NaN where no point is
        finite), ``count`` and, among these, ``nan``, ``above`` (+inf) and ``below`` (-inf).

        Runs and metrics that do not exist are passed over; deleted runs are served.
        """

    @abstractmethod
    def experiment_activity(
        self, *, view: ViewType = ViewType.ACTIVE_ONLY
    ) -> list[ExperimentActivity]:
        """Return all experiments, the one with the newest activity first."""

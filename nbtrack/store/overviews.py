"""What a run's own page shows beside the run itself: its metrics summed up, and related runs."""

from __future__ import annotations

from msgspec import Struct

from nbtrack.entities import Run, RunStatus

# Of the runs inside of a run, and of the attempts of a cell; the newest ones.
MOST_RELATED = 100


class MetricSummary(Struct, frozen=True, kw_only=True):
    """A metric of a run: its latest point, and what sums up all of its points.

    Parameters
    ----------
    last, step, timestamp
        The point with the greatest (step, timestamp, value).
    min, max : float
        NaN is passed over, and is the answer where there is nothing else.
    first : float
        Value of the point with the least (step, timestamp, value).
    count : int
        How many points there are.
    """

    key: str
    last: float
    step: int
    timestamp: int
    min: float
    max: float
    first: float
    count: int


class RelatedRun(Struct, frozen=True, kw_only=True):
    """A run that another one is named with; ``end_time`` is None while it is going on.

    ``number`` counts the attempts of a cell from 1; 0 is that of a run that is none.
    """

    run_id: str
    run_name: str
    status: RunStatus
    start_time: int
    end_time: int | None
    number: int = 0


class RunOverview(Struct, frozen=True, kw_only=True):
    """A run, and what its page shows beside it.

    Parameters
    ----------
    experiment_name : str
        Of the run's experiment.
    parent : RelatedRun or None
        The run inside of which this one is, if it is there.
    children : list of RelatedRun
        The newest runs inside of this one, without deleted ones.
    children_total : int
        How many there are.
    attempts : list of RelatedRun
        The newest runs of the same cell by their numbers, this one included, without deleted ones;
        empty where this one is of no cell.
    """

    run: Run
    experiment_name: str
    metrics: list[MetricSummary]
    parent: RelatedRun | None
    children: list[RelatedRun]
    children_total: int
    attempts: list[RelatedRun]

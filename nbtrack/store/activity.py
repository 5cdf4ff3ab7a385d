"""Experiments and what goes on in them, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from nbtrack.entities import RunStatus
from nbtrack.store.base_columns import ExperimentActivity
from nbtrack.store.schema import ACTIVE, LIFECYCLE, STATUS_CODE, experiment, run
from nbtrack.store.search import LIFECYCLES, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from nbtrack.entities import ViewType

_RUNNING = case((run.c.status == STATUS_CODE[RunStatus.RUNNING], 1), else_=0)


def read(connection: Connection, view: ViewType) -> list[ExperimentActivity]:
    """Return all experiments, the one with the newest activity first."""
    counted = (
        select(
            run.c.experiment_id,
            func.count().label("runs"),
            func.sum(_RUNNING).label("running"),
            func.max(run.c.start_ts).label("last_start"),
        )
        .where(run.c.lifecycle == ACTIVE)
        .group_by(run.c.experiment_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            experiment.c.id,
            experiment.c.name,
            experiment.c.lifecycle,
            experiment.c.creation_ts,
            counted.c.runs,
            counted.c.running,
            counted.c.last_start,
        )
        .outerjoin(counted, counted.c.experiment_id == experiment.c.id)
        .where(experiment.c.lifecycle.in_(LIFECYCLES[view]))
    ).all()
    found = [
        ExperimentActivity(
            experiment_id=str(row.id),
            name=row.name,
            lifecycle_stage=LIFECYCLE[row.lifecycle],
            creation_time=row.creation_ts,
            runs=int(row.runs or 0),
            running=int(row.running or 0),
            last_start=row.last_start,
        )
        for row in rows
    ]
    return sorted(found, key=_newest_activity)


def experiments_of(connection: Connection, run_ids: Sequence[str]) -> list[str]:
    """Return the ids of the experiments in which these runs are."""
    found = connection.execute(select(run.c.experiment_id).where(named(run_ids)).distinct())
    return [str(number) for number in sorted(found.scalars())]


def _newest_activity(of: ExperimentActivity) -> tuple[int, str]:
    return -max(of.creation_time, of.last_start or 0), of.name

"""Experiments and what goes on in them, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from nbtrack.entities import RunStatus
from nbtrack.store.base_columns import ExperimentActivity
from nbtrack.store.schema import ACTIVE, LIFECYCLE, STATUS_CODE, experiment, run
from nbtrack.store.search import LIFECYCLES

if TYPE_CHECKING:
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


def _newest_activity(of: ExperimentActivity) -> tuple[int, str]:
    return -max(of.creation_time, of.last_start or 0), of.name

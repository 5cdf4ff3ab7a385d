"""The overview of a run in a handful of queries, all by index, however many runs there are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from nbtrack import tags
from nbtrack.store.loading import load_runs
from nbtrack.store.overviews import MOST_RELATED, MetricSummary, RelatedRun, RunOverview
from nbtrack.store.points import DECODED
from nbtrack.store.run_state import state
from nbtrack.store.schema import ACTIVE, LARGEST, STATUS, experiment, run, series, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

    from nbtrack.store.keys import Keys

_RUN = (run.c.id, run.c.uuid, run.c.name, run.c.status, run.c.start_ts, run.c.end_ts)
_KEYS = (tags.PARENT_RUN_ID, tags.ATTEMPT_OF, tags.ATTEMPT_NUMBER)
# What stands for an infinity where a series' row has no other mark of it.
_INFINITE = {LARGEST: math.inf, -LARGEST: -math.inf}


def read(connection: Connection, keys: Keys, run_id: str) -> RunOverview:
    """Return the overview of a run, deleted or not; `NotFound` if there is none."""
    of = state(connection, run_id)
    whole = load_runs(connection, keys, [of.id])[0]
    named = select(experiment.c.name).where(experiment.c.id == of.experiment_id)
    ids = keys.ids(connection, _KEYS)
    own = whole.data.tags
    children = _having(ids, tags.PARENT_RUN_ID, run_id)
    inside = [] if children is None else connection.execute(_newest(children)).all()
    total = len(inside)
    if children is not None and total == MOST_RELATED:
        counted = _related(select(func.count()).select_from(run), children)
        total = connection.execute(counted).scalar_one()
    return RunOverview(
        run=whole,
        experiment_name=connection.execute(named).scalar() or "",
        metrics=_metrics(connection, keys, of.id),
        parent=_parent(connection, own.get(tags.PARENT_RUN_ID, "")),
        children=[_as_related(row) for row in inside],
        children_total=total,
        attempts=list(_attempts(connection, ids, own.get(tags.ATTEMPT_OF, ""))),
    )


def _metrics(connection: Connection, keys: Keys, number: int) -> list[MetricSummary]:
    rows = connection.execute(select(series).where(series.c.run_id == number)).all()
    names = keys.names(connection, {row.key_id for row in rows})
    found = [
        MetricSummary(
            key=names[row.key_id],
            last=DECODED[row.special] if row.special else row.value,
            step=row.step,
            timestamp=row.ts,
            min=_decoded(row.vmin),
            max=_decoded(row.vmax),
            first=_decoded(row.first_value),
            count=row.n,
        )
        for row in rows
    ]
    return sorted(found, key=lambda metric: metric.key)


def _decoded(value: float | None) -> float:
    return math.nan if value is None else _INFINITE.get(value, value)


def _parent(connection: Connection, run_id: str) -> RelatedRun | None:
    if not run_id:
        return None
    row = connection.execute(select(*_RUN).where(run.c.uuid == run_id)).first()
    return None if row is None else _as_related(row)


def _attempts(connection: Connection, ids: Mapping[str, int], first: str) -> Iterator[RelatedRun]:
    having = _having(ids, tags.ATTEMPT_OF, first) if first else None
    if having is None:
        return
    rows = connection.execute(_newest(having)).all()
    numbers = select(tag.c.run_id, tag.c.value).where(
        tag.c.run_id.in_([row.id for row in rows]),
        tag.c.key_id == ids.get(tags.ATTEMPT_NUMBER, 0),
    )
    written = {number: text for number, text in connection.execute(numbers)}  # noqa: C416 - rows are no pairs to mypy
    found = [_as_related(row, written.get(row.id, "")) for row in rows]
    yield from sorted(found, key=lambda one: (one.number, one.start_time))


def _having(ids: Mapping[str, int], key: str, run_id: str) -> ColumnElement[bool] | None:
    """Return the condition that a run names another one by a tag; None if no run has the tag."""
    if key not in ids:
        return None
    return and_(tag.c.run_id == run.c.id, tag.c.key_id == ids[key], tag.c.value_head == run_id)


def _related(statement: Any, having: ColumnElement[bool]) -> Any:
    return statement.join(tag, having).where(run.c.lifecycle == ACTIVE)


def _newest(having: ColumnElement[bool]) -> Any:
    newest = _related(select(*_RUN).select_from(run), having).order_by(run.c.id.desc())
    return newest.limit(MOST_RELATED)


def _as_related(row: Any, number: str = "") -> RelatedRun:
    return RelatedRun(
        run_id=row.uuid,
        run_name=row.name,
        status=STATUS[row.status],
        start_time=row.start_ts,
        end_time=row.end_ts,
        # Anybody may have written the tag.
        number=int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0,  # noqa: PLR2004
    )

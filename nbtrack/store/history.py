"""The points of one metric of one run, in MLflow's order: timestamp, step, value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nbtrack.entities import Metric, PagedList
from nbtrack.errors import InvalidValue
from nbtrack.store import paging
from nbtrack.store.points import DECODED
from nbtrack.store.schema import key, metric, run, series

if TYPE_CHECKING:
    from sqlalchemy import Connection


def read(
    connection: Connection, run_id: str, name: str, max_results: int | None, token: str | None
) -> PagedList[Metric]:
    """Return all points, or a page of them; nothing for a run or metric that is not there."""
    if max_results is not None and max_results < 1:
        raise InvalidValue(
            f"Invalid value {max_results} for parameter 'max_results' supplied: it must be at "
            "least 1."
        )
    number = connection.execute(
        select(series.c.id)
        .join(run, run.c.id == series.c.run_id)
        .join(key, key.c.id == series.c.key_id)
        .where(run.c.uuid == run_id, key.c.name == name)
    ).scalar()
    if number is None:
        return PagedList()
    columns = (metric.c.ts, metric.c.step, metric.c.value, metric.c.special)
    terms = [paging.Term(column) for column in columns]
    wanted = select(*columns).where(metric.c.series_id == number).order_by(*columns)
    query = paging.fingerprint("history", run_id, name)
    if token is not None:
        wanted = wanted.where(paging.after(terms, paging.read_token(token, query, terms)))
    if max_results is not None:
        wanted = wanted.limit(max_results + 1)
    rows = connection.execute(wanted).all()
    page = rows if max_results is None else rows[:max_results]
    points = [
        Metric(name, DECODED[special] if special else value, ts, step)
        for ts, step, value, special in page
    ]
    more = len(page) < len(rows)
    return PagedList(points, paging.write_token(query, page[-1]) if more else None)

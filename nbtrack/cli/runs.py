"""``nbtrack runs``: list and show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbtrack.cli.common import (
    all_pages,
    echo_json,
    echo_table,
    filter_option,
    found_store,
    json_option,
    max_results_option,
    order_option,
    view_option,
)

if TYPE_CHECKING:
    from nbtrack.entities import Run, ViewType
    from nbtrack.store.base import Store

METRICS_SHOWN = 3


@click.group()
def runs() -> None:
    """List runs and show one."""


@runs.command("list")
@click.option("--experiment-id", help="Runs of this experiment; of all unless given.")
@click.option("--experiment-name", help="The same, by the experiment's name.")
@view_option
@max_results_option
@filter_option
@order_option
@json_option
@click.pass_obj
def list_runs(
    uri: str | None,
    experiment_id: str | None,
    experiment_name: str | None,
    view: ViewType,
    max_results: int | None,
    filter_string: str,
    order_by: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """List runs, newest first."""
    with found_store(uri) as store:
        experiment_ids = _experiment_ids(store, experiment_id, experiment_name)
        found = all_pages(
            lambda size, token: store.search_runs(
                experiment_ids,
                filter_string=filter_string,
                order_by=order_by,
                view=view,
                max_results=size,
                page_token=token,
            ),
            max_results,
        )
    if as_json:
        echo_json([as_mlflow_json(run) for run in found])
    else:
        echo_table(
            ("Date", "Name", "ID", "Status", "Duration", "Metrics"), [_row(run) for run in found]
        )


@runs.command()
@click.argument("run", metavar="RUN")
@json_option
@click.pass_obj
def show(uri: str | None, run: str, *, as_json: bool) -> None:
    """Show everything about a run.

    RUN is an id or the beginning of one, a name, last, last~2, best:METRIC or best:METRIC:min.
    """
    from nbtrack.client.references import resolve_run

    with found_store(uri) as store:
        found = resolve_run(run, store)
        experiment = store.get_experiment(found.info.experiment_id)
    if as_json:
        echo_json(as_mlflow_json(found))
    else:
        _show(found, experiment.name)


def as_mlflow_json(run: Run) -> dict[str, Any]:
    """Give a run as ``mlflow runs describe`` prints it; NaN and infinities become their names."""
    from msgspec import to_builtins

    from nbtrack.store.records import wire_value

    metrics = {key: wire_value(value) for key, value in run.data.metrics.items()}
    data = {"metrics": metrics, "params": run.data.params, "tags": run.data.tags}
    return {"info": to_builtins(run.info), "data": data, "inputs": to_builtins(run.inputs)}


def _experiment_ids(store: Store, experiment_id: str | None, name: str | None) -> list[str]:
    from nbtrack.entities import ViewType
    from nbtrack.errors import NotFound

    if experiment_id is not None:
        return [store.get_experiment(experiment_id).experiment_id]
    every = all_pages(
        lambda size, token: store.search_experiments(
            view=ViewType.ALL, max_results=size, page_token=token
        ),
        None,
    )
    if name is None:
        return [experiment.experiment_id for experiment in every]
    chosen = [experiment.experiment_id for experiment in every if experiment.name == name]
    if not chosen:
        raise NotFound(_no_experiment(name, [experiment.name for experiment in every]))
    return chosen


def _no_experiment(name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names)
    hint = (
        f"Did you mean {' or '.join(map(repr, near))}?"
        if near
        else f"There are: {', '.join(names)}."
    )
    return f"There is no experiment named {name!r}. {hint}"


def _row(run: Run) -> tuple[str, ...]:
    from nbtrack.formatting import numbers

    shown = [f"{key}={numbers.number(value)}" for key, value in run.data.metrics.items()]
    more = ["…"] if len(shown) > METRICS_SHOWN else []
    return (
        date(run.info.start_time),
        run.info.run_name,
        run.info.run_id,
        run.info.status,
        duration(run),
        " ".join(shown[:METRICS_SHOWN] + more),
    )


def date(milliseconds: int | None) -> str:
    """Write a time as MLflow's lists do, in UTC."""
    from datetime import UTC, datetime

    if milliseconds is None:
        return ""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # beyond the calendar
        return f"{milliseconds} ms"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(run: Run) -> str:
    """Write how long a run took; empty while it is going on."""
    from nbtrack.formatting import numbers

    if run.info.end_time is None:
        return ""
    return numbers.duration((run.info.end_time - run.info.start_time) / 1000)


def _show(run: Run, experiment: str) -> None:
    from nbtrack.formatting import numbers

    info = run.info
    facts = {
        "name": info.run_name,
        "id": info.run_id,
        "experiment": f"{experiment} (id {info.experiment_id})",
        "status": info.status + (" (deleted)" if info.lifecycle_stage == "deleted" else ""),
        "started": date(info.start_time),
        "ended": date(info.end_time),
        "duration": duration(run),
        "user": info.user_id,
        "artifacts": info.artifact_uri,
    }
    _block("", {key: value for key, value in facts.items() if value})
    _block("params", {key: numbers.param(value) for key, value in sorted(run.data.params.items())})
    _block(
        "metrics", {key: numbers.number(value) for key, value in sorted(run.data.metrics.items())}
    )
    _block(
        "data", {use.dataset.name: use.dataset.profile or "" for use in run.inputs.dataset_inputs}
    )
    _block("tags", dict(sorted(run.data.tags.items())))


def _block(title: str, pairs: dict[str, str]) -> None:
    from nbtrack.formatting.text import one_line, padded, width

    if not pairs:
        return
    if title:
        click.echo(f"\n{title}")
    keys = max(width(one_line(key)) for key in pairs)
    for key, value in pairs.items():
        click.echo(f"  {padded(one_line(key), keys)}  {one_line(value)}")

"""``nbtrack experiments``: create and search, with MLflow's options."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from nbtrack.entities import ViewType


@click.group()
def experiments() -> None:
    """Create and search experiments."""


@experiments.command()
@click.option("-n", "--experiment-name", "name", required=True, help="Name of the new experiment.")
@click.option(
    "-l",
    "--artifact-location",
    metavar="DIR|URL",
    help="Where files of its runs go; beside the store unless given.",
)
@json_option
@click.pass_obj
def create(uri: str | None, name: str, artifact_location: str | None, *, as_json: bool) -> None:
    """Create an experiment and print its id."""
    with found_store(uri, create=True) as store:
        experiment_id = store.create_experiment(name, artifact_location=artifact_location)
    if as_json:
        echo_json({"experiment_id": experiment_id})
    else:
        click.echo(f"Created experiment '{name}' with id {experiment_id}")


@experiments.command()
@view_option
@max_results_option
@filter_option
@order_option
@json_option
@click.pass_obj
def search(
    uri: str | None,
    view: ViewType,
    max_results: int | None,
    filter_string: str,
    order_by: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """List experiments."""
    with found_store(uri) as store:
        found = all_pages(
            lambda size, token: store.search_experiments(
                filter_string=filter_string,
                order_by=order_by,
                view=view,
                max_results=size,
                page_token=token,
            ),
            max_results,
        )
    if as_json:
        from msgspec import to_builtins

        echo_json([to_builtins(experiment) for experiment in found])
        return
    rows = [
        (found_one.experiment_id, found_one.name, found_one.artifact_location)
        for found_one in found
    ]
    echo_table(("Experiment Id", "Name", "Artifact Location"), rows)

"""``nbtrack server``: the tracking server on a port of its own."""

from __future__ import annotations

from typing import Any

import click


@click.command(context_settings={"help_option_names": ["--help"]})  # -h is the host, as in MLflow
@click.option(
    "--backend-store-uri",
    "store_uri",
    metavar="URI",
    envvar="MLFLOW_BACKEND_STORE_URI",
    help="The store: a folder, sqlite:///…, postgresql://… or mysql://…; without it, the one that "
    "the other commands find.",
)
@click.option(
    "--default-artifact-root",
    "artifact_root",
    metavar="PLACE",
    envvar="MLFLOW_DEFAULT_ARTIFACT_ROOT",
    help="Where the files of runs are kept: a folder or a URL such as s3://bucket/folder.",
)
@click.option(
    "--artifacts-destination",
    metavar="PLACE",
    envvar="MLFLOW_ARTIFACTS_DESTINATION",
    help="The same, for files that go through the server, which is the default.",
)
@click.option(
    "-h",
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="MLFLOW_HOST",
    help="Address to listen at.",
)
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    default=5000,
    show_default=True,
    envvar="MLFLOW_PORT",
    help="Port to listen at; 0 takes any free one.",
)
@click.pass_obj
def server(uri: str | None, /, **given: Any) -> None:
    """Serve the store to MLflow's clients and to browsers."""
    from nbtrack.server.launch import launch
    from nbtrack.server.options import Options

    given["store_uri"] = given["store_uri"] or uri
    launch(Options(**given))

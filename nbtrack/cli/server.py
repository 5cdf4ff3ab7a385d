"""``nbtrack server``: the tracking server on a port of its own."""

from __future__ import annotations

from typing import Any

import click


def _listed(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[str, ...]:
    return tuple(each.strip() for each in (value or "").split(",") if each.strip())


# -h is the host, as in MLflow.
@click.command(context_settings={"help_option_names": ["--help"]})
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
    "--serve-artifacts/--no-serve-artifacts",
    default=True,
    show_default=True,
    envvar="MLFLOW_SERVE_ARTIFACTS",
    help="Whether files go through the server, or clients go to the artifact root themselves.",
)
@click.option(
    "--artifacts-only",
    is_flag=True,
    envvar="MLFLOW_ARTIFACTS_ONLY",
    help="Serve files and nothing else.",
)
@click.option(
    "--allow-artifact-root",
    "allowed_roots",
    multiple=True,
    metavar="PLACE",
    help="One more place whose files the server opens for runs that are kept there; may be "
    "repeated.",
)
@click.option(
    "-h",
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="MLFLOW_HOST",
    help="Address to listen at; 0.0.0.0 for all of this machine.",
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
@click.option(
    "-w",
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    envvar="MLFLOW_WORKERS",
    help="Number of processes; more than one needs PostgreSQL or MariaDB.",
)
@click.option(
    "--static-prefix",
    "prefix",
    default="",
    metavar="PATH",
    envvar="MLFLOW_STATIC_PREFIX",
    help="What comes before every path, such as /tracking.",
)
@click.option(
    "--token",
    "asks_everybody",
    is_flag=True,
    help="Ask everybody for the token, also the user who started the server on this machine. "
    "NBTRACK_SERVER_TOKEN chooses it.",
)
@click.option(
    "--no-auth", is_flag=True, help="Ask nobody for a token: who reaches the server may do all."
)
@click.option(
    "--allowed-hosts",
    metavar="NAMES",
    envvar="MLFLOW_SERVER_ALLOWED_HOSTS",
    callback=_listed,
    help="Names under which the server answers too, with commas between them.",
)
@click.option(
    "--cors-allowed-origins",
    "allowed_origins",
    metavar="ORIGINS",
    envvar="MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
    callback=_listed,
    help="Other sites whose pages may use the server, such as https://app.example.org, with commas "
    "between them.",
)
@click.option(
    "--x-frame-options",
    "frames",
    type=click.Choice(["SAMEORIGIN", "DENY", "NONE"], case_sensitive=False),
    default="SAMEORIGIN",
    show_default=True,
    envvar="MLFLOW_SERVER_X_FRAME_OPTIONS",
    help="Whether sites may show the server's pages inside their own.",
)
@click.pass_obj
def server(uri: str | None, /, **given: Any) -> None:
    """Serve a store to MLflow's clients, nbtrack's and browsers."""
    from nbtrack.server.launch import launch
    from nbtrack.server.options import Options

    given["store_uri"] = given["store_uri"] or uri
    launch(Options(**given), click.echo)

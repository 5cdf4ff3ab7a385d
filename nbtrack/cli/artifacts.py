"""``nbtrack artifacts``: list and download the files of a run, with MLflow's options."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbtrack.cli.common import echo_json, found_store

if TYPE_CHECKING:
    from nbtrack.artifacts import ArtifactFolder
    from nbtrack.store.base import Store

# The two ways MLflow writes "this file of that run".
_RUN_URIS = (
    re.compile(r"runs:/(?P<run>[^/]+)(?:/(?P<path>.*))?"),
    re.compile(r"mlflow-artifacts:/+[^/]+/(?P<run>[^/]+)/artifacts(?:/(?P<path>.*))?"),
)


@click.group()
def artifacts() -> None:
    """List and download the files of a run."""


@artifacts.command("list")
@click.option(
    "-r",
    "--run-id",
    "run",
    metavar="RUN",
    required=True,
    help="Id of the run, or a reference to it.",
)
@click.option(
    "-a", "--artifact-path", "path", default="", metavar="PATH", help="A folder of the run's files."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON; it is the default here, as in MLflow."
)
@click.pass_obj
def list_artifacts(uri: str | None, run: str, path: str, *, as_json: bool) -> None:
    """List the files of a run as JSON."""
    del as_json
    from msgspec import to_builtins

    with found_store(uri) as store:
        echo_json([to_builtins(found) for found in _folder(store, run).list(path)])


@artifacts.command()
@click.option("-r", "--run-id", "run", metavar="RUN", help="Id of the run, or a reference to it.")
@click.option(
    "-a",
    "--artifact-path",
    "path",
    default="",
    metavar="PATH",
    help="One file or folder; all unless given.",
)
@click.option(
    "-u", "--artifact-uri", metavar="URI", help="runs:/RUN/PATH in place of the two options above."
)
@click.option(
    "-d",
    "--dst-path",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to put it into, made if it is not there; a new temporary one unless given.",
)
@click.pass_obj
def download(
    uri: str | None, run: str | None, path: str, artifact_uri: str | None, dst_path: Path | None
) -> None:
    """Download files of a run and print where they are."""
    if (run is None) == (artifact_uri is None):
        raise click.UsageError("Say which run: either --run-id or --artifact-uri.")
    if artifact_uri is not None:
        run, path = _parts(artifact_uri)
    assert run is not None
    with found_store(uri) as store:
        folder = _folder(store, run)
        click.echo(folder.download(path, _destination(dst_path)))


def _parts(artifact_uri: str) -> tuple[str, str]:
    for form in _RUN_URIS:
        if found := form.fullmatch(artifact_uri):
            return found["run"], found["path"] or ""
    raise click.UsageError(f"{artifact_uri!r} does not name a run's file. Write runs:/RUN/PATH.")


def _destination(folder: Path | None) -> Path:
    from tempfile import mkdtemp

    if folder is None:
        return Path(mkdtemp(prefix="nbtrack-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _folder(store: Store, reference: str) -> ArtifactFolder:
    from nbtrack.artifacts import open_artifacts
    from nbtrack.client.references import resolve_run

    run = resolve_run(reference, store)
    return open_artifacts(run.info.artifact_uri, store.artifact_root)

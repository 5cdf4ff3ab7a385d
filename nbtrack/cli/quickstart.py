"""``nbtrack quickstart``: copy the notebook, then open it in JupyterLab or execute it headless."""

from __future__ import annotations

from pathlib import Path

import click

from nbtrack.cli.clean_notebook import without_outputs

NOTEBOOK = "01-quickstart.ipynb"
DEFAULT_PORT = 8888


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    default="nbtrack-quickstart",
    type=click.Path(file_okay=False, path_type=Path),
)
@click.option("--execute", is_flag=True, help="Run the notebook here and now, without a browser.")
@click.option(
    "--no-browser", is_flag=True, help="Print JupyterLab's address instead of opening a browser."
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"JupyterLab's port; without it, the first free one from {DEFAULT_PORT}.",
)
def quickstart(folder: Path, *, execute: bool, no_browser: bool, port: int | None) -> None:
    """Open the quickstart notebook.

    It is copied to DIR (./nbtrack-quickstart) and opened in JupyterLab, or executed here and now.
    A notebook there that you changed is kept: the copy gets another name.
    """
    from nbtrack.cli import execution, lab

    if execute:
        execution.require()
        execution.execute(copy_notebook(folder))
    else:
        lab.require()
        address = lab.choose_port(port, DEFAULT_PORT)
        lab.open_notebook(copy_notebook(folder), port=address, browser=not no_browser)


def copy_notebook(folder: Path) -> Path:
    """Put a clean copy of the quickstart notebook into a folder, say so, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = without_outputs(source_notebook().read_bytes())
    target = free_name(folder / NOTEBOOK, fresh)
    if target.name != NOTEBOOK:
        click.echo(f"{folder / NOTEBOOK} was changed and is kept; the fresh copy is {target}.")
    if not target.exists():
        target.write_bytes(fresh)
    click.echo(f"Notebook: {target}")
    return target.resolve()


def source_notebook() -> Path:
    """Return the package's notebook: beside this file in a wheel, in notebooks/ in a checkout."""
    beside = Path(__file__).with_name(NOTEBOOK)
    return beside if beside.exists() else Path(__file__).parents[2] / "notebooks" / NOTEBOOK


def free_name(wanted: Path, content: bytes | None = None) -> Path:
    """Return the first of ``name``, ``name-2`` … that is free or holds exactly this content."""
    number, path = 1, wanted
    while path.exists() and (content is None or path.read_bytes() != content):
        number += 1
        path = wanted.with_stem(f"{wanted.stem}-{number}")
    return path

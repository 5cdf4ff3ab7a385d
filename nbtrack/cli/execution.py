"""Run the quickstart notebook without a browser and say where its result is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from nbtrack.cli import lab
from nbtrack.cli.quickstart import free_name
from nbtrack.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

CELL_TIMEOUT_S = 300

# nbconvert's page without its scripts: they come from other hosts, and nothing here needs them.
PAGE = """{%- extends "index.html.j2" -%}
{% block html_head_js %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
"""


def require() -> None:
    """Raise unless the packages that run a notebook are there; they come with JupyterLab."""
    lab.require("nbclient", "nbconvert", "ipykernel", "sklearn")


def execute(notebook: Path) -> None:
    """Execute a notebook in its folder; write the result beside it, as a notebook and as a page."""
    os.environ.update(lab.environment())
    import nbformat

    content = nbformat.read(notebook, as_version=4)
    target = free_name(notebook.with_stem(f"{notebook.stem}-executed"))
    failure = _run_cells(content, notebook.parent)
    nbformat.write(content, target)
    page = target.with_suffix(".html")
    page.write_text(as_page(content, target.stem), encoding="utf-8")
    click.echo(f"Executed notebook: {target}\nAs a page: {page}")
    if failure:
        raise Unavailable(f"A cell of the notebook failed; the result shows which. {failure}")
    click.echo(f"Its runs: {_runs_command(notebook.parent)}")


def _run_cells(content: Any, folder: Path) -> str:
    """Execute the cells in place; return an empty text, or the sentence that says what failed."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    length = sum(cell.cell_type == "code" for cell in content.cells)
    with click.progressbar(length=length, label="Executing") as bar:
        client = NotebookClient(
            content,
            timeout=CELL_TIMEOUT_S,
            kernel_name="python3",
            extra_arguments=[
                "--log-level=ERROR"
            ],  # no word on encryption: it talks to this process
            resources={"metadata": {"path": str(folder)}},
            on_cell_executed=lambda **_: bar.update(1),
        )
        try:
            client.execute()
        except CellExecutionError as error:
            return f"{error.ename}: {error.evalue}"
        except CellTimeoutError:
            return f"It ran longer than {CELL_TIMEOUT_S} s."
        except DeadKernelError:
            return "Its kernel died."
    return ""


def as_page(content: Any, title: str) -> str:
    """Return a notebook as a page that needs nothing but itself: no script, no other host."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(raw_template=PAGE)
    page: str = exporter.from_notebook_node(content, {"metadata": {"name": title}})[0]
    return page


def _runs_command(folder: Path) -> str:
    from nbtrack.store.location import find_store

    return f"nbtrack --tracking-uri {find_store(start=folder).shown} runs list"

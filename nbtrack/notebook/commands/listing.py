"""``%track``, ``runs``, ``show``, ``diff``, ``help``: what is recorded, what can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.errors import InvalidValue
from nbtrack.formatting import numbers
from nbtrack.notebook.options import split
from nbtrack.notebook.summary import Note, notes_bundle
from nbtrack.notebook.under_cell import show as show_bundle
from nbtrack.views.data_words import shape
from nbtrack.views.static import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.entities import Run
    from nbtrack.notebook.kernel import Kernel

_LAST = 5
# What the heading says already, or what is meant for programs.
_UNSHOWN = {tags.RUN_NAME, tags.CAPTURED, tags.CELL_HASH, tags.DIRECTION, tags.PARAMS_FROM}
_MOST_REFERENCES = 2


def overview(kernel: Kernel, rest: str) -> Any:  # noqa: ARG001 - every command takes its line's rest
    """Show the store and the rule that chose it, the active run and the last runs."""
    from nbtrack.client import stack
    from nbtrack.views.run_table import runs as table_of

    kernel.settle()
    session = kernel.session()
    active = stack.active()
    what = f"{active.info.run_name} ({active.run_id})" if active else "none"
    name = kernel.experiment(session, None).name
    notes = [
        Note("store", session.location.shown),
        Note("chosen because", session.location.rule),
        Note("experiment", name),
        Note("active run", what),
        Note("tracked are", "all cells" if kernel.tracks_every_cell else "cells with %%track"),
    ]
    show_bundle(notes_bundle(notes))
    return table_of(max_results=_LAST)


def runs(kernel: Kernel, rest: str) -> Any:
    """Return the table of the runs that match a query."""
    from nbtrack.views.run_table import runs as table_of

    kernel.session()
    return table_of(rest)


def show(kernel: Kernel, rest: str) -> None:
    """Show everything about one run."""
    run = kernel.find_run(rest or "last")
    columns = [Column("of"), Column("name"), Column("value")]
    rows = [[Cell(kind), Cell(key), Cell(value)] for kind, key, value in _facts(kernel, run)]
    info = run.info
    seconds = None if info.end_time is None else (info.end_time - info.start_time) / 1000
    parts = [info.run_name, info.status, numbers.moment(info.start_time), numbers.duration(seconds)]
    heading = " · ".join(part for part in parts if part)
    show_bundle(Table(columns, rows, heading, [f"run {info.run_id}"]).mimebundle())


def diff(kernel: Kernel, rest: str) -> None:
    """Show the params, metrics and data that two runs do not share."""
    words = split(rest)
    if len(words) > _MOST_REFERENCES:
        raise InvalidValue("diff takes two runs: %track diff [A] [B]")
    references = words or ["last~1"]
    a = kernel.find_run(references[0])
    b = kernel.find_run(references[1] if len(references) > 1 else "last")
    rows = [[Cell(kind), Cell(key), Cell(x), Cell(y)] for kind, key, x, y in _differences(a, b)]
    columns = [Column("of"), Column("name"), Column(a.info.run_name), Column(b.info.run_name)]
    notes = () if rows else ("same params, metrics and data",)
    show_bundle(Table(columns, rows, notes=notes).mimebundle())


def help_text(kernel: Kernel, rest: str) -> None:  # noqa: ARG001 - as above
    """Print the subcommands and the options of ``%%track``."""
    from nbtrack.notebook import commands, options

    print(f"{commands.usage()}\n{options.usage()}")  # noqa: T201 - help is meant for stdout


def _facts(kernel: Kernel, run: Run) -> Iterator[tuple[str, str, str]]:
    for key, value in run.data.params.items():
        yield "param", key, value
    for key, number in run.data.metrics.items():
        yield "metric", key, numbers.number(number)
    for item in run.inputs.dataset_inputs:
        yield "data", item.dataset.name, shape(item) or item.dataset.digest
    for key, value in run.data.tags.items():
        if key not in _UNSHOWN:
            yield "tag", key, value
    for path, size in _files(kernel, run):
        yield "file", path, size


def _files(kernel: Kernel, run: Run, folder: str = "") -> Iterator[tuple[str, str]]:
    for entry in kernel.session().artifacts(run.info).list(folder):
        if entry.is_dir:
            yield from _files(kernel, run, entry.path)
        else:
            yield entry.path, numbers.size(entry.file_size or 0)


def _differences(a: Run, b: Run) -> Iterator[tuple[str, str, str, str]]:
    for kind, x, y in (
        ("param", a.data.params, b.data.params),
        ("metric", _written(a), _written(b)),
        ("data", _digests(a), _digests(b)),
    ):
        for key in {**x, **y}:
            if x.get(key) != y.get(key):
                yield kind, key, x.get(key, ""), y.get(key, "")


def _written(run: Run) -> dict[str, str]:
    return {key: numbers.number(value) for key, value in run.data.metrics.items()}


def _digests(run: Run) -> dict[str, str]:
    return {item.dataset.name: item.dataset.digest for item in run.inputs.dataset_inputs}

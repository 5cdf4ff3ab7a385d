"""Which earlier runs are attempts of the same cell, and how the next one is named.

A cell is known by the front end's id. Where there is none (nbclient, terminals), a cell of the same
notebook is the same if its NAME is, else if its source is the same text, else if its source is
nearest to it and near enough. Runs of this kernel are remembered, so the store is asked only for
cells that this kernel has not tracked yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from nbtrack import tags
from nbtrack.errors import NbtrackError
from nbtrack.notebook import cell_text
from nbtrack.notebook.capture.lineage import cell_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.client.session import Session
    from nbtrack.entities import Run

# A source is near enough from this ratio of equal lines on.
NEAR = 0.6
SOURCE_FILE = "source/cell.py"
_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """What makes a cell known again; ``source`` is without its ``%%track`` line."""

    source: str
    hash: str
    notebook: str
    cell_id: str | None = None
    name: str | None = None


def cell_of(raw: str, *, notebook: str, cell_id: str | None, name: str | None) -> Cell:
    """Return a cell from its text as it stands in the notebook."""
    source = without_track(raw)
    return Cell(source, cell_hash(source), notebook, cell_id, name)


def without_track(raw: str) -> str:
    """Return a cell's text without its ``%%track`` line."""
    found = cell_text.find(raw.splitlines(keepends=True))
    return raw if found is None else "".join(found.text)


@dataclass(slots=True)
class Attempt:
    """One run of a cell; the attempts of a cell share ``first_id`` and are numbered from 1."""

    run_id: str
    first_id: str
    number: int
    name: str
    cell: Cell
    params: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)

    @property
    def shared_name(self) -> str:
        """Return the name without the attempt's number."""
        return self.name.removesuffix(f" #{self.number}")


class Attempts:
    """The attempts this kernel made, by experiment, and the way to those in the store."""

    def __init__(self) -> None:
        self._made: dict[str, list[Attempt]] = {}

    def remember(self, experiment_id: str, attempt: Attempt) -> None:
        """Note an attempt of this kernel."""
        self._made.setdefault(experiment_id, []).append(attempt)

    def forget(self, run_id: str) -> None:
        """Drop a run that went to the trash."""
        for made in self._made.values():
            made[:] = [attempt for attempt in made if attempt.run_id != run_id]

    def previous(self, session: Session, experiment_id: str, cell: Cell) -> Attempt | None:
        """Return the last attempt of this cell, or None; also if the store cannot answer."""
        made = list(reversed(self._made.get(experiment_id, ())))
        found = _same(made, cell)
        if found is None:
            try:
                stored = _stored(session, experiment_id, cell)
            except NbtrackError:
                return _nearest(made, cell)
            found = _same(stored, cell) or _nearest([*made, *stored], cell)
        return found


def next_attempt(run_id: str, cell: Cell, previous: Attempt | None, new_name: str) -> Attempt:
    """Return the attempt after ``previous``; ``new_name`` is for a first one without NAME."""
    if previous is None:
        return Attempt(run_id, run_id, 1, cell.name or new_name, cell)
    number = previous.number + 1
    name = cell.name or f"{previous.shared_name} #{number}"
    return Attempt(run_id, previous.first_id, number, name, cell)


def _same(attempts: Iterable[Attempt], cell: Cell) -> Attempt | None:
    for attempt in attempts:
        other = attempt.cell
        if cell.notebook != other.notebook:
            continue
        if cell.cell_id and other.cell_id:
            same = cell.cell_id == other.cell_id
        elif cell.name:
            same = cell.name == attempt.shared_name
        else:
            same = cell.hash == other.hash
        if same:
            return attempt
    return None


def _nearest(attempts: Iterable[Attempt], cell: Cell) -> Attempt | None:
    """Return the attempt with the nearest source, for front ends that have no ids."""
    if cell.cell_id or cell.name:
        return None
    best, found = NEAR, None
    lines = cell.source.splitlines()
    for attempt in attempts:
        other = attempt.cell
        if other.cell_id or other.name or cell.notebook != other.notebook:
            continue
        ratio = SequenceMatcher(None, lines, other.source.splitlines(), autojunk=False).ratio()
        if ratio > best:
            best, found = ratio, attempt
    return found


def _stored(session: Session, experiment_id: str, cell: Cell) -> list[Attempt]:
    """Return attempts in the store that may be this cell's, newest first."""
    # Another notebook may have tracked a cell of the same NAME into the experiment since.
    asked = _equals(f"tags.`{tags.NOTEBOOK}`", cell.notebook)
    if cell.cell_id:
        asked += f" AND {_equals(f'tags.`{tags.CELL_ID}`', cell.cell_id)}"
    elif cell.name:
        asked += f" AND {_equals('attributes.run_name', cell.name)}"
    runs = session.store.search_runs(
        [experiment_id],
        filter_string=asked,
        order_by=["attributes.start_time DESC"],
        max_results=1 if cell.cell_id or cell.name else _LOOKED_AT,
    )
    return [attempt for run in runs if (attempt := attempt_of(session, run)) is not None]


def attempt_of(session: Session, run: Run) -> Attempt | None:
    """Return a stored run as an attempt; None for a run that is not a tracked cell's."""
    found = run.data.tags
    first_id = found.get(tags.ATTEMPT_OF)
    number = found.get(tags.ATTEMPT_NUMBER, "")
    if first_id is None or not number.isdecimal():
        return None
    return Attempt(
        run.info.run_id,
        first_id,
        int(number),
        run.info.run_name,
        Cell(
            _source(session, run),
            found.get(tags.CELL_HASH, ""),
            found.get(tags.NOTEBOOK, ""),
            found.get(tags.CELL_ID),
        ),
        params=run.data.params,
        metrics=run.data.metrics,
        data={item.dataset.name: item.dataset.digest for item in run.inputs.dataset_inputs},
    )


def _source(session: Session, run: Run) -> str:
    try:
        raw = session.artifacts(run.info).read(SOURCE_FILE)
    except (NbtrackError, OSError):
        return ""
    return without_track(raw.decode("utf-8", "replace"))


def _equals(field_name: str, text: str) -> str:
    """Return a filter for a text; the grammar has no escape, so both quotes need a pattern."""
    for quote in "'\"":
        if quote not in text:
            return f"{field_name} = {quote}{text}{quote}"
    pattern = text.replace("'", "_")
    return f"{field_name} LIKE '{pattern}'"

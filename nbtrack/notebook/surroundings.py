"""Around the cell: its source, the cells it used, git and package versions, kept with the run.

All of it is written by the background thread; git is asked once a second at most, because a re-run
of a cell that takes milliseconds finds the same tree.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack import tags
from nbtrack.notebook.attempts import SOURCE_FILE
from nbtrack.notebook.capture.code import read_code
from nbtrack.notebook.capture.environment import environment
from nbtrack.notebook.capture.lineage import lineage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbtrack.client.active_run import ActiveRun
    from nbtrack.notebook.capture.code import CodeState
    from nbtrack.notebook.capture.rule import Before, CellPlan

CELLS_FILE = "source/cells.json"
PATCH_FILE = "code.patch"
ENVIRONMENT_FILE = "environment.json"
_CODE_LASTS = 1.0


def keep_source(
    run: ActiveRun, raw: str, plan: CellPlan, before: Before, clean: Callable[[str], str]
) -> None:
    """Write the cell as it stands in the notebook, and the cells whose values it read."""
    run.artifacts.write(SOURCE_FILE, _bytes(clean(raw)))
    cells = lineage(plan.facts, plan.history, before.names)
    if cells:
        found = [{**cell._asdict(), "source": clean(cell.source)} for cell in cells]
        run.artifacts.write(CELLS_FILE, _bytes(json.dumps(found, indent=1)))


def keep_environment(run: ActiveRun) -> None:
    """Write Python, platform and package versions."""
    run.artifacts.write(ENVIRONMENT_FILE, _bytes(json.dumps(environment(), indent=1)))


def keep_code(run: ActiveRun, folder: Path, clean: Callable[[str], str]) -> None:
    """Tag the run with the commit, and write the patch of what is not committed."""
    state = _code_of(folder)
    if state.commit:
        run.set_tag(tags.GIT_COMMIT, state.commit)
    if state.patch:
        run.artifacts.write(PATCH_FILE, _bytes(clean(state.patch)))


@dataclass(slots=True)
class _Seen:
    folder: Path
    state: CodeState
    when: float


_seen: list[_Seen] = []


def _code_of(folder: Path) -> CodeState:
    now = time.monotonic()
    if _seen and _seen[0].folder == folder and now - _seen[0].when < _CODE_LASTS:
        return _seen[0].state
    state = read_code(folder)
    _seen[:] = [_Seen(folder, state, now)]
    return state


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")

"""How a cell ended: the run's status and the error's text, from what IPython hands to the hook."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from typing import Any

from nbtrack.client.failure import status_of
from nbtrack.entities import RunStatus

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_INTERNAL = ("/IPython/core/", "\\IPython\\core\\", "/ipykernel/", "\\ipykernel\\")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Status of the run, the exception (None: none) and its traceback as the user saw it."""

    status: RunStatus
    error: BaseException | None = None
    trace: str = ""

    @property
    def line(self) -> str:
        """Return the error as one line, empty if there is none."""
        if self.error is None:
            return "interrupted" if self.status == RunStatus.KILLED else ""
        kind = type(self.error).__name__
        if isinstance(self.error, KeyboardInterrupt):
            return "interrupted"
        return f"{kind}: {self.error}" if str(self.error) else kind


def outcome_of(shell: Any, result: Any) -> Outcome:
    """Return how a cell ended.

    IPython gives no result (None) for an interrupted ``await`` and for cells that are open when the
    extension is unloaded.
    """
    if result is None:
        return Outcome(RunStatus.KILLED)
    error = result.error_before_exec or result.error_in_exec
    if error is None or isinstance(error, bool):
        return Outcome(RunStatus.FINISHED)
    return Outcome(status_of(error), error, without_colours(_trace(shell, error)))


def without_colours(text: str) -> str:
    """Return a text without ANSI escape sequences."""
    return _ANSI.sub("", text)


def _trace(shell: Any, error: BaseException) -> str:
    # What ipykernel sent to the front end last; a terminal shell keeps nothing.
    shown = getattr(shell, "_last_traceback", None)
    if shown and type(error).__name__ in without_colours(shown[-1]):
        return "\n".join(shown)
    trace = error.__traceback__
    while trace is not None and any(i in trace.tb_frame.f_code.co_filename for i in _INTERNAL):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))

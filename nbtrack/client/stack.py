"""Which run a call means: the runs of this thread or task, the tracked cell's, the last one.

Each thread and each asyncio task has its own stack (a context variable), so two of them can have
runs open at the same time. Where a stack is empty, the *ambient* run counts: the run of the tracked
cell. A call that logs has one more resort, see `adrift`.
"""

from __future__ import annotations

import os
import sys
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.client.active_run import ActiveRun

    Observer = Callable[[str, float, int, int], None]

stack: ContextVar[tuple[ActiveRun, ...]] = ContextVar("nbtrack_runs", default=())

# Runs that `start_run` began and nobody ended, of all threads, oldest first.
open_runs: dict[str, ActiveRun] = {}

# Those of generators that wait to be asked for more: nobody's who logs without a run.
suspended: dict[str, ActiveRun] = {}

# Callbacks by run id; the hot path only asks whether there is any.
observers: dict[str, tuple[Observer, ...]] = {}

_ambient: ActiveRun | None = None
_last_tracked: ActiveRun | None = None
_last: ActiveRun | None = None
_notebook: bool | None = None


def push(run: ActiveRun) -> None:
    """Make a run the active one of this thread or task."""
    stack.set((*stack.get(), run))


def pop(run: ActiveRun) -> None:
    """Take a run off this thread's or task's stack, wherever in it the run is."""
    global _last  # noqa: PLW0603 - what last_active_run answers is the process's, as in MLflow
    runs = stack.get()
    for place in reversed(range(len(runs))):
        if runs[place] is run:
            stack.set(runs[:place] + runs[place + 1 :])
            _last = run
            return


def suspend(run: ActiveRun) -> None:
    """Make a run nobody's for a while: its generator waits to be asked for more."""
    pop(run)
    if open_runs.pop(run.run_id, None) is not None:  # it was not ended
        suspended[run.run_id] = run


def wake(run: ActiveRun) -> None:
    """Take `suspend` back."""
    push(run)
    if suspended.pop(run.run_id, None) is not None:
        open_runs[run.run_id] = run


def current() -> ActiveRun | None:
    """Return the run that a call of this thread or task means, or None."""
    runs = stack.get()
    return runs[-1] if runs else _ambient


def active() -> ActiveRun | None:
    """Return the run that is going on here: one that has ended does not count."""
    for run in reversed(stack.get()):
        if not run.ended:
            return run
    if _ambient is not None and not _ambient.ended:
        return _ambient
    return _newest_of_notebook()


def set_ambient(run: ActiveRun | None) -> None:
    """Make a run the one that threads and tasks without their own see (the tracked cell's)."""
    global _ambient, _last  # noqa: PLW0603 - one cell runs at a time
    _last = _ambient or _last
    _ambient = run


def ambient() -> ActiveRun | None:
    """Return the tracked cell's run."""
    return _ambient


def set_last_tracked(run: ActiveRun | None) -> None:
    """Remember the run that takes what a notebook logs without an active run."""
    global _last_tracked  # noqa: PLW0603 - one notebook, one last run
    _last_tracked = run


def last_tracked() -> ActiveRun | None:
    """Return the last tracked run of this notebook."""
    return _last_tracked


def last() -> ActiveRun | None:
    """Return the run of this process that stopped being active last, or None."""
    return _last


def notebook_mode(on: bool | None = None) -> bool:  # noqa: FBT001 - a switch: notebook_mode(True)
    """Switch the manners of a notebook, where runs are forgotten between cells, on or off.

    Returns
    -------
    bool
        Whether they are on: as switched, else where IPython runs what is typed.
    """
    global _notebook  # noqa: PLW0603 - the process is a notebook's kernel or it is not
    if on is not None:
        _notebook = on
    if _notebook is not None:
        return _notebook
    module = sys.modules.get("IPython.core.interactiveshell")
    return module is not None and bool(module.InteractiveShell.initialized())


def adrift() -> ActiveRun | None:
    """Return the open run that a thread or cell without an active run belongs to, if that is clear.

    Two cases. A kernel may give each cell a context of its own, so that the next cell does not see
    the stack of the cell that called ``start_run``: in a notebook the newest open run counts. And a
    worker thread starts with an empty context: if exactly one run is open in the process, what the
    worker logs is that run's (MLflow would start a run for it).
    """
    newest = _newest_of_notebook()
    if newest is None and len(open_runs) == 1:
        newest = next(iter(open_runs.values()), None)
    return newest


def _newest_of_notebook() -> ActiveRun | None:
    if notebook_mode() and threading.current_thread() is threading.main_thread():
        return next(reversed(open_runs.values()), None)
    return None


def observe(run_id: str, callback: Observer) -> None:
    """Have ``callback(key, value, step, timestamp)`` called for each metric logged to a run."""
    observers[run_id] = (*observers.get(run_id, ()), callback)


def unobserve(run_id: str) -> None:
    """Stop all callbacks of a run."""
    observers.pop(run_id, None)


def _forget_parents() -> None:
    # A forked child may go on logging to its parent's runs, but it is not the one that ends them.
    open_runs.clear()
    suspended.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parents)

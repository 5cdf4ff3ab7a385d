"""Begin runs, find them by id, and end what a program left open; the stack of active runs.

The rest of nbtrack imports from here; `run_handle` holds the class and `stack` the stack.
"""

from __future__ import annotations

import atexit
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import tags as names_of_tags
from nbtrack.client import session as sessions
from nbtrack.client.failure import keep_error, status_of
from nbtrack.client.names import check_is_text, check_moment, check_name, new_run_id
from nbtrack.client.run_handle import ActiveRun, checked_status, checked_tags, now
from nbtrack.client.stack import (
    active,
    adrift,
    ambient,
    current,
    last,
    last_tracked,
    notebook_mode,
    observe,
    open_runs,
    pop,
    push,
    set_ambient,
    set_last_tracked,
    suspended,
    unobserve,
)
from nbtrack.entities import LifecycleStage, RunInfo, RunStatus
from nbtrack.errors import InvalidValue
from nbtrack.store.checks import MAX_RUN_NAME
from nbtrack.store.records import CreateRun
from nbtrack.two_words import generated_name
from nbtrack.urls import below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.client.session import Session
    from nbtrack.entities import Experiment

__all__ = [
    "ActiveRun",
    "active",
    "adrift",
    "ambient",
    "begin_run",
    "checked_status",
    "checked_tags",
    "current",
    "last",
    "last_tracked",
    "notebook_mode",
    "now",
    "observe",
    "pop",
    "push",
    "run_by_id",
    "set_ambient",
    "set_last_tracked",
    "set_source_tags",
    "source_tags",
    "unobserve",
]

_EXIT_TIMEOUT = 5.0


def begin_run(
    session: Session,
    experiment_id: str | Experiment,
    *,
    name: str | None = None,
    tags: Mapping[str, Any] | None = None,
    parent_run_id: str | None = None,
    start_time: int | None = None,
) -> ActiveRun:
    """Begin a run. It is not put on the stack of active runs.

    Parameters
    ----------
    session : Session
        Where it is recorded.
    experiment_id : str or Experiment
        Its experiment, which must not be deleted.
    name : str, optional
        If not given, the tag ``mlflow.runName``, else two words are made up.
    tags : mapping, optional
        Tags besides user and source, which are set here unless the mapping has them.
    parent_run_id : str, optional
        The run it is a part of.
    start_time : int, optional
        Milliseconds since the epoch; now if not given.
    """
    experiment = (
        session.experiment(experiment_id) if isinstance(experiment_id, str) else experiment_id
    )
    given = dict(tags or {})
    name = name or given.get(names_of_tags.RUN_NAME) or generated_name()
    check_name(name, "a run", MAX_RUN_NAME)
    if parent_run_id:
        given[names_of_tags.PARENT_RUN_ID] = parent_run_id
    all_tags = {**source_tags(), **given, names_of_tags.RUN_NAME: name}
    run_id = new_run_id()
    info = RunInfo(
        run_id=run_id,
        experiment_id=experiment.experiment_id,
        run_name=name,
        user_id=str(all_tags[names_of_tags.USER]),
        status=RunStatus.RUNNING,
        start_time=now() if start_time is None else check_moment(start_time, "start_time"),
        artifact_uri=below(experiment.artifact_location, f"{run_id}/artifacts"),
    )
    record = CreateRun(
        info.run_id,
        info.experiment_id,
        name,
        info.user_id,
        info.start_time,
        checked_tags(all_tags),
    )
    session.outbox.append(record)
    return ActiveRun(session, info)


def run_by_id(session: Session, run_id: str) -> ActiveRun:
    """Return a run to write to, of this process or any other.

    Raises
    ------
    NotFound
        If the store has no such run.
    InvalidValue
        If the run is deleted.
    """
    run = session.runs.get(check_is_text(run_id, "The id of a run"))
    if run is not None:
        return run
    stored = session.stored_run(run_id)
    if stored.info.lifecycle_stage == LifecycleStage.DELETED:
        raise InvalidValue(
            f"The run {run_id} must be in the 'active' state. Current state is deleted. "
            f'restore_run("{run_id}") brings it back.'
        )
    return ActiveRun(session, stored.info, stored.data)


_defaults: dict[str, str] = {}


def set_source_tags(tags: Mapping[str, str]) -> None:
    """Set what `source_tags` returns besides the user (the notebook's name and type)."""
    _defaults.clear()
    _defaults.update(tags)


def source_tags() -> dict[str, str]:
    """Return the tags that say who runs what: MLflow's user, source name and source type."""
    from nbtrack.platforms import user

    found = {names_of_tags.USER: user(), names_of_tags.SOURCE_TYPE: names_of_tags.SOURCE_LOCAL}
    script = getattr(sys.modules.get("__main__"), "__file__", None) or (sys.argv or [""])[0]
    if script:
        with suppress(FileNotFoundError):  # the working directory may be deleted
            script = str(Path(script).absolute())
        found[names_of_tags.SOURCE_NAME] = script
    return {**found, **_defaults}


def _end_open_runs() -> None:
    """End what a program left open: FINISHED, or as the exception says that it died of."""
    # What is typed at a prompt may have failed long before the end, which that does not explain.
    error = None
    if not notebook_mode() and not hasattr(sys, "ps1"):
        error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    for run in reversed([*suspended.values(), *open_runs.values()]):
        with suppress(Exception):  # nothing can break the exit
            status = status_of(error)
            if error is not None:
                keep_error(run, error)
            run.end(status, timeout=_EXIT_TIMEOUT)


def _end_open_runs_first() -> None:
    # Functions run at exit in the reverse order of their registration; the outbox of a session
    # registers its own, so this one is moved behind it after each opening.
    atexit.unregister(_end_open_runs)
    atexit.register(_end_open_runs)


sessions.when_opened(_end_open_runs_first)

"""A session: one store as this process uses it, with the journal that leads to it.

`current_session` opens the session of the tracking URI when it is first needed, so that importing
nbtrack, and naming a store, cost nothing.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.client.names import check_path
from nbtrack.entities import DEFAULT_EXPERIMENT_ID, Experiment, LifecycleStage
from nbtrack.errors import AlreadyExists, InvalidValue, NbtrackError, NotFound, Unavailable
from nbtrack.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.artifacts import ArtifactFolder
    from nbtrack.client.active_run import ActiveRun
    from nbtrack.delivery.recovery import Recovery
    from nbtrack.entities import Run, RunInfo
    from nbtrack.store.location import StoreLocation

READ_TIMEOUT = 5.0
_MOST_REMEMBERED_RUNS = 1000


class Session:
    """A store, the journal that leads to it, and what this process knows of its runs.

    Attributes
    ----------
    location : StoreLocation
        Where the store is and which rule chose it.
    store : Store
        What answers reads.
    outbox : Outbox
        What takes records.
    recovery : Recovery or None
        What was found of processes that died; None if looking failed.
    runs : dict of ActiveRun
        Runs that this process wrote to, by id.
    """

    def __init__(self, location: StoreLocation) -> None:
        from nbtrack.delivery.outbox import Outbox
        from nbtrack.store.open import open_store

        self.location = location
        self.store = open_store(location.uri, artifact_root=location.artifact_root)
        self.outbox = Outbox(self.store, location.journal_dir)
        self.recovery = self._recover()
        self.runs: dict[str, ActiveRun] = {}
        self._experiments: dict[str, Experiment] = {}
        for notice in location.notices:
            say(notice, once=notice)

    def _recover(self) -> Recovery | None:
        from nbtrack.delivery.recovery import recover

        # Runs of other processes are no reason for this one to fail; `nbtrack doctor` shows it.
        try:
            return recover(self.store, self.location.journal_dir)
        except (NbtrackError, OSError) as error:
            say(f"What other processes left was not looked through: {error}")
            return None

    def flush(self, timeout: float = READ_TIMEOUT) -> int:
        """Ship this process's journal before a read, and say when not all of it arrived."""
        left = self.outbox.flush(timeout)
        if left:
            say(
                f"{left} records of this process have not reached {self.store.uri} yet; what you "
                f"see is what is stored. {self.outbox.outlook()}"
            )
        return left

    def reachable(self) -> bool:
        """Whether the store has everything of this process, so that it can be asked directly."""
        return self.outbox.flush(READ_TIMEOUT) == 0

    def artifacts(self, info: RunInfo) -> ArtifactFolder:
        """Return the folder of a run's files."""
        from nbtrack.artifacts import open_artifacts

        return open_artifacts(info.artifact_uri, self.store.artifact_root)

    # Experiments

    def experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment that can take runs; `InvalidValue` for a deleted one."""
        try:
            experiment = self.store.get_experiment(experiment_id)
        except Unavailable:
            if experiment_id not in self._experiments:
                raise
            experiment = self._experiments[experiment_id]
        self._experiments[experiment_id] = experiment
        return _usable(experiment)

    def experiment_named(self, name: str) -> Experiment:
        """Return the experiment of this name, created if there is none."""
        experiment = self.store.find_experiment(name)
        if experiment is None:
            # Another process may be as fast: then its experiment is ours.
            with suppress(AlreadyExists):
                self.store.create_experiment(name)
            experiment = self.store.find_experiment(name)
            if experiment is None:
                raise NotFound(f"The experiment {name!r} was created and is gone; try again.")
        return _usable(experiment)

    def default_experiment(self) -> Experiment:
        """Return the experiment of runs that name none: id 0, ``Default``."""
        return self.experiment(DEFAULT_EXPERIMENT_ID)

    # Runs

    def stored_run(self, run_id: str) -> Run:
        """Return a run with everything this process logged to it."""
        self.flush()
        return self.store.get_run(run_id)

    def remember(self, run: ActiveRun) -> None:
        """Keep a run at hand for calls that name it by its id."""
        if len(self.runs) >= _MOST_REMEMBERED_RUNS:
            for old in list(self.runs.values()):  # other threads begin runs meanwhile
                if old.ended:
                    self.runs.pop(old.run_id, None)
        self.runs[run.run_id] = run


def _usable(experiment: Experiment) -> Experiment:
    if experiment.lifecycle_stage == LifecycleStage.DELETED:
        raise InvalidValue(
            f"The experiment {experiment.name!r} must be in the 'active' state, but it is in the "
            f'trash. restore_experiment("{experiment.experiment_id}") brings it back; another '
            "name starts a new one."
        )
    return experiment


_lock = threading.RLock()
_sessions: dict[str, Session] = {}
_left_behind: list[Session] = []  # their stores were deleted; runs that began there may go on
_current: Session | None = None
_uri: str | None = None
_kernel_uri: str | None = None
_folder: Path | None = None
_when_opened: list[Callable[[], None]] = []


def set_tracking_uri(uri: str | os.PathLike[str] | None) -> None:
    """Name the store of the runs and reads that follow; None (or "") goes back to finding it.

    Runs that are going on stay in the store in which they began.

    Parameters
    ----------
    uri : str or path
        ``sqlite:///PATH``, a folder that holds (or shall hold) a store, or another store's URL.

    Raises
    ------
    InvalidValue
        If the URI cannot be understood.
    """
    global _uri, _current
    # Made absolute now: a later os.chdir moves nothing.
    absolute = _find(check_path(uri, "A tracking URI"), create=False).uri if uri else None
    with _lock:
        _uri, _current = absolute, None


def set_kernel_uri(uri: str | None) -> None:
    """Name the store that this kernel's configuration asks for (``%track config``)."""
    global _kernel_uri, _current
    with _lock:
        _kernel_uri, _current = uri, None


def set_start_folder(folder: str | os.PathLike[str] | None) -> None:
    """Name the folder from which the store is looked for (the notebook's; else the working one)."""
    global _folder, _current
    chosen = None if folder is None else Path(folder)
    with _lock:
        if chosen != _folder:
            _folder, _current = chosen, None


def find_location(uri: str | os.PathLike[str] | None = None) -> StoreLocation:
    """Return where a URI, or else the process's tracking URI, leads; no database is opened."""
    return _find(check_path(uri, "A tracking URI") if uri else _uri, create=True)


def _find(uri: str | None, *, create: bool) -> StoreLocation:
    from nbtrack.store.location import find_store

    return find_store(uri, start=_folder, kernel_uri=_kernel_uri, create=create)


def get_tracking_uri() -> str:
    """Return the URI of the store that runs and reads use now."""
    location = _find(_uri, create=False) if _current is None else _current.location
    return location.uri


def current_session() -> Session:
    """Return the session of the tracking URI, opened at the first call."""
    global _current  # noqa: PLW0603 - as above
    session = _current
    if session is None or session.store.is_gone():
        with _lock:
            if _current is None or _current.store.is_gone():
                _current = session_for(None)
            session = _current
    return session


def session_for(uri: str | os.PathLike[str] | None) -> Session:
    """Return the session of a URI; two names of one location share it.

    A store that was deleted or replaced under its session is opened anew, which is said.
    """
    with _lock:
        location = find_location(uri)
        session = _sessions.get(location.uri)
        if session is not None and session.store.is_gone():
            _leave(_sessions.pop(location.uri))
            session = None
        if session is None:
            session = _sessions[location.uri] = Session(location)
            for callback in _when_opened:
                callback()
        return session


def _leave(session: Session) -> None:
    """Stop using a store that is gone, but not the journal of the runs that went on in it."""
    _left_behind.append(session)
    say(
        f"The store {session.store.uri} was deleted or replaced while this process used it. What "
        "begins now goes to the one that is there now, or to a new one; what runs of the old one "
        f"still log is kept in {session.outbox.kept_in()}."
    )


def close_sessions() -> None:
    """Ship what is left and close every store; the next use opens what it needs again."""
    global _current  # noqa: PLW0603 - as above
    with _lock:
        for session in (*_sessions.values(), *_left_behind):
            session.outbox.close()
            session.store.close()
        _sessions.clear()
        _left_behind.clear()
        _current = None


def when_opened(callback: Callable[[], None]) -> None:
    """Have a function called after each opening of a session."""
    _when_opened.append(callback)


def _new_lock() -> None:
    # A thread of the parent may have held the lock at the fork; it does not exist here.
    global _lock  # noqa: PLW0603 - as above
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)

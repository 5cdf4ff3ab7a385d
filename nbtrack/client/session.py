"""A session: one store as this process uses it, with the journal that leads to it.

`current_session` opens the session of the tracking URI when it is first needed, so that importing
nbtrack, and naming a store, cost nothing.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from nbtrack.client.say import say
from nbtrack.entities import DEFAULT_EXPERIMENT_ID, Experiment, LifecycleStage
from nbtrack.errors import AlreadyExists, InvalidValue, NbtrackError, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.artifacts import ArtifactFolder
    from nbtrack.delivery.recovery import Recovery
    from nbtrack.entities import RunInfo
    from nbtrack.store.location import StoreLocation

READ_TIMEOUT = 5.0
_MOST_REMEMBERED_RUNS = 10_000


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
    """

    def __init__(self, location: StoreLocation) -> None:
        from nbtrack.delivery.outbox import Outbox
        from nbtrack.store.open import open_store

        self.location = location
        self.store = open_store(location.uri, artifact_root=location.artifact_root)
        self.outbox = Outbox(self.store, location.journal_dir)
        self.recovery = self._recover()
        self._params: dict[str, dict[str, str]] = {}
        self._writable: set[str] = set()
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
                "see is what is stored. They are safe in the journal and are sent again and again."
            )
        return left

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

    # What this process knows of runs

    def first_params(self, run_id: str) -> dict[str, str]:
        """Return the params that this process logged to a run: a record to compare with."""
        known = self._params.get(run_id)
        if known is None:
            while len(self._params) >= _MOST_REMEMBERED_RUNS:
                with suppress(KeyError, StopIteration, RuntimeError):
                    del self._params[next(iter(self._params))]
            known = self._params.setdefault(run_id, {})
        return known

    def remember(self, run_id: str) -> None:
        """Note that a run exists and takes records."""
        if len(self._writable) >= _MOST_REMEMBERED_RUNS:
            self._writable.clear()
        self._writable.add(run_id)

    def forget(self, run_id: str) -> None:
        """Drop what is known of a run (it was deleted or restored)."""
        self._writable.discard(run_id)

    def check_writable(self, run_id: str) -> None:
        """Raise at once for a run that is unknown or deleted, where the store can be asked."""
        if run_id in self._writable:
            return
        try:
            run = self.store.get_run(run_id)
        except NotFound:
            self.flush()
            run = self.store.get_run(run_id)
        except Unavailable:
            return  # the record is journaled; the store's answer is reported at the end of the run
        if run.info.lifecycle_stage == LifecycleStage.DELETED:
            raise InvalidValue(
                f"The run {run_id} must be in the 'active' state. Current state is deleted. "
                f'restore_run("{run_id}") brings it back.'
            )
        self.remember(run_id)


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
_current: Session | None = None
_uri: str | None = None
_folder: os.PathLike[str] | None = None
_when_opened: list[Callable[[], None]] = []


def set_tracking_uri(uri: str | os.PathLike[str] | None) -> None:
    """Name the store of the runs and reads that follow; None goes back to finding it.

    Parameters
    ----------
    uri : str or path
        ``sqlite:///PATH``, a database URL, or a folder that holds (or shall hold) a store.
        Runs that are going on stay in the store in which they began.
    """
    global _uri, _current  # noqa: PLW0603 - the tracking URI belongs to the process, as in MLflow
    with _lock:
        _uri = os.fspath(uri) if uri else None
        _current = None


def set_start_folder(folder: os.PathLike[str] | None) -> None:
    """Name the folder from which the store is looked for (the notebook's; else the working one)."""
    global _folder, _current  # noqa: PLW0603 - as above
    with _lock:
        if folder != _folder:
            _folder = folder
            _current = None


def find_location(uri: str | os.PathLike[str] | None = None) -> StoreLocation:
    """Return where a URI, or else the process's tracking URI, leads; nothing is opened."""
    from pathlib import Path

    from nbtrack.store.location import find_store

    chosen = os.fspath(uri) if uri else _uri
    return find_store(chosen, start=None if _folder is None else Path(_folder))


def get_tracking_uri() -> str:
    """Return the URI of the store that runs and reads use now."""
    return (_current.location if _current is not None else find_location()).uri


def current_session() -> Session:
    """Return the session of the tracking URI, opened at the first call."""
    global _current  # noqa: PLW0603 - as above
    if _current is None:
        with _lock:
            if _current is None:
                _current = session_for(None)
    return _current


def session_for(uri: str | os.PathLike[str] | None) -> Session:
    """Return the session of a URI; two names of one location share it."""
    with _lock:
        location = find_location(uri)
        session = _sessions.get(location.uri)
        if session is None:
            session = _sessions[location.uri] = Session(location)
            for callback in _when_opened:
                callback()
        return session


def when_opened(callback: Callable[[], None]) -> None:
    """Have a function called after each opening of a session."""
    _when_opened.append(callback)


def _new_lock() -> None:
    # A thread of the parent may have held the lock at the fork; it does not exist here.
    global _lock  # noqa: PLW0603 - as above
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)

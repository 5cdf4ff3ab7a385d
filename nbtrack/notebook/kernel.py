"""What nbtrack remembers of one kernel: where it began, what was said, what can be undone."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.notebook.place import notebook_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.client.active_run import ActiveRun
    from nbtrack.client.session import Session
    from nbtrack.entities import Experiment, Run
    from nbtrack.notebook.attempts import Attempts
    from nbtrack.notebook.background import Background
    from nbtrack.notebook.resources import Resources


_SETTLES = 5.0


class Kernel:
    """State of one shell with the extension loaded.

    Attributes
    ----------
    shell : InteractiveShell
        The shell.
    tracks_every_cell : bool
        Whether ``%track on`` is in force.
    knows_capturers : bool
        Whether the installed packages were looked through for captures of theirs.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.tracks_every_cell = False
        self.knows_capturers = False
        # A later os.chdir moves neither the store nor the name of the experiment.
        self._folder = Path.cwd()
        self._undo: list[tuple[str, Callable[[], None]]] = []
        # Runs of the cells that run now, innermost last, with their threads.
        self.open_runs: list[tuple[int, ActiveRun]] = []

    # Made at the first tracked cell: %load_ext should not import what they need.

    @cached_property
    def attempts(self) -> Attempts:
        """The attempts that this kernel made."""
        from nbtrack.notebook.attempts import Attempts

        return Attempts()

    @cached_property
    def background(self) -> Background:
        """The thread for what cells need not wait for."""
        from nbtrack.notebook.background import Background

        return Background()

    @cached_property
    def resources(self) -> Resources:
        """The thread that samples the load of the machine."""
        from nbtrack.notebook.resources import Resources

        return Resources()

    @property
    def notebook(self) -> Path | None:
        """The notebook's file, None where the front end does not say."""
        return notebook_path(self.shell)

    @property
    def folder(self) -> Path:
        """The notebook's folder, else the working directory at ``%load_ext``."""
        notebook = self.notebook
        return notebook.parent if notebook is not None else self._folder

    @property
    def notebook_name(self) -> str:
        """Where new runs belong if nothing else is said: the notebook's stem or the folder's."""
        notebook = self.notebook
        return notebook.stem if notebook is not None else self.folder.name or "Default"

    def session(self) -> Session:
        """Return the session of the store that is in force, opened at the first call."""
        from nbtrack.client import active_run, experiments
        from nbtrack.client import session as sessions

        sessions.set_start_folder(self.folder)
        experiments.set_default_experiment(self.notebook_name)
        source = str(self.notebook or self.notebook_name)
        active_run.set_source_tags(
            {tags.SOURCE_NAME: source, tags.SOURCE_TYPE: tags.SOURCE_NOTEBOOK}
        )
        return sessions.current_session()

    def experiment(self, session: Session, name: str | None) -> Experiment:
        """Return the experiment of a new run: the one of this name, else the default one."""
        from nbtrack.client import experiments

        if name is not None:
            return session.experiment_named(name)
        return experiments.experiment_of_new_runs(session)

    def outer_run(self) -> ActiveRun | None:
        """Return the run of the tracked cell that the calling thread is in the middle of."""
        here = threading.get_ident()
        return next((run for thread, run in reversed(self.open_runs) if thread == here), None)

    def settle(self) -> None:
        """Have everything that is under way reach the store and the files, before a read."""
        self.background.wait(_SETTLES)
        self.session().flush()

    # Runs that commands name

    def find_run(self, reference: str) -> Run:
        """Return the run that an id, a name, ``last~1`` or ``best:acc`` means."""
        from nbtrack.client.references import resolve_run

        self.settle()
        session = self.session()
        own = session.store.find_experiment(self.notebook_name)
        ids = None if own is None else [own.experiment_id]
        return resolve_run(reference, session.store, experiment_ids=ids)

    def run_to_log_to(self) -> ActiveRun:
        """Return the active run, else the last tracked one, else the last one in the store."""
        from nbtrack.client import active_run

        run = active_run.current() or active_run.last_tracked()
        if run is not None:
            return run
        return active_run.run_by_id(self.session(), self.find_run("last").info.run_id)

    def to_trash(self, run_ids: Sequence[str], what: str) -> None:
        """Put runs into the trash, so that `undo` brings them back."""
        from nbtrack.entities import LifecycleStage

        self.settle()
        session = self.session()
        for run_id in run_ids:
            session.store.update_run(run_id, lifecycle_stage=LifecycleStage.DELETED)
            session.runs.pop(run_id, None)
            self.attempts.forget(run_id)

        def take_back() -> None:
            for run_id in run_ids:
                session.store.update_run(run_id, lifecycle_stage=LifecycleStage.ACTIVE)

        self.can_undo(what, take_back)

    def can_undo(self, what: str, take_back: Callable[[], None]) -> None:
        """Note how the last change by a command can be taken back."""
        self._undo.append((what, take_back))

    def undo(self) -> str | None:
        """Take back the last change; return what it was, or None if there is none."""
        if not self._undo:
            return None
        what, take_back = self._undo[-1]
        take_back()
        self._undo.pop()
        return what

    def close(self) -> None:
        """Forget everything; called when the extension is unloaded."""
        self._undo.clear()

"""What nbtrack remembers of one kernel: where it began, what was said, what can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.client.say import say
from nbtrack.notebook.place import notebook_path

if TYPE_CHECKING:
    from collections.abc import Callable


class Kernel:
    """State of one shell with the extension loaded.

    Attributes
    ----------
    shell : InteractiveShell
        The shell.
    tracks_every_cell : bool
        Whether ``%track on`` is in force.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.tracks_every_cell = False
        # A later os.chdir moves neither the store nor the name of the experiment.
        self._folder = Path.cwd()
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._said: set[str] = set()

    @property
    def notebook(self) -> Path | None:
        """The notebook's file, None where the front end does not say."""
        return notebook_path(self.shell)

    @property
    def folder(self) -> Path:
        """The notebook's folder, else the working directory at ``%load_ext``."""
        notebook = self.notebook
        return notebook.parent if notebook is not None else self._folder

    def say_once(self, sentence: str) -> None:
        """Say a sentence, the first time it comes up in this kernel."""
        if sentence not in self._said:
            self._said.add(sentence)
            say(sentence)

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

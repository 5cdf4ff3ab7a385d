"""``%load_ext nbtrack``: the hooks by which a cell becomes a run without being run differently.

An input transformer blanks the ``%%track`` line and does nothing else, for IPython transforms a
text more than once and also text it never runs. The work happens in ``pre_run_cell`` and
``post_run_cell``, so exceptions, ``await``, ``Out`` and interrupts are IPython's as always.

Hooks pair by the identity of ``info``: a nested cell (``%%capture`` runs one) or a concurrent one
(a subshell of ipykernel 7) never closes another's run. Two cases give no ``info`` to compare: an
interrupted ``await`` ends with the result None, and an exception out of IPython's runner ends with
a copy of the info. Then the innermost cell of the same thread is meant, in the second case if its
text is the same.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary

from nbtrack.errors import InvalidValue
from nbtrack.notebook import cell_text, options, threads
from nbtrack.notebook.guard import guarded, report
from nbtrack.notebook.kernel import Kernel
from nbtrack.notebook.under_cell import tell
from nbtrack.sentences import add_speaker, remove_speaker, say

_loaded: WeakKeyDictionary[Any, Extension] = WeakKeyDictionary()


def load(shell: Any) -> None:
    """Make ``%%track`` and ``%track`` known to a shell; a second call does nothing."""
    if shell not in _loaded:
        extension = Extension(shell)
        extension.attach()
        _loaded[shell] = extension


def unload(shell: Any) -> None:
    """Take back what `load` did; cells that are open are closed first."""
    extension = _loaded.pop(shell, None)
    if extension is not None:
        extension.detach()


def extension_of(shell: Any) -> Extension | None:
    """Return the extension loaded into a shell, or None."""
    return _loaded.get(shell)


class Extension:
    """What nbtrack holds for one shell between `load` and `unload`."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.kernel = Kernel(shell)
        self._open: list[_OpenCell] = []
        self._silent = _SilentCode()
        self._magics: list[tuple[str, str, Any]] = []

    # Attaching

    def attach(self) -> None:
        """Register hooks, transformers and magics."""
        from nbtrack.notebook.magics import magics_of

        self.shell.input_transformers_cleanup.append(self.transform)
        self.shell.input_transformers_post.append(self.transform_single_line)
        for event, hook in self._hooks():
            self.shell.events.register(event, hook)
        table = self.shell.magics_manager.magics
        for kind, name, function in magics_of(self):
            self._magics.append((kind, name, table[kind].get(name)))
            self.shell.register_magic_function(function, kind, name)
        threads.install()
        add_speaker(tell)

    def detach(self) -> None:
        """Close what is open and restore what `attach` found."""
        for cell in list(reversed(self._open)):
            self._close(cell, None)
        threads.uninstall()
        remove_speaker(tell)
        for event, hook in self._hooks():
            self.shell.events.unregister(event, hook)
        _remove(self.shell.input_transformers_cleanup, self.transform)
        _remove(self.shell.input_transformers_post, self.transform_single_line)
        table = self.shell.magics_manager.magics
        for kind, name, before in self._magics:
            if before is None:
                table[kind].pop(name, None)
            else:
                table[kind][name] = before
        self._magics.clear()
        self.kernel.close()

    def _hooks(self) -> tuple[tuple[str, Any], ...]:
        return (
            ("pre_execute", self.pre_execute),
            ("post_execute", self.post_execute),
            ("pre_run_cell", self.pre_run_cell),
            ("post_run_cell", self.post_run_cell),
        )

    # Text

    def transform(self, lines: list[str]) -> list[str]:
        """Blank the ``%%track`` line; other text, and any failure of ours, leaves it as it is."""
        try:
            found = cell_text.find(lines)
        except Exception as error:  # noqa: BLE001 - a transformer that raises stops the cell
            report("read the first lines of the cell", error)
            return lines
        self._silent.transformed(tracked=found is not None)
        return lines if found is None else list(found.text)

    def transform_single_line(self, lines: list[str]) -> list[str]:
        """Do for one line below ``%%track`` what IPython does for a one-line cell (automagic)."""
        if len(lines) != 2 or lines[0] != "\n":  # noqa: PLR2004 - the blank line and the line
            return lines
        try:
            with self.shell.builtin_trap:
                return ["\n", self.shell.prefilter_manager.prefilter_lines(lines[1]) + "\n"]
        except Exception as error:  # noqa: BLE001 - as above
            report("expand the line below %%track", error)
            return lines

    # Hooks

    @guarded("watch for silent code")
    def pre_execute(self) -> None:
        """Note that code begins; it is silent if `pre_run_cell` does not follow."""
        self._silent.begins()

    @guarded("watch for silent code")
    def post_execute(self) -> None:
        """Say so if the code that ends was silent and had ``%%track`` above it."""
        if self._silent.ends():
            say(
                "the code that %run ran begins with %%track, but IPython runs it silently, so it "
                "was not tracked; put %%track above the cell with %run."
            )

    @guarded("track this cell")
    def pre_run_cell(self, info: Any) -> None:
        """Open a run if the cell's leading lines ask for one."""
        self._silent.is_a_cell()
        found = cell_text.find((info.raw_cell or "").splitlines(keepends=True))
        if found is None and not self.kernel.tracks_every_cell:
            return
        asked = self._options(found.lines if found else ("",))
        if asked is None:
            return
        from nbtrack.notebook.tracked_cell import open_cell

        cell = open_cell(self.kernel, info, asked, by_line=found is not None)
        if cell is not None:
            self._open.append(_OpenCell(info, threading.get_ident(), cell))

    @guarded("finish the tracking of this cell")
    def post_run_cell(self, result: Any) -> None:
        """Close the run that belongs to this result, if one does."""
        cell = self._match(result)
        if cell is not None:
            self._close(cell, result)

    def _options(self, lines: tuple[str, ...]) -> options.Options | None:
        if len(lines) > 1:
            say("this cell was not tracked: it has two %%track lines; keep one.")
            return None
        try:
            return options.parse(self.shell.var_expand(lines[0]) if lines[0] else "")
        except InvalidValue as error:
            say(
                f"this cell was not tracked: %%track: {error.message}. "
                "%track help lists the options."
            )
            return None

    def _match(self, result: Any) -> _OpenCell | None:
        info = getattr(result, "info", None)
        for cell in self._open:
            if cell.info is info:
                return cell
        for cell in reversed(self._open):
            if cell.thread == threading.get_ident():
                same_text = info is None or info.raw_cell == cell.info.raw_cell
                return cell if same_text else None
        return None

    def _close(self, cell: _OpenCell, result: Any) -> None:
        self._open.remove(cell)
        cell.cell.close(result)


class _OpenCell:
    """A tracked cell between its two hooks; holding ``info`` keeps its identity unique."""

    def __init__(self, info: Any, thread: int, cell: Any) -> None:
        self.info = info
        self.thread = thread
        self.cell = cell


class _SilentCode(threading.local):
    """Per thread: whether the code that runs had ``%%track`` above it and no `pre_run_cell`."""

    def __init__(self) -> None:
        self._transformed = False
        self._running: list[bool] = []

    def transformed(self, *, tracked: bool) -> None:
        self._transformed = tracked

    def begins(self) -> None:
        self._running.append(self._transformed)
        self._transformed = False

    def is_a_cell(self) -> None:
        if self._running:
            self._running[-1] = False

    def ends(self) -> bool:
        return self._running.pop() if self._running else False


def _remove(functions: list[Any], function: Any) -> None:
    if function in functions:
        functions.remove(function)

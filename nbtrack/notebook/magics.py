"""The magics ``%%track`` and ``%track`` as IPython knows them, for completion, ``?`` and odd calls.

A cell that begins with ``%%track`` never gets here: the input transformer took its line away (see
`nbtrack.notebook.extension`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.notebook import options
from nbtrack.notebook.guard import guarded
from nbtrack.sentences import say

if TYPE_CHECKING:
    from nbtrack.notebook.extension import Extension


def magics_of(extension: Extension) -> list[tuple[str, str, Any]]:
    """Return (kind, name, function) of each magic of an extension."""

    @guarded("run %track")
    def line_magic(line: str = "") -> Any:
        from nbtrack.notebook.commands import run_command

        return run_command(extension.kernel, line)

    def cell_magic(line: str, cell: str) -> None:
        extension.shell.run_cell(f"%%track {line}\n{cell}")

    def below_code(line: str = "") -> None:  # noqa: ARG001 - what a line magic is called with
        say(
            "this cell was not tracked: %%track must stand above all code of its cell; "
            "only blank lines, comments and other %% lines may come before it."
        )

    def completed(function: Any, text: str) -> Any:
        function.__doc__ = text
        return function

    from nbtrack.notebook.commands import usage

    return [
        ("cell", "track", completed(cell_magic, options.usage())),
        ("line", "track", completed(line_magic, usage())),
        # IPython takes "%%track" in the middle of a cell for a line magic named "%track".
        ("line", "%track", completed(below_code, options.usage())),
    ]

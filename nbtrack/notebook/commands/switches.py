"""``%track on``, ``off`` and ``config``: how this kernel tracks, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.client.say import say

if TYPE_CHECKING:
    from nbtrack.notebook.kernel import Kernel


def on(kernel: Kernel, rest: str) -> None:  # noqa: ARG001 - every command takes the rest of its line
    """Track every following cell as if it began with ``%%track``."""
    kernel.tracks_every_cell = True
    say("every following cell is tracked; %track off ends this.")


def off(kernel: Kernel, rest: str) -> None:  # noqa: ARG001 - as above
    """Track only cells that begin with ``%%track``."""
    kernel.tracks_every_cell = False
    say("only cells that begin with %%track are tracked.")

"""``%track on``, ``off`` and ``config``: how this kernel tracks, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue
from nbtrack.sentences import say

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


def config(kernel: Kernel, rest: str) -> None:
    """Show this kernel's store, change it, or trust the one that the project's file names."""
    from nbtrack.client import session as sessions

    if rest == "trust":
        _trust(kernel)
    elif rest:
        sessions.set_kernel_uri(rest)
    location = kernel.session().location
    say(f"the store is {location.shown}. {location.rule}")


def _trust(kernel: Kernel) -> None:
    from nbtrack.client import session as sessions
    from nbtrack.store.project import configured_uri, find_project, trust

    project = find_project(kernel.folder)
    found = configured_uri(project)
    if found is None:
        raise InvalidValue(
            "there is nothing to trust: no pyproject.toml of this project has a tracking_uri "
            "under [tool.nbtrack]"
        )
    file, uri = found
    trust(project.root, uri)
    say(f"{file} may send runs to {uri} from now on.")
    # What is in force was found before; look again.
    sessions.set_kernel_uri(None)

"""One place in a cell's output that is drawn again and again, and is kept in the saved notebook."""

from __future__ import annotations

import sys
import uuid
from typing import Any


def in_notebook() -> bool:
    """Return whether this process is a notebook's kernel, where outputs can be replaced.

    A terminal's IPython has displays too, but prints every update below the last one.
    """
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class Screen:
    """A display that is replaced by each call of `show`.

    It belongs to the cell that was running when it was first shown; later updates change it there.
    """

    def __init__(self) -> None:
        self._display_id = f"nbtrack-{uuid.uuid4().hex}"
        self._shown = False

    def show(self, bundle: dict[str, str]) -> None:
        """Show a bundle of MIME type and content, in place of the one before."""
        from IPython.display import display

        options: dict[str, Any] = {"raw": True, "display_id": self._display_id}
        if self._shown:
            options["update"] = True
        self._shown = True
        display(bundle, **options)  # type: ignore[no-untyped-call] # IPython has no annotations

"""Show a summary under the cell, by ``display``, so that it is stored in the notebook."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from nbtrack.views.screen import in_notebook

if TYPE_CHECKING:
    from nbtrack.notebook.summary import Summary


def show(summary: Summary) -> None:
    """Display a summary; a terminal gets its text."""
    if not in_notebook():
        print(summary.text(), file=sys.stdout)  # noqa: T201 - what a terminal can show
        return
    from IPython.display import display

    display(summary.mimebundle(), raw=True)

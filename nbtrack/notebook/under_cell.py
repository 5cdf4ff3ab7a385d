"""Show something under the cell, by ``display``, so that it is stored in the notebook."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from nbtrack.views.screen import in_notebook

if TYPE_CHECKING:
    from collections.abc import Mapping


def show(bundle: Mapping[str, str]) -> None:
    """Display a mimebundle; a terminal gets its text."""
    if not in_notebook():
        print(bundle["text/plain"], file=sys.stdout)  # noqa: T201 - what a terminal can show
        return
    from IPython.display import display

    display(dict(bundle), raw=True)  # type: ignore[no-untyped-call]


def tell(sentence: str) -> bool:
    """Show a sentence of nbtrack's under the cell instead of in the red of standard error.

    Returns False, and shows nothing, where the cell may not see it: in other threads, in terminals,
    and for what is laid out in lines.
    """
    if threading.current_thread() is not threading.main_thread() or not in_notebook():
        return False
    if "\n" in sentence:
        return False
    # Late: most notebooks never hear one, and loading the extension stays fast.
    from nbtrack.notebook.summary import Note, notes_bundle

    show(notes_bundle([Note("nbtrack", sentence)]))
    return True

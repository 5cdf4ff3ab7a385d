"""Show something under the cell, by ``display``, so that it is stored in the notebook."""

from __future__ import annotations

import sys
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

"""Who looks at what this process shows: a live front end, or nobody until the notebook is opened.

nbclient, papermill and nbconvert run a notebook without anybody who could answer a question, and
say so: ``allow_stdin`` of the request that a cell came with is False (seen with nbclient 0.11 and
JupyterLab 4.6). They would store a widget's state in the notebook, where it helps nobody.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.settings import settings
from nbtrack.store.location import sqlite_file

if TYPE_CHECKING:
    from nbtrack.client.session import Session

# As the Jupyter extension looks for stores (nbtrack_jupyter.search).
_DEEPEST = 8
_NOT_SEARCHED = frozenset({"node_modules", "site-packages", "__pycache__", "lost+found"})


def is_live() -> bool:
    """Return whether a front end listens that can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    content = _request(kernel).get("content") or {}
    return content.get("allow_stdin") is not False


def _request(kernel: Any) -> dict[str, Any]:
    """Return the message that the kernel answers now."""
    try:
        found = kernel.get_parent()  # since ipykernel 6
    except Exception:  # noqa: BLE001 - another kernel, which has it in its own way
        found = getattr(kernel, "_parent_header", None)
    return found if isinstance(found, dict) else {}


def server_path(session: Session) -> str | None:
    """Return where the Jupyter server that started this kernel serves the store.

    The path counts from the server's base address; None if it is not known to serve the store.
    """
    names = settings()
    if not names.jupyter_store:
        return None
    if _place(session.location.uri) == _place(names.jupyter_store):
        return "nbtrack/"
    folder = session.location.folder
    if folder is not None and names.jupyter_root and _is_found(folder.parent, names.jupyter_root):
        return f"nbtrack/s/{session.store.store_id}/"
    return None


def _place(uri: str) -> str:
    database = sqlite_file(uri)
    return uri if database is None else os.path.realpath(database)


def _is_found(folder: Path, root: str) -> bool:
    """Whether the extension, which looks from its root downwards, comes to this folder."""
    try:
        parts = Path(os.path.realpath(folder)).relative_to(os.path.realpath(root)).parts
    except ValueError:
        return False
    hidden = any(part.startswith(".") or part in _NOT_SEARCHED for part in parts)
    return len(parts) <= _DEEPEST and not hidden

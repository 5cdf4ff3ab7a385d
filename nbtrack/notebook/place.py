"""Which notebook and which cell this is, as far as the front end says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


def notebook_path(shell: Any) -> Path | None:
    """Return the notebook's file, or None where the front end does not say (nbclient, Colab).

    VS Code puts the path into the user's names as ``__vsc_ipynb_file__``; Jupyter Server (2.0 and
    later) puts it into the variable ``JPY_SESSION_NAME``.
    """
    named = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    if not (isinstance(named, str) and named.endswith(".ipynb")):
        return None
    path = Path(named)
    return path if path.is_absolute() else Path.cwd() / path


def cell_id(shell: Any, info: Any) -> str | None:
    """Return the front end's id of the cell that runs, or None.

    IPython 8.3 and later hands it to the hooks; ipykernel 6 keeps it in the request's metadata. VS
    Code's id is a URI of which only the fragment names the cell.
    """
    found = getattr(info, "cell_id", None) or _from_request(shell)
    if not found:
        return None
    text = str(found)
    return unquote(urlparse(text).fragment) or text if "://" in text or "#" in text else text


def _from_request(shell: Any) -> str | None:
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None
    try:
        parent = kernel.get_parent("shell")
    except (AttributeError, TypeError, LookupError):
        parent = getattr(shell, "parent_header", None)
    metadata = parent.get("metadata", {}) if isinstance(parent, dict) else {}
    found = metadata.get("cellId")
    return found if isinstance(found, str) else None

"""nbtrack inside Jupyter Server: the REST API and the pages under ``<base_url>nbtrack/``.

Jupyter Server imports this package when it starts, so nothing heavy is imported here.
"""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from nbtrack_jupyter.extension import NbtrackExtension

    return [{"module": "nbtrack_jupyter.extension", "app": NbtrackExtension}]

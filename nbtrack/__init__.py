"""nbtrack: experiment tracking that lives in the notebook.

``%load_ext nbtrack``, then ``%%track`` above a cell: the cell becomes a run. In scripts,
``nbtrack.start_run()`` and the other names of MLflow's fluent API do the same.

Public names are imported when they are first used, so that ``import nbtrack`` costs almost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0.dev0"

# Public name -> the module that defines it.
_PUBLIC: dict[str, str] = {}

__all__ = [*_PUBLIC, "load_ipython_extension", "unload_ipython_extension"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'nbtrack' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """Give an IPython shell ``%%track`` and ``%track`` (called by ``%load_ext nbtrack``)."""
    from nbtrack.notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take back what `load_ipython_extension` did (called by ``%unload_ext nbtrack``)."""
    from nbtrack.notebook.extension import unload

    unload(shell)

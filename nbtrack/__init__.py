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
_PUBLIC: dict[str, str] = {
    "get_tracking_uri": "nbtrack.client.session",
    "set_tracking_uri": "nbtrack.client.session",
    "create_experiment": "nbtrack.client.experiments",
    "delete_experiment": "nbtrack.client.experiments",
    "get_experiment": "nbtrack.client.experiments",
    "get_experiment_by_name": "nbtrack.client.experiments",
    "restore_experiment": "nbtrack.client.experiments",
    "set_experiment": "nbtrack.client.experiments",
    "set_experiment_tag": "nbtrack.client.experiments",
    "set_experiment_tags": "nbtrack.client.experiments",
    "active_run": "nbtrack.client.fluent",
    "delete_tag": "nbtrack.client.fluent",
    "end_run": "nbtrack.client.fluent",
    "get_artifact_uri": "nbtrack.client.fluent",
    "last_active_run": "nbtrack.client.fluent",
    "log": "nbtrack.client.fluent",
    "log_input": "nbtrack.client.fluent",
    "log_inputs": "nbtrack.client.fluent",
    "log_metric": "nbtrack.client.fluent",
    "log_metrics": "nbtrack.client.fluent",
    "log_param": "nbtrack.client.fluent",
    "log_params": "nbtrack.client.fluent",
    "set_tag": "nbtrack.client.fluent",
    "set_tags": "nbtrack.client.fluent",
    "start_run": "nbtrack.client.fluent",
    "delete_run": "nbtrack.client.searching",
    "get_parent_run": "nbtrack.client.searching",
    "get_run": "nbtrack.client.searching",
    "restore_run": "nbtrack.client.searching",
    "search_experiments": "nbtrack.client.searching",
    "search_runs": "nbtrack.client.searching",
    "load_table": "nbtrack.client.artifact_logging",
    "log_artifact": "nbtrack.client.artifact_logging",
    "log_artifacts": "nbtrack.client.artifact_logging",
    "log_dict": "nbtrack.client.artifact_logging",
    "log_figure": "nbtrack.client.artifact_logging",
    "log_image": "nbtrack.client.artifact_logging",
    "log_table": "nbtrack.client.artifact_logging",
    "log_text": "nbtrack.client.artifact_logging",
    "ActiveRun": "nbtrack.client.active_run",
    "log_latency": "nbtrack.client.latency",
    "track": "nbtrack.client.tracked",
    "progress": "nbtrack.views.progress",
    "runs": "nbtrack.views.run_table",
    "Client": "nbtrack.tracking",
    "MlflowClient": "nbtrack.tracking",
}

# Modules that are public as attributes, also before anybody imported them.
_MODULES = ("capture", "entities", "errors", "tracking")

__all__ = [*_PUBLIC, *_MODULES, "load_ipython_extension", "unload_ipython_extension"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"nbtrack.{name}")
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

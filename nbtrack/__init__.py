"""nbtrack: experiment tracking that lives in the notebook.

``%load_ext nbtrack``, then ``%%track`` above a cell: the cell becomes a run. In scripts,
``nbtrack.start_run()`` and the other names of MLflow's fluent API do the same.

Public names are imported when they are first used, so that ``import nbtrack`` costs almost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbtrack.version import __version__ as __version__

if TYPE_CHECKING:
    # The same names for editors and type checkers; a test holds them equal to the table below.
    from nbtrack import capture as capture
    from nbtrack import entities as entities
    from nbtrack import errors as errors
    from nbtrack import tracking as tracking
    from nbtrack.client.active_run import ActiveRun as ActiveRun
    from nbtrack.client.artifact_logging import load_table as load_table
    from nbtrack.client.artifact_logging import log_artifact as log_artifact
    from nbtrack.client.artifact_logging import log_artifacts as log_artifacts
    from nbtrack.client.artifact_logging import log_dict as log_dict
    from nbtrack.client.artifact_logging import log_figure as log_figure
    from nbtrack.client.artifact_logging import log_image as log_image
    from nbtrack.client.artifact_logging import log_table as log_table
    from nbtrack.client.artifact_logging import log_text as log_text
    from nbtrack.client.experiments import create_experiment as create_experiment
    from nbtrack.client.experiments import delete_experiment as delete_experiment
    from nbtrack.client.experiments import get_experiment as get_experiment
    from nbtrack.client.experiments import get_experiment_by_name as get_experiment_by_name
    from nbtrack.client.experiments import restore_experiment as restore_experiment
    from nbtrack.client.experiments import set_experiment as set_experiment
    from nbtrack.client.experiments import set_experiment_tag as set_experiment_tag
    from nbtrack.client.experiments import set_experiment_tags as set_experiment_tags
    from nbtrack.client.fluent import active_run as active_run
    from nbtrack.client.fluent import delete_tag as delete_tag
    from nbtrack.client.fluent import end_run as end_run
    from nbtrack.client.fluent import get_artifact_uri as get_artifact_uri
    from nbtrack.client.fluent import last_active_run as last_active_run
    from nbtrack.client.fluent import log as log
    from nbtrack.client.fluent import log_input as log_input
    from nbtrack.client.fluent import log_inputs as log_inputs
    from nbtrack.client.fluent import log_metric as log_metric
    from nbtrack.client.fluent import log_metrics as log_metrics
    from nbtrack.client.fluent import log_param as log_param
    from nbtrack.client.fluent import log_params as log_params
    from nbtrack.client.fluent import set_tag as set_tag
    from nbtrack.client.fluent import set_tags as set_tags
    from nbtrack.client.fluent import start_run as start_run
    from nbtrack.client.latency import log_latency as log_latency
    from nbtrack.client.searching import delete_run as delete_run
    from nbtrack.client.searching import get_parent_run as get_parent_run
    from nbtrack.client.searching import get_run as get_run
    from nbtrack.client.searching import restore_run as restore_run
    from nbtrack.client.searching import search_experiments as search_experiments
    from nbtrack.client.searching import search_runs as search_runs
    from nbtrack.client.session import get_tracking_uri as get_tracking_uri
    from nbtrack.client.session import set_tracking_uri as set_tracking_uri
    from nbtrack.client.tracked import track as track
    from nbtrack.tracking import Client as Client
    from nbtrack.tracking import MlflowClient as MlflowClient
    from nbtrack.views.metric_chart import chart as chart
    from nbtrack.views.progress import progress as progress
    from nbtrack.views.run_table import runs as runs
    from nbtrack.views.run_view import show as show


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
    "chart": "nbtrack.views.metric_chart",
    "progress": "nbtrack.views.progress",
    "runs": "nbtrack.views.run_table",
    "show": "nbtrack.views.run_view",
    "Client": "nbtrack.tracking",
    "MlflowClient": "nbtrack.tracking",
}

# Modules that are public as attributes, also before anybody imported them.
_MODULES = ("capture", "entities", "errors", "tracking")

__all__ = [*_PUBLIC, *_MODULES, "load_ipython_extension", "unload_ipython_extension"]


if not TYPE_CHECKING:  # it would hide a misspelt name from type checkers

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

"""MLflow's functions that keep files with the active run, or with the run of an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.client import run_files
from nbtrack.client.experiments import experiment_of_new_runs
from nbtrack.client.fluent import chosen_run, run_to_log
from nbtrack.client.searching import all_pages
from nbtrack.client.session import current_session

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame


def log_artifact(
    local_path: str | os.PathLike[str], artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Keep a local file, or a folder, with the run.

    Parameters
    ----------
    local_path : str or path
        The file or folder.
    artifact_path : str, optional
        The folder among the run's files; by default their root.
    run_id : str, optional
        Another run than the active one.
    """
    run_files.put_artifact(chosen_run(run_id), local_path, artifact_path)


def log_artifacts(
    local_dir: str | os.PathLike[str], artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Keep all files of a local folder with the run, tree and all."""
    run_files.put_artifacts(chosen_run(run_id), local_dir, artifact_path)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Keep a text as a file of the run: ``log_text("…", "notes/today.md")``."""
    run_files.put_text(chosen_run(run_id), text, artifact_file)


def log_dict(
    dictionary: Mapping[str, Any] | Sequence[Any], artifact_file: str, run_id: str | None = None
) -> None:
    """Keep a dictionary as a file of the run: YAML for .yml and .yaml, else JSON."""
    run_files.put_dict(chosen_run(run_id), dictionary, artifact_file)


def log_figure(
    figure: Any, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None
) -> None:
    """Keep a Matplotlib or Plotly figure: ``log_figure(fig, "curves.png")``.

    Parameters
    ----------
    figure : object
        The figure, or axes of one.
    artifact_file : str
        Its path; the extension tells the format.
    save_kwargs : mapping, optional
        For Matplotlib's ``savefig`` or Plotly's ``write_html`` and ``write_image``.
    """
    run_files.put_figure(run_to_log(), figure, artifact_file, save_kwargs)


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,  # noqa: FBT001, FBT002, ARG001 - MLflow's signature
) -> None:
    """Keep an image: under a path, or with ``key`` and ``step`` as one of a series.

    Parameters
    ----------
    image : object
        A Pillow image, or an array of height by width (and 1, 3 or 4 channels): integers from 0
        to 255, floats from 0 to 1, or booleans.
    artifact_file : str, optional
        Its path; the extension tells the format.
    key : str, optional
        The name of the series.
    step : int, optional
        Its place in the series.
    timestamp : int, optional
        Milliseconds since the epoch; now if not given.
    synchronous : bool, optional
        Taken for MLflow's sake: an image is stored when the call returns.
    """
    run_files.put_image(run_to_log(), image, artifact_file, key, step, timestamp)


def log_table(
    data: Mapping[str, Any] | DataFrame, artifact_file: str, run_id: str | None = None
) -> None:
    """Keep a table, behind the rows that the file has already.

    Parameters
    ----------
    data : mapping or DataFrame
        Columns by name; single values make one row.
    artifact_file : str
        A path that ends with .json or .parquet.
    run_id : str, optional
        Another run than the active one.
    """
    run_files.put_table(chosen_run(run_id), data, artifact_file)


def load_table(
    artifact_file: str,
    run_ids: Sequence[str] | None = None,
    extra_columns: Sequence[str] | None = None,
) -> DataFrame:
    """Read a table of several runs into one.

    Parameters
    ----------
    artifact_file : str
        The path given to `log_table`.
    run_ids : sequence of str, optional
        The runs; by default all of the experiment of new runs that have the file.
    extra_columns : sequence of str, optional
        Columns of `search_runs` to add to each row, such as ``"run_id"``.
    """
    session = current_session()
    session.flush()
    if run_ids:
        runs = [session.store.get_run(run_id) for run_id in run_ids]
    else:
        experiment = experiment_of_new_runs(session).experiment_id
        runs = all_pages(
            lambda size, token: session.store.search_runs(
                [experiment], max_results=size, page_token=token
            ),
            None,
        )
    places = [(run, session.artifacts(run.info)) for run in runs]
    return run_files.load_tables(places, artifact_file, extra_columns)

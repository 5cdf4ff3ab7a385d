"""What `nbtrack.log_figure`, `Client.log_figure` and their like do with a run's files."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.artifacts.resolver import joined
from nbtrack.client.contents import dict_bytes, figure_bytes, image_bytes, thumbnail_bytes
from nbtrack.client.names import check_path, check_step, check_timestamp
from nbtrack.client.tables import append_table, read_table
from nbtrack.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from nbtrack.client.active_run import ActiveRun
    from nbtrack.entities import Run

# Appending to a table reads it first; two threads must not read the same state.
_tables = threading.Lock()


def _new_lock() -> None:
    # A thread of the parent may have held the lock at the fork; it does not exist here.
    global _tables  # noqa: PLW0603 - the module's lock
    _tables = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


def put_artifact(
    run: ActiveRun, local_path: str | os.PathLike[str], folder: str | None = None
) -> None:
    """Store a local file, or a local folder under its name, in a folder of the run's files."""
    source = Path(check_path(local_path, "The file to keep"))
    name = source.name or source.absolute().name
    run.artifacts.put(source, joined(folder, name))


def put_artifacts(
    run: ActiveRun, local_dir: str | os.PathLike[str], folder: str | None = None
) -> None:
    """Store all files of a local folder, with its tree, in a folder of the run's files."""
    source = Path(check_path(local_dir, "The folder to keep"))
    if not source.is_dir():
        raise NotFound(
            f"There is no folder {os.fspath(local_dir)!r} here; log_artifact takes a single file."
        )
    run.artifacts.put(source, joined(folder))


def put_text(run: ActiveRun, text: str, artifact_file: str) -> None:
    """Store a text."""
    if not isinstance(text, str):
        raise InvalidValue(f"log_text takes text, not {type(text).__name__}; log_dict takes more.")
    run.artifacts.write(artifact_file, text.encode("utf-8", "surrogatepass"))


def put_dict(run: ActiveRun, dictionary: Any, artifact_file: str) -> None:
    """Store a dictionary as JSON or YAML."""
    run.artifacts.write(artifact_file, dict_bytes(dictionary, artifact_file))


def put_figure(
    run: ActiveRun, figure: Any, artifact_file: str, save_kwargs: Mapping[str, Any] | None = None
) -> None:
    """Store a Matplotlib or Plotly figure."""
    run.artifacts.write(artifact_file, figure_bytes(figure, artifact_file, save_kwargs))


def put_image(
    run: ActiveRun,
    image: Any,
    artifact_file: str | None,
    key: str | None,
    step: int | None,
    timestamp: int | None,
) -> None:
    """Store an image under a path, or as the step of a series, as MLflow names them."""
    if (artifact_file is None) == (key is None):
        raise InvalidValue("log_image takes artifact_file=… or key=… with a step, one of the two.")
    if artifact_file is not None:
        run.artifacts.write(artifact_file, image_bytes(image, artifact_file))
        return
    from nbtrack.client.active_run import now

    assert key is not None
    moment = now() if timestamp is None else check_timestamp(timestamp)
    # "+" parts the fields of the name and "/" would part folders.
    name = key.replace("/", "~")
    if "+" in name:
        raise InvalidValue(f"The key of an image has no '+': {key!r}.")
    unique = os.urandom(16).hex()
    path = f"images/{name}+step+{check_step(step)}+timestamp+{moment}+{unique}"
    run.artifacts.write(f"{path}.png", image_bytes(image, "image.png"))
    run.artifacts.write(f"{path}+compressed.webp", thumbnail_bytes(image))
    run.set_tag(tags.LOGGED_IMAGES, "True")


def put_table(run: ActiveRun, data: Mapping[str, Any] | DataFrame, artifact_file: str) -> None:
    """Append rows to a table and note it in the tag by which `load_tables` finds it."""
    with _tables:
        append_table(run.artifacts, data, artifact_file)
        entry = {"path": artifact_file, "type": "table"}
        try:
            noted = json.loads(run.data.tags.get(tags.LOGGED_ARTIFACTS, "[]"))
        except ValueError:
            noted = []
        if entry not in noted:
            run.set_tag(tags.LOGGED_ARTIFACTS, json.dumps([*noted, entry]))


def load_tables(
    runs: Sequence[tuple[Run, Any]], artifact_file: str, extra_columns: Sequence[str] | None
) -> DataFrame:
    """Read one file of several runs into one table.

    Parameters
    ----------
    runs : sequence of (Run, ArtifactFolder)
        Where to read; runs without the file are passed over.
    artifact_file : str
        The table's path.
    extra_columns : sequence of str, optional
        Columns of ``search_runs`` (``"run_id"``, ``"params.lr"``) to add to each row.
    """
    import pandas as pd

    from nbtrack.client.frames import runs_frame

    found = []
    for run, folder in runs:
        try:
            table = read_table(folder, artifact_file)
        except NotFound:
            continue
        about = runs_frame([run]) if extra_columns else None
        for column in extra_columns or ():
            table[column] = None if about is None or column not in about else about[column].iloc[0]
        found.append(table)
    if not found:
        raise NotFound(f"None of the runs has a table {artifact_file!r}.")
    return pd.concat(found, ignore_index=True)

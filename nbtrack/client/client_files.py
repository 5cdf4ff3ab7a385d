"""The part of `Client` that reads and writes the files of runs."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from nbtrack.client import run_files, searching
from nbtrack.client.active_run import ActiveRun, run_by_id

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from nbtrack.artifacts import ArtifactFolder, FileInfo
    from nbtrack.client.session import Session


class ClientFiles(ABC):
    """Files of runs, named by the run's id. See the functions of the same names for details."""

    @property
    @abstractmethod
    def session(self) -> Session:
        """The store and the journal that this client uses."""

    def log_artifact(
        self, run_id: str, local_path: str | os.PathLike[str], artifact_path: str | None = None
    ) -> None:
        """Keep a local file, or a folder, with a run."""
        run_files.put_artifact(self._run(run_id), local_path, artifact_path)

    def log_artifacts(
        self, run_id: str, local_dir: str | os.PathLike[str], artifact_path: str | None = None
    ) -> None:
        """Keep all files of a local folder with a run, tree and all."""
        run_files.put_artifacts(self._run(run_id), local_dir, artifact_path)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Keep a text as a file."""
        run_files.put_text(self._run(run_id), text, artifact_file)

    def log_dict(self, run_id: str, dictionary: Mapping[str, Any], artifact_file: str) -> None:
        """Keep a dictionary as a JSON or YAML file."""
        run_files.put_dict(self._run(run_id), dictionary, artifact_file)

    def log_figure(
        self,
        run_id: str,
        figure: Any,
        artifact_file: str,
        *,
        save_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep a Matplotlib or Plotly figure."""
        run_files.put_figure(self._run(run_id), figure, artifact_file, save_kwargs)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,  # noqa: FBT001, ARG002 - MLflow's signature
    ) -> None:
        """Keep an image."""
        run_files.put_image(self._run(run_id), image, artifact_file, key, step, timestamp)

    def log_table(
        self, run_id: str, data: Mapping[str, Any] | DataFrame, artifact_file: str
    ) -> None:
        """Keep a table, behind the rows that the file has already."""
        run_files.put_table(self._run(run_id), data, artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: Sequence[str] | None = None,
        extra_columns: Sequence[str] | None = None,
    ) -> DataFrame:
        """Read a table of several runs (by default all of an experiment) into one."""
        session = self.session
        session.flush()
        if run_ids:
            runs = [session.store.get_run(run_id) for run_id in run_ids]
        else:
            runs = searching.all_pages(
                lambda size, token: session.store.search_runs(
                    [experiment_id], max_results=size, page_token=token
                ),
                None,
            )
        places = [(run, session.artifacts(run.info)) for run in runs]
        return run_files.load_tables(places, artifact_file, extra_columns)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """Return the files and folders in a folder of a run's files (by default their root)."""
        return self._files(run_id).list(path or "")

    def download_artifacts(
        self, run_id: str, path: str, dst_path: str | os.PathLike[str] | None = None
    ) -> str:
        """Copy a file or folder of a run to a local folder; return where it is.

        Parameters
        ----------
        run_id : str
            The run.
        path : str
            The file or folder; ``""`` is everything.
        dst_path : str or path, optional
            The local folder; a new one for temporary files if not given.
        """
        goal = tempfile.mkdtemp(prefix="nbtrack-") if dst_path is None else dst_path
        return str(self._files(run_id).download(path, goal))

    def delete_artifacts(self, run_id: str, path: str) -> None:
        """Delete a file or folder of a run."""
        self._files(run_id).delete(path)

    def _files(self, run_id: str) -> ArtifactFolder:
        run = self.session.runs.get(run_id)
        info = run.info if run is not None else self.session.stored_run(run_id).info
        return self.session.artifacts(info)

    def _run(self, run_id: str) -> ActiveRun:
        return run_by_id(self.session, run_id)

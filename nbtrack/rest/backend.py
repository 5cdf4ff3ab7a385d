"""What the endpoints work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.errors import Unavailable
from nbtrack.urls import below

if TYPE_CHECKING:
    from nbtrack.artifacts import ArtifactFolder
    from nbtrack.artifacts.places import Places
    from nbtrack.store.base import Store

SERVED = "mlflow-artifacts:/"


@dataclass(frozen=True)
class Backend:
    """A store and the places of its files.

    Attributes
    ----------
    store : Store
        Experiments and runs.
    places : Places
        Opens the files of runs, and nothing else.
    serves_files : bool
        Whether clients read and write files through the server; if not they are told where the
        files are, and go there themselves.
    """

    store: Store
    places: Places
    serves_files: bool = True

    def served_files(self) -> ArtifactFolder:
        """Return the folder that ``mlflow-artifacts:/`` stands for, for clients that name it."""
        if not self.serves_files:
            raise Unavailable(
                "This server does not pass files on: it was started with --no-serve-artifacts. "
                "Clients read and write them where the run's artifact_uri says."
            )
        return self.places.served()

    def shown(self, location: str) -> str:
        """Return where files are, for a client: the place itself if it has to go there alone."""
        if self.serves_files or not location.startswith(SERVED):
            return location
        return below(self.store.artifact_root, location.removeprefix(SERVED).lstrip("/"))

"""The files of runs: `open_artifacts` gives the `ArtifactFolder` of a run, `Places` a server's."""

from nbtrack.artifacts.files import open_artifacts
from nbtrack.artifacts.folder import ArtifactFolder, FileInfo, FileStat
from nbtrack.artifacts.places import Places
from nbtrack.artifacts.resolver import parts_of

__all__ = ["ArtifactFolder", "FileInfo", "FileStat", "Places", "open_artifacts", "parts_of"]

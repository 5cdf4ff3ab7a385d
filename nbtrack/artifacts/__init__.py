"""The files of runs: `open_artifacts` gives the `ArtifactFolder` of a run."""

from nbtrack.artifacts.files import open_artifacts
from nbtrack.artifacts.folder import ArtifactFolder, FileInfo
from nbtrack.artifacts.resolver import parts_of

__all__ = ["ArtifactFolder", "FileInfo", "open_artifacts", "parts_of"]

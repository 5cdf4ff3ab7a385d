"""Put the quickstart notebook into the wheel, without its outputs: hatchling runs this file.

An editable install needs no copy: there the notebook is found in this folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "01-quickstart.ipynb"


class NotebookHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from nbtrack.cli.clean_notebook import without_outputs

        clean = Path(self.directory, NAME)
        clean.parent.mkdir(parents=True, exist_ok=True)
        clean.write_bytes(without_outputs(Path(self.root, "notebooks", NAME).read_bytes()))
        build_data["force_include"][str(clean)] = f"nbtrack/cli/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        Path(self.directory, NAME).unlink(missing_ok=True)

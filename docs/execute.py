"""Execute the tutorials of notebooks/ in place, so that a reader sees what they give.

``python docs/execute.py``, after a change of a notebook or of what it shows. What tells only about
the machine (times of each cell, the interpreter's version) is left out.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}


def execute(path: Path) -> None:
    """Run a notebook in an empty folder and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, path.stem.partition("-")[2])
        folder.mkdir()
        NotebookClient(
            notebook, timeout=120, resources={"metadata": {"path": str(folder)}}
        ).execute()
    notebook.metadata["language_info"] = LANGUAGE
    for cell in notebook.cells:
        cell.metadata = {}
    text = nbformat.writes(notebook)
    if temporary in text:
        raise SystemExit(f"{path.name} shows the folder in which it was run.")
    path.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Execute every notebook."""
    os.environ["TZ"] = "UTC"
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        execute(path)
        print(f"executed: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

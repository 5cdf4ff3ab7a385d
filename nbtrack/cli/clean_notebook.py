"""A notebook as if it had never been run; standard library only: building the wheel uses it."""

from __future__ import annotations

import json


def without_outputs(notebook: bytes) -> bytes:
    """Return a notebook's bytes without outputs, execution counts and metadata of cells."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None, metadata={})
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()

"""``-a GLOB``: the files a cell wrote."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# File systems stamp files by a clock that may lag the system's by a tick.
_TICK_NS = 20_000_000


def written_files(patterns: Sequence[str], folder: Path, since_ns: int) -> Iterator[Path]:
    """Yield files that match and were written since a moment; a folder gives all of its files.

    Parameters
    ----------
    patterns : sequence of str
        Shell patterns, ``**`` included, relative to the folder or absolute.
    folder : Path
        The working directory of the cell.
    since_ns : int
        Nanoseconds since the epoch.
    """
    seen: set[Path] = set()
    for pattern in patterns:
        for name in sorted(glob.glob(os.path.expanduser(pattern), root_dir=folder, recursive=True)):  # noqa: PTH111, PTH207 - root_dir gives names relative to the folder
            for path in _files(folder / name):
                new = path not in seen and path.stat().st_mtime_ns >= since_ns - _TICK_NS
                seen.add(path)
                if new:
                    yield path


def name_in_run(path: Path, folder: Path) -> str:
    """Return the path below the run's files: relative to the working directory, else the name."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for part in sorted(path.rglob("*")):
            if part.is_file():
                yield part

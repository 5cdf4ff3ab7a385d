"""``-a GLOB``: the files a cell wrote."""

from __future__ import annotations

import glob
import os
from collections import Counter
from typing import TYPE_CHECKING

from nbtrack.sentences import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from nbtrack.artifacts.folder import ArtifactFolder

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


def names_in_run(paths: Sequence[Path], folder: Path) -> dict[Path, str]:
    """Return the path of each file below the run's files, no two the same.

    A file in the working directory keeps its path there; one outside has its name, with as many of
    its folders as it takes to tell it from the others.
    """
    inside = [path for path in paths if path.is_relative_to(folder)]
    names = {path: path.relative_to(folder).as_posix() for path in inside}
    outside = [path for path in paths if path not in names]
    length = 1
    while outside:
        ends = {path: "/".join(path.relative_to(path.anchor).parts[-length:]) for path in outside}
        taken = Counter([*names.values(), *ends.values()])
        whole = {path for path in outside if length >= len(path.parts) - 1}
        settled = [path for path in outside if taken[ends[path]] == 1 or path in whole]
        names |= {path: _untaken(ends[path], names.values()) for path in settled}
        outside = [path for path in outside if path not in names]
        length += 1
    return names


def _untaken(name: str, taken: Collection[str]) -> str:
    return name if name not in taken else _untaken(f"outside/{name}", taken)


def keep_file(folder: ArtifactFolder, path: Path, name: str, ended: os.stat_result) -> None:
    """Copy a file to the run, and say so if it is not what the cell left.

    Parameters
    ----------
    ended : os.stat_result
        What the file was when the cell ended.
    """
    folder.put(path, name)
    now = path.stat()
    if (now.st_mtime_ns, now.st_size) != (ended.st_mtime_ns, ended.st_size):
        say(
            f"{name} changed after the cell ended, before it was kept: the run has a later version."
        )


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for part in sorted(path.rglob("*")):
            if part.is_file():
                yield part

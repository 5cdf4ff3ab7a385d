"""What a project says about its store, and how far it is believed.

A project is a git work tree, or a folder without git. Its files may come from somebody else, so a
cloned repository must not be able to redirect tracking: only paths inside the project are taken
from it, and a remote address only after this user has said so once, in a file outside the project.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import platforms
from nbtrack.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Project:
    """The folders that belong together with the one where somebody works.

    Attributes
    ----------
    start : Path
        Where the search begins: the notebook's folder.
    root : Path
        Root of the git work tree, or `start` where there is none.
    has_git : bool
        Whether there is a work tree.
    """

    start: Path
    root: Path
    has_git: bool

    def folders(self) -> Iterator[Path]:
        """Walk from the start up to the root."""
        yield self.start
        if self.start != self.root:
            for folder in self.start.parents:
                yield folder
                if folder == self.root:
                    return

    def contains(self, path: Path) -> bool:
        """Whether a path, links resolved, lies inside the project."""
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root))

    def keeps(self, path: Path) -> bool:
        """Whether git has a file of this project in its index, as it has all that was cloned."""
        if not self.has_git or not path.is_relative_to(self.root):
            return False
        try:
            index = (_git_folder(self.root / ".git") / "index").read_bytes()
        except OSError:  # a new work tree has none
            return False
        # An entry is its path, zero-terminated (https://git-scm.com/docs/index-format).
        return path.relative_to(self.root).as_posix().encode("utf-8", "surrogateescape") in index


def find_project(start: Path) -> Project:
    """Return the project that a folder belongs to."""
    for folder in (start, *start.parents):
        if (folder / ".git").exists():  # a folder, or a file in worktrees and submodules
            return Project(start, folder, has_git=True)
    return Project(start, start, has_git=False)


def _git_folder(git: Path) -> Path:
    if git.is_dir():
        return git
    # A file in worktrees and submodules: "gitdir: PATH".
    named = git.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
    return git.parent / named


def configured_uri(project: Project) -> tuple[Path, str] | None:
    """Return the nearest pyproject.toml that names a store, and what it names.

    Raises
    ------
    Refused
        If a file cannot be read or is another user's; the message says which and why.
    """
    for folder in project.folders():
        file = folder / "pyproject.toml"
        if (uri := _table(file).get("tracking_uri")) is None:
            continue
        if not isinstance(uri, str) or not uri.strip():
            raise Refused(f"{file}: tool.nbtrack.tracking_uri must be a text; it is passed over.")
        if not platforms.owned_by_this_user(file):
            raise Refused(
                f"{file} belongs to another user and names a store, {uri.strip()}; it is passed "
                "over. To use that store, set NBTRACK_TRACKING_URI to it."
            )
        return file, uri.strip()
    return None


def _table(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("nbtrack", {})
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise Refused(f"{file} cannot be read ({error}); it is passed over.") from None
    return table if isinstance(table, dict) else {}


def is_trusted(project: Path, uri: str) -> bool:
    """Whether this user has trusted this project with this remote address."""
    return uri in _trusted().get(os.path.realpath(project), [])


def trust(project: Path, uri: str) -> None:
    """Remember, outside the project, that its pyproject.toml may send runs to this address.

    Parameters
    ----------
    project : Path
        Root of the project (`Project.root`).
    uri : str
        The address, exactly as pyproject.toml has it; another one needs another trust.
    """
    trusted = _trusted()
    addresses = trusted.setdefault(os.path.realpath(project), [])
    if uri not in addresses:
        addresses.append(uri)
    file = _trust_file()
    platforms.make_private_dir(file.parent)
    platforms.write_private(file, json.dumps(trusted, indent=1).encode())


def _trusted() -> dict[str, list[str]]:
    try:
        content = json.loads(_trust_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _trust_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("nbtrack", appauthor=False)) / "trusted.json"


def working_folder() -> Path:
    """Return the working directory; `Refused` if it was deleted."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise Refused(
            "The working directory was deleted, so no store can be found from it. Change to a "
            "folder that exists."
        ) from None

"""Where the store is: a list of rules, of which the first that gives an answer wins.

The rules stand in `_RULES` in the order of their weight. An embedded store is a folder
``.nbtrack`` with ``nbtrack.db``, ``artifacts/``, ``journal/`` and a ``.gitignore`` that keeps all
of it out of commits.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack import platforms, store_folder
from nbtrack.errors import InvalidValue, NbtrackError, Refused
from nbtrack.settings import settings
from nbtrack.store.project import (
    Project,
    configured_uri,
    find_project,
    is_trusted,
    trust,
    working_folder,
)
from nbtrack.store_folder import STORE_FOLDER
from nbtrack.urls import SCHEME, without_password

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StoreLocation", "find_store", "is_trusted", "sqlite_file", "trust", "why_not"]

DATABASE_NAME = "nbtrack.db"
_SQLITE = re.compile(r"sqlite(?:\+\w+)?://(?:/(?P<file>.*))?", re.DOTALL)
_OPTIONS = re.compile(r"\?\w+=[^/]*")  # of SQLAlchemy's addresses; a folder may be called "what?"
_DATABASE_SUFFIXES = {".db", ".sqlite", ".sqlite3"}


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """A store's address and the folders that go with it.

    Attributes
    ----------
    uri : str
        For `open_store`; a file's path in it is absolute.
    artifact_root : str or None
        Folder of the artifacts beside a SQLite database; None where the store itself knows.
    journal_dir : Path
        Folder of this user's journals for the store.
    rule : str
        A sentence: which rule chose the store.
    notices : tuple of str
        Sentences to say once.
    folder : Path or None
        The ``.nbtrack`` folder of an embedded store.
    """

    uri: str
    artifact_root: str | None
    journal_dir: Path
    rule: str
    notices: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def shown(self) -> str:
        """The address as people may see it."""
        return without_password(self.uri)


@dataclass
class _Search:
    """What the rules look at, and what they find worth saying."""

    project: Project
    given: str | None
    kernel: str | None
    create: bool
    notices: list[str] = field(default_factory=list)
    passed_over: set[Path] = field(default_factory=set)


def find_store(
    uri: str | None = None,
    *,
    start: Path | None = None,
    kernel_uri: str | None = None,
    create: bool = True,
) -> StoreLocation:
    """Return where the store is.

    Parameters
    ----------
    uri : str, optional
        What the caller asks for: a folder, a database file or an address. Relative paths count
        from the working directory.
    start : Path, optional
        The notebook's folder; the working directory by default.
    kernel_uri : str, optional
        What ``%track config`` of this kernel says.
    create : bool
        Make the folder of an embedded store if it is missing (0700).

    Raises
    ------
    Refused
        If a folder that was asked for, or in the end every folder, cannot be written to.
    InvalidValue
        If an address cannot be understood.
    """
    here = Path(os.path.abspath(start or working_folder()))  # noqa: PTH100 (links in it stay as they are)
    search = _Search(find_project(here), uri, kernel_uri, create)
    for rule in _RULES:
        location = rule(search)
        if location is not None:
            return replace(location, notices=(*search.notices, *_network_notice(location)))
    raise AssertionError("the last rule gives an answer or raises")


def sqlite_file(uri: str) -> Path | None:
    """Return the file of a ``sqlite:///`` address, None for another kind of address."""
    return Path(found["file"]) if (found := _SQLITE.fullmatch(uri)) and found["file"] else None


# The rules


def _by_argument(search: _Search) -> StoreLocation | None:
    return _asked_for(search, search.given, "It was given as the tracking URI.")


def _by_kernel(search: _Search) -> StoreLocation | None:
    return _asked_for(search, search.kernel, "%track config of this kernel names it.")


def _by_environment(search: _Search) -> StoreLocation | None:
    uri = settings().tracking_uri
    return _asked_for(search, uri, "The environment variable NBTRACK_TRACKING_URI names it.")


def _by_mlflow(search: _Search) -> StoreLocation | None:
    uri = os.environ.get("MLFLOW_TRACKING_URI", "").strip()
    if not uri.lower().startswith(("http://", "https://")):
        return None  # MLflow's own folders and databases have another schema
    return _asked_for(search, uri, "The environment variable MLFLOW_TRACKING_URI names it.")


def _by_pyproject(search: _Search) -> StoreLocation | None:
    try:
        found = configured_uri(search.project)
        if found is None:
            return None
        file, uri = found
        location = _locate(uri, file.parent, f"[tool.nbtrack] in {file} names it.")
        _check_from_project(search.project, file, uri, location)
        if location.folder and search.create:
            _make_folder(location.folder)
    except NbtrackError as error:
        search.notices.append(error.message)
        return None
    return location


def _by_nearest_folder(search: _Search) -> StoreLocation | None:
    for parent in search.project.folders():
        if (location := _existing(search, parent / STORE_FOLDER)) is not None:
            return location
    return None


def _existing(search: _Search, folder: Path) -> StoreLocation | None:
    if not folder.is_dir() or folder in search.passed_over:
        return None
    if (fault := why_not(folder, search.project)) is not None:
        search.notices.append(f"{folder} {fault}, so it is passed over.")
        search.passed_over.add(folder)
        return None
    if search.create:
        store_folder.ignore_in_git(folder)
    return _embedded(folder, f"It is the nearest {STORE_FOLDER} folder, in {folder.parent}.")


def _by_jupyter(search: _Search) -> StoreLocation | None:
    uri = settings().jupyter_store
    return _asked_for(search, uri, "It is the default store of the Jupyter server.")


def _by_new_folder(search: _Search) -> StoreLocation | None:
    project = search.project
    folder = project.root / STORE_FOLDER
    if folder.is_dir():
        # Passed over before, and said; or made by another process just now.
        return _existing(search, folder)
    if not search.create:
        if not os.access(project.root, os.W_OK):
            return None
    elif (fault := _try_to_make(folder)) is not None:
        search.notices.append(
            f"{project.root} cannot be written to ({fault}), so runs are kept in the user's data "
            f"folder {_user_data_folder()}."
        )
        return None
    where = "the root of the git work tree" if project.has_git else "the notebook's folder"
    return _embedded(folder, f"It is a new {STORE_FOLDER} folder in {where}, {project.root}.")


def _by_user_folder(search: _Search) -> StoreLocation:
    folder = _user_data_folder()
    if search.create and (fault := _try_to_make(folder)) is not None:
        raise Refused(
            f"No store can be made: neither {search.project.root} nor {folder} can be written to "
            f"({fault}). Set NBTRACK_TRACKING_URI to a folder that can."
        )
    return _embedded(folder, "It is the user's data folder, since the project's has no place.")


_RULES: tuple[Callable[[_Search], StoreLocation | None], ...] = (
    _by_argument,
    _by_kernel,
    _by_environment,
    _by_mlflow,
    _by_pyproject,
    _by_nearest_folder,
    _by_jupyter,
    _by_new_folder,
    _by_user_folder,
)


# Addresses


def _asked_for(search: _Search, uri: str | None, rule: str) -> StoreLocation | None:
    if uri is None or not uri.strip():
        return None
    location = _locate(uri.strip(), working_folder(), rule)
    if location.folder and search.create:
        _make_folder(location.folder)
    return location


def _locate(uri: str, base: Path, rule: str) -> StoreLocation:
    """Make an address or a path, relative to a folder, into a location."""
    _check_name(uri)
    scheme = SCHEME.match(uri)
    if scheme is None:
        return _path(_absolute(uri, base), rule)
    if scheme[1].lower() == "file":
        return _path(_absolute(_path_of_file_uri(uri), base), rule)
    found = _SQLITE.fullmatch(uri)
    if found is None:
        return StoreLocation(uri, None, _user_journal_dir(), rule)
    if not found["file"] or found["file"] == ":memory:":
        raise InvalidValue(
            f"{uri} keeps nothing: a store in memory would forget every run. "
            "Give a file: sqlite:///runs.db."
        )
    if options := _OPTIONS.search(found["file"]):
        raise InvalidValue(
            f"{uri} has options, {options[0]}, which no store takes. Leave them out."
        )
    return _database(_absolute(found["file"], base), rule)


def _path(path: Path, rule: str) -> StoreLocation:
    if path.suffix in _DATABASE_SUFFIXES or path.is_file():
        return _database(path, rule)
    is_store = path.name == STORE_FOLDER or (path / DATABASE_NAME).exists()
    return _embedded(path if is_store else path / STORE_FOLDER, rule)


def _database(file: Path, rule: str) -> StoreLocation:
    if file.name == DATABASE_NAME and file.parent.name == STORE_FOLDER:
        return _embedded(file.parent, rule)
    journal = file.parent / "journal"
    if journal.exists() and not platforms.owned_by_this_user(journal):
        journal = _user_journal_dir()  # several users share one database, none of them a journal
    uri = f"sqlite:///{file.as_posix()}"
    return StoreLocation(uri, str(file.parent / "artifacts"), journal, rule)


def _embedded(folder: Path, rule: str) -> StoreLocation:
    return StoreLocation(
        uri=f"sqlite:///{(folder / DATABASE_NAME).as_posix()}",
        artifact_root=str(folder / "artifacts"),
        journal_dir=folder / "journal",
        rule=rule,
        folder=folder,
    )


def _check_name(uri: str) -> None:
    try:
        sound = b"\0" not in os.fsencode(uri)
    except UnicodeEncodeError:
        sound = False
    if not sound:
        raise InvalidValue(
            f"{uri!r} cannot be the name of a store: it holds a NUL or half a character. "
            "Give another path or address."
        )


def _absolute(path: str, base: Path) -> Path:
    return Path(os.path.abspath(base / Path(path).expanduser()))  # noqa: PTH100 (keeps links)


def _path_of_file_uri(uri: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    parts = urlsplit(uri)
    if parts.netloc not in {"", "localhost"}:
        raise InvalidValue(f"{uri} names another machine; mount its folder and give the path.")
    return url2pathname(parts.path)


def _user_journal_dir() -> Path:
    # One folder for all stores that have none of their own: the first line of a journal says to
    # which store id it belongs, whatever address led there.
    import platformdirs

    return Path(platformdirs.user_state_dir("nbtrack", appauthor=False)) / "journal"


def _user_data_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("nbtrack", appauthor=False))


# Checks


def _check_from_project(project: Project, file: Path, uri: str, location: StoreLocation) -> None:
    database = sqlite_file(location.uri)
    if database is None:
        if not is_trusted(project.root, uri):
            raise Refused(
                f"{file} asks to send runs to {without_password(uri)}, which is passed over until "
                "you allow it once with `%track config trust`."
            )
    elif not project.contains(database):
        raise Refused(
            f"{file} names a store outside the project, {database}; it is passed over. "
            "Use NBTRACK_TRACKING_URI or `%track config` for it."
        )
    elif location.folder and location.folder.is_dir():
        if (fault := why_not(location.folder, project)) is not None:
            raise Refused(f"{location.folder} {fault}, so it is passed over.")
    elif (fault := _foreign(database, project)) is not None:
        raise Refused(f"The store {database} {fault}, so it is passed over.")


def why_not(folder: Path, project: Project) -> str | None:
    """Say why an existing ``.nbtrack`` folder of a project cannot be the store, or None."""
    if not platforms.owned_by_this_user(folder):
        return "belongs to another user"
    if not project.contains(folder):
        return "is a link that leads out of the project"
    if not os.access(folder, os.W_OK | os.X_OK):
        return "cannot be written to"
    return _foreign(folder / DATABASE_NAME, project)


def _foreign(database: Path, project: Project) -> str | None:
    """Say why a store of a project may be somebody else's work, or None."""
    for name in (database.name, "artifacts", "journal"):
        if not project.contains(database.with_name(name)):
            return f"holds a link out of the project, {name}"
    if project.keeps(database):
        return "came with the repository (git keeps it: git rm --cached ends that)"
    return None


def _network_notice(location: StoreLocation) -> tuple[str, ...]:
    database = sqlite_file(location.uri)
    if database is None or not platforms.is_network_filesystem(database):
        return ()
    where = f"{database.parent} is on a network file system ({platforms.filesystem_type(database)})"
    share = "share runs through a database server or `nbtrack server`"
    return (f"{where}: use it from one machine at a time, or {share}.",)


def _make_folder(folder: Path) -> None:
    if (fault := _try_to_make(folder)) is not None:
        raise Refused(f"The store {folder} cannot be made ({fault}). Give another folder.")


def _try_to_make(folder: Path) -> str | None:
    """Make the folder of an embedded store; say why that failed, or None."""
    try:
        store_folder.make(folder)
    except OSError as error:
        return error.strerror or str(error)
    return None

"""The stores that one Jupyter server serves, each opened when somebody first asks for it."""

from __future__ import annotations

import asyncio
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from nbtrack.artifacts.places import Places
from nbtrack.errors import NbtrackError, NotFound, Refused, Unavailable
from nbtrack.server.opening import PATIENCE
from nbtrack.server.service import Service
from nbtrack.server.sweeping import Sweeper
from nbtrack.store.location import sqlite_file, why_not
from nbtrack.store.open import open_store
from nbtrack.store.project import find_project
from nbtrack_jupyter.search import stores_below

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from logging import Logger

    from nbtrack.store.location import StoreLocation

T = TypeVar("T")

_STORE_ID = re.compile("[0-9a-f]{32}")
_ALLOWED_ROOTS = "c.NbtrackExtension.allowed_artifact_roots"
# Seconds that a stop waits for the answers that are under way, and for the last look at journals.
_LAST_ANSWERS = 10.0
_LAST_SWEEP = 5.0


@dataclass(frozen=True)
class Choices:
    """What the administrator chose.

    Attributes
    ----------
    artifact_root : str or None
        Where the default store keeps files; None: where it always did.
    allowed_roots : tuple of str
        More places whose files are opened, for every store.
    named : bool
        Whether the default store was named, rather than found.
    """

    artifact_root: str | None = None
    allowed_roots: tuple[str, ...] = ()
    named: bool = False


class _Served(NamedTuple):
    """An open store."""

    service: Service
    sweeper: Sweeper

    def close(self) -> None:
        self.sweeper.stop(_LAST_SWEEP)
        self.service.close()


class Stores:
    """The default store and those below a folder.

    Parameters
    ----------
    default : StoreLocation or NbtrackError
        Where the default store is, or why there is none.
    root : Path
        The folder below which stores are looked for.
    choices : Choices
        What the administrator chose.
    log : Logger
        Where it is said that a store cannot be opened.
    """

    def __init__(
        self, default: StoreLocation | NbtrackError, root: Path, choices: Choices, log: Logger
    ) -> None:
        self._default = default
        self._root = root
        self._choices = choices
        self._log = log
        self._threads = ThreadPoolExecutor(2, "nbtrack-stores")
        self._opening: dict[str, asyncio.Task[_Served]] = {}
        self._retired: list[asyncio.Task[None]] = []
        self._found: Mapping[str, StoreLocation] = {}
        self._looking = asyncio.Lock()
        self._last_look = 0.0
        self._asking: set[object] = set()
        self._all_answered = asyncio.Event()
        self._told: set[str] = set()
        self._closed = False

    async def default(self) -> Service:
        """Return the default store, opened.

        Raises
        ------
        NbtrackError
            If it cannot be opened; the message says why.
        """
        if isinstance(self._default, NbtrackError):
            raise self._for_clients(self._default)
        return (await self._opened(self._default)).service

    async def of(self, store_id: str) -> Service:
        """Return the store of an id, opened.

        Raises
        ------
        NotFound
            If no store of this user's below the root has the id.
        """
        self._check_open()
        for task in self._opening.values():
            if _store_id(task) == store_id:
                return task.result().service
        if _STORE_ID.fullmatch(store_id) and store_id not in self._found:
            await self._look_again()
        location = self._found.get(store_id)
        if location is not None:
            service = (await self._opened(location)).service
            if service.backend.store.store_id == store_id:
                return service
            self._found = {}  # another store lies there now
        raise NotFound(
            f"There is no store {store_id[:40]!r} below the folder that Jupyter serves. "
            "%track doctor, in a notebook that logs to it, prints a store's id and folder."
        )

    def enter(self, request: object) -> None:
        """Count a request whose answer a stop waits for."""
        self._asking.add(request)

    def leave(self, request: object) -> None:
        """Count it no more."""
        self._asking.discard(request)
        if not self._asking:
            self._all_answered.set()

    async def close(self) -> None:
        """Wait for the answers under way, finish all writes, close the stores."""
        self._closed = True
        self._end_events()
        if self._asking:
            self._all_answered.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_answered.wait(), _LAST_ANSWERS)
        opened = await asyncio.gather(*self._opening.values(), return_exceptions=True)
        for one in opened:
            if not isinstance(one, BaseException):
                await self._in_thread(one.close)
        await asyncio.gather(*self._retired, return_exceptions=True)
        self._threads.shutdown(wait=False)

    async def _opened(self, where: StoreLocation) -> _Served:
        self._check_open()
        key = _key(where)
        task = self._opening.get(key)
        if task is not None and _is_gone(task):
            task.result().service.events.close()
            self._retired.append(asyncio.ensure_future(self._in_thread(task.result().close)))
        if task is None or _failed(task) or _is_gone(task):
            task = self._opening[key] = asyncio.ensure_future(self._open(where))
        return await asyncio.shield(task)

    def _end_events(self) -> None:
        """End the streams, which have no end of their own."""
        for task in self._opening.values():
            if task.done() and not _failed(task):
                task.result().service.events.close()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("Jupyter is stopping. Try again in a moment.")

    async def _open(self, where: StoreLocation) -> _Served:
        try:
            return await self._in_thread(self._open_now, where)
        except NbtrackError as error:
            if error.message not in self._told:  # clients ask again and again
                self._told.add(error.message)
                self._log.error("nbtrack cannot serve a store: %s", error.message)
            raise self._for_clients(error, sqlite_file(where.uri)) from None

    def _for_clients(self, error: NbtrackError, database: Path | None = None) -> NbtrackError:
        """Return a new error that names files as Jupyter does: from its root folder on."""
        public = error.public
        for folder in (self._root, Path.home(), *([database.parent] if database else [])):
            public = public.replace(f"{folder}{os.sep}", "").replace(str(folder), folder.name)
        return type(error)(error.message, public=public)

    def _open_now(self, where: StoreLocation) -> _Served:
        # Whether it is still this user's own is asked when it is opened, not when it was found.
        is_default = where is self._default
        folder = where.folder
        if folder is not None and folder.is_dir() and not (is_default and self._choices.named):
            fault = why_not(folder, find_project(folder.parent))
            if fault is not None:
                raise Refused(f"{folder} {fault}, so it is not served.")
        chosen = self._choices.artifact_root if is_default else None
        root = chosen or where.artifact_root
        store = open_store(where.uri, artifact_root=root, create=is_default, patience=PATIENCE)
        places = Places(
            store.artifact_root, self._choices.allowed_roots, opened_with=_ALLOWED_ROOTS
        )
        sweeper = Sweeper(store, where.journal_dir)
        sweeper.start()
        return _Served(Service(store, places), sweeper)

    async def _look_again(self) -> None:
        asked = time.monotonic()
        async with self._looking:
            if self._last_look < asked:  # a look that began later serves all who waited
                self._last_look = time.monotonic()
                self._found = await self._in_thread(stores_below, self._root)

    async def _in_thread(self, call: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)


def _key(where: StoreLocation) -> str:
    database = sqlite_file(where.uri)
    return where.uri if database is None else os.path.realpath(database)


def _failed(task: asyncio.Task[_Served]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _is_gone(task: asyncio.Task[_Served]) -> bool:
    """Whether somebody deleted or replaced the database of an open store."""
    return task.done() and not _failed(task) and task.result().service.backend.store.is_gone()


def _store_id(task: asyncio.Task[_Served]) -> str | None:
    if not task.done() or _failed(task) or _is_gone(task):
        return None
    return task.result().service.backend.store.store_id

"""Putting a whole, uploaded file in the place of an old one where a store can only rename."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Renaming(Protocol):
    """What is needed of a store; each raises an `Exception` when it is refused."""

    def rename(self, old: str, new: str, /) -> object: ...
    def remove(self, path: str, /) -> object: ...
    def is_file(self, path: str, /) -> bool: ...


def put_in_place(store: Renaming, interim: str, goal: str, aside: Callable[[], str]) -> None:
    """Rename ``interim`` to ``goal``, which may exist, and lose neither when something fails.

    Where the server renames over a file (POSIX semantics: most FTP servers, SFTP), this is one
    step. Elsewhere (HDFS, servers on Windows) the old file goes aside first and comes back if the
    new one does not take its place. What remains there: between the two renames, an instant, the
    file is missing; a process killed at that instant leaves the old one under the name of
    ``aside()``.
    """
    try:
        store.rename(interim, goal)
    except Exception:
        if not (store.is_file(goal) and store.is_file(interim)):
            raise
    else:
        return
    old = aside()
    store.rename(goal, old)
    try:
        store.rename(interim, goal)
    except BaseException:
        with suppress(Exception):
            store.rename(old, goal)
        raise
    # The new file is in place: an old one that cannot be deleted is only hidden rubbish.
    with suppress(Exception):
        store.remove(old)

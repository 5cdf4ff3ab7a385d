"""Hooks that cannot raise.

They run inside a user's cell, so a failure of ours becomes one short remark; the
traceback goes to the log ``nbtrack.notebook`` (level DEBUG).
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from nbtrack.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("nbtrack.notebook")


def guarded(what: str) -> Callable[[Callable[P, T]], Callable[P, T | None]]:
    """Make a function that returns None and says one line instead of raising.

    Parameters
    ----------
    what : str
        What could not be done, to stand behind "could not".
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T | None]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T | None:
            try:
                return function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - a hook must not raise into a user's cell
                report(what, error)
                return None

        return call

    return decorate


def report(what: str, error: BaseException) -> None:
    """Say that something failed and that the user's code is not affected."""
    _log.debug("could not %s", what, exc_info=error)
    reason = " ".join(str(error).split())[:200] or "no message"
    say(f"could not {what} ({type(error).__name__}: {reason}); your code is not affected.")

"""Work beside the cell: a daemon thread whose answer is asked for later, or never."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Later(Generic[T]):
    """Runs a function in a daemon thread.

    Parameters
    ----------
    work : callable
        Called once, without arguments. What it raises is kept as a `problem`.
    name : str
        Name of the thread.
    """

    def __init__(self, work: Callable[[], T], name: str = "nbtrack-capture") -> None:
        self.problem = ""
        self._value: T | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # the interpreter is going down, or no thread can be had
            self.problem = str(error)

    def _run(self) -> None:
        try:
            self._value = self._work()
        except Exception as error:  # noqa: BLE001 a capturer that fails yields nothing and a reason
            self.problem = f"{type(error).__name__}: {error}"

    def result(self, timeout: float) -> T | None:
        """Give the answer, waiting at most ``timeout`` seconds; None if there is none (yet)."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return self._value

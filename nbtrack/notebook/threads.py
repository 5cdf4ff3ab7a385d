"""Threads keep the run of the cell that starts them, also after the cell's end.

Python 3.11 gives a new thread an empty context, and a pool's worker the context of whoever happened
to start it. While the extension is loaded, ``Thread.start`` and ``ThreadPoolExecutor.submit`` carry
the run over (ipykernel wraps ``Thread`` the same way to send output to the right cell). Tasks need
nothing: asyncio copies the context.
"""

from __future__ import annotations

import functools
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# What the wrappers call: (Thread.start, ThreadPoolExecutor.submit) as they were found.
_originals: list[Any] = []
_users = 0


def install() -> None:
    """Wrap the two functions, once however many shells ask."""
    global _users  # noqa: PLW0603 - the patch is the process's, so its counter is too
    _users += 1
    if not _originals:
        _originals.extend((threading.Thread.start, ThreadPoolExecutor.submit))
        threading.Thread.start = _start_with_run  # type: ignore[method-assign, assignment]
        ThreadPoolExecutor.submit = _submit_with_run  # type: ignore[method-assign]


def uninstall() -> None:
    """Restore the originals when the last shell is gone.

    Where somebody wrapped ours since, ours stay in the chain and only pass calls on.
    """
    global _users  # noqa: PLW0603 - as above
    _users -= 1
    ours = threading.Thread.start, ThreadPoolExecutor.submit
    if _users == 0 and ours == (_start_with_run, _submit_with_run):
        threading.Thread.start, ThreadPoolExecutor.submit = _originals  # type: ignore[method-assign]
        _originals.clear()


def _start_with_run(thread: threading.Thread) -> None:
    run = _current()
    if run is not None:
        body = thread.run
        # An attribute of the instance shadows the method, whoever defined it.
        thread.run = functools.partial(_call_with_run, run, body)  # type: ignore[method-assign]
    _originals[0](thread)


def _submit_with_run(executor: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
    run = _current()
    if run is None:
        return _originals[1](executor, function, *args, **kwargs)
    return _originals[1](executor, _call_with_run, run, function, *args, **kwargs)


def _call_with_run(run: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
    from nbtrack.client import stack

    stack.push(run)
    try:
        return function(*args, **kwargs)
    finally:
        stack.pop(run)


def _current() -> Any:
    """Return the run of the calling thread; None before anything of nbtrack was tracked."""
    module = sys.modules.get("nbtrack.client.stack")
    return module.current() if module is not None and _users else None

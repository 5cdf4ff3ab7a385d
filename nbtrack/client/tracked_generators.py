"""Generator functions whose runs last as long as their generators.

A run is the active one only while the generator's own code runs: what the program does between two
values is not the run's.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import TYPE_CHECKING, Any

from nbtrack.client import stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.client.active_run import ActiveRun

    Begin = Callable[[Any, Any], ActiveRun]  # with the arguments of the call
    Finish = Callable[[ActiveRun, Any], None]  # with what the generator returns


def tracked_generator(function: Callable[..., Any], begin: Begin, finish: Finish) -> Any:
    """Return a generator function each of whose generators is a run."""

    @functools.wraps(function)
    def tracked(*args: Any, **kwargs: Any) -> Any:
        with begin(args, kwargs) as run:
            stack.suspend(run)
            body = function(*args, **kwargs)
            step = partial(next, body)
            while True:
                try:
                    with _active(run):
                        value = step()
                except StopIteration as end:
                    finish(run, end.value)
                    return end.value
                try:
                    step = partial(body.send, (yield value))
                except GeneratorExit:
                    with _active(run):
                        body.close()
                    raise
                except BaseException as error:  # noqa: BLE001 - thrown in, for the body to take
                    step = partial(body.throw, error)

    return tracked


def tracked_async_generator(function: Callable[..., Any], begin: Begin) -> Any:
    """Return an async generator function each of whose generators is a run."""

    @functools.wraps(function)
    async def tracked(*args: Any, **kwargs: Any) -> Any:
        with begin(args, kwargs) as run:
            stack.suspend(run)
            body = function(*args, **kwargs)
            step = partial(anext, body)
            while True:
                try:
                    with _active(run):
                        value = await step()
                except StopAsyncIteration:
                    return
                try:
                    step = partial(body.asend, (yield value))
                except GeneratorExit:
                    with _active(run):
                        await body.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - thrown in, for the body to take
                    step = partial(body.athrow, error)

    return tracked


class _active:  # noqa: N801 - used like a function; contextlib's would change StopIteration
    def __init__(self, run: ActiveRun) -> None:
        self._run = run

    def __enter__(self) -> None:
        stack.wake(self._run)

    def __exit__(self, *_: object) -> None:
        stack.suspend(self._run)

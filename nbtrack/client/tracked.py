"""`track`: what ``%%track`` is to a cell, for a block or a function of a program."""

from __future__ import annotations

import functools
import inspect
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.client import stack
from nbtrack.client.active_run import ActiveRun, begin_run
from nbtrack.client.experiments import experiment_of_new_runs
from nbtrack.client.failure import status_of
from nbtrack.client.names import check_mapping
from nbtrack.client.real_number import real_number
from nbtrack.client.session import current_session
from nbtrack.client.tracked_generators import tracked_async_generator, tracked_generator
from nbtrack.errors import InvalidValue
from nbtrack.tags import NOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import ParamSpec

    P = ParamSpec("P")
    R = TypeVar("R")

F = TypeVar("F", bound="Callable[..., Any]")

_OPTIONS = ("experiment", "params", "tags", "note", "parent", "log_params", "log_metrics")
_PLAIN = (str, int, float, bool, type(None))
_MOST_PARAMS = 30
_MOST_METRICS = 20


def track(name: str | Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Track a ``with`` block, or each call of a function, as a run.

    Inside an active run it becomes that run's child. Of a function's call, plain arguments are
    logged as params and a number, or a dictionary of numbers, that it returns as metrics. The run
    of a generator lasts from its first value to its end, and is active while its own code runs.

    Parameters
    ----------
    name : str, optional
        The run's name; two words, or the function's name, if not given.
    experiment : str, optional
        Name of the experiment, created if it is new.
    params, tags : mapping, optional
        Params to log and tags to set.
    note : str, optional
        A note in Markdown.
    parent : str, optional
        Id of the run that it is a part of.
    log_params, log_metrics : bool
        Whether a function's arguments and result are logged.

    Examples
    --------
    ::

        with nbtrack.track("tree", params={"depth": 3}) as run:
            run.log_metric("acc", 0.9)

        @nbtrack.track
        def train(depth, lr=0.1):
            return {"acc": 0.9}
    """
    if callable(name):
        return Tracked(None, options)(name)
    return Tracked(name, options)


class Tracked:
    """What `track` returns: use it in a ``with`` statement or put it above a function."""

    def __init__(self, name: str | None, options: Mapping[str, Any]) -> None:
        for option in options:
            if option not in _OPTIONS:
                near = get_close_matches(option, _OPTIONS, n=1)
                meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(_OPTIONS)}."
                raise InvalidValue(f"track has no option {option!r}. {meant}")
        self.name = name
        self.options = dict(options)
        self._runs: list[ActiveRun] = []

    def __enter__(self) -> ActiveRun:
        run = self._begin(self.name)
        self._runs.append(run)
        return run.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runs.pop().__exit__(kind, error, trace)

    def __call__(self, function: F) -> F:
        """Return a function each of whose calls is a run."""
        if not callable(function):
            raise InvalidValue(
                f"track tracks functions and with blocks, not {type(function).__name__}."
            )

        def begin(args: Any, kwargs: Any) -> ActiveRun:
            run = self._begin(self.name or function.__name__)
            try:
                self._note_arguments(run, function, args, kwargs)
            except BaseException as error:
                run.close(status_of(error))
                raise
            return run

        def finish(run: ActiveRun, result: Any) -> None:
            self._note_result(run, function, result)

        if inspect.isasyncgenfunction(function):
            tracked = tracked_async_generator(function, begin)
        elif inspect.isgeneratorfunction(function):
            tracked = tracked_generator(function, begin, finish)
        elif inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def tracked(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs) as run:
                    result = await function(*args, **kwargs)
                    finish(run, result)
                    return result
        else:

            @functools.wraps(function)
            def tracked(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs) as run:
                    result = function(*args, **kwargs)
                    finish(run, result)
                    return result

        return tracked  # type: ignore[return-value,no-any-return,unused-ignore]  # wraps keeps what callers see

    def _begin(self, name: str | None) -> ActiveRun:
        options = self.options
        session = current_session()
        chosen = options.get("experiment")
        experiment = session.experiment_named(chosen) if chosen else experiment_of_new_runs(session)
        tags = dict(check_mapping(options.get("tags") or {}, "tags"))
        if options.get("note"):
            tags[NOTE] = options["note"]
        parent = stack.active()
        parent_id = options.get("parent") or (parent.run_id if parent else None)
        run = begin_run(session, experiment, name=name, tags=tags, parent_run_id=parent_id)
        try:
            run.log_params(options.get("params") or {})
        except BaseException as error:
            run.close(status_of(error))
            raise
        stack.push(run)
        stack.open_runs[run.run_id] = run
        return run

    def _note_arguments(
        self, run: ActiveRun, function: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        if not self.options.get("log_params", True):
            return
        try:
            bound = inspect.signature(function).bind(*args, **kwargs)
        except (TypeError, ValueError):  # the call itself says what is wrong
            return
        bound.apply_defaults()
        known = {**(self.options.get("params") or {})}
        values = {
            key: value
            for key, value in bound.arguments.items()
            if isinstance(value, _PLAIN) and key not in known
        }
        run.log_params(dict(list(values.items())[:_MOST_PARAMS]))

    def _note_result(self, run: ActiveRun, function: Callable[..., Any], result: Any) -> None:
        if not self.options.get("log_metrics", True):
            return
        named = result.items() if isinstance(result, dict) else [(function.__name__, result)]
        numbers = {key: real_number(value) for key, value in named if isinstance(key, str)}
        found = {key: value for key, value in numbers.items() if value is not None}
        run.log_metrics(dict(list(found.items())[:_MOST_METRICS]))

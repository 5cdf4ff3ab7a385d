"""`nbtrack.progress`: a bar, and a curve for every number that the loop's body computes."""

from __future__ import annotations

import sys
import time
import weakref
from operator import length_hint
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nbtrack.client import stack
from nbtrack.client.real_number import real_number
from nbtrack.errors import InvalidValue, NbtrackError
from nbtrack.sentences import say
from nbtrack.views import bar as bars
from nbtrack.views.live_chart import LiveChart, forget
from nbtrack.views.loop import LoopNames, loop_names
from nbtrack.views.screen import in_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import FrameType

    from nbtrack.client.active_run import ActiveRun

T = TypeVar("T")

# Run id -> name -> step after the last one that a loop logged. Few runs are going on at once.
_next_steps: dict[str, dict[str, int]] = {}
_REMEMBERED_RUNS = 16


def progress(
    iterable: Iterable[T], *, total: int | None = None, desc: str | None = None, log: bool = True
) -> Progress[T]:
    """Iterate with a progress bar, and log every number that the loop's body assigned.

    After each iteration, one point is logged to the active run for each name that the body assigned
    and that holds a real number then. Steps count the iterations from 0; a loop that is entered
    again in the same run (an inner loop) goes on counting. Not logged are loop variables, names
    with a leading underscore, times read from a clock, names a branch did not assign this time, and
    keys that the body logs itself.

    Parameters
    ----------
    iterable
        What to iterate over.
    total
        How many items there are, if ``len(iterable)`` does not say.
    desc
        Text before the bar.
    log
        False for the bar alone.

    Raises
    ------
    InvalidValue
        If the first argument is not iterable.

    Examples
    --------
    >>> for epoch in progress(range(3)):
    ...     loss = 1 / (epoch + 1)  # logged as "loss" at steps 0, 1 and 2, if a run is active
    """
    if not hasattr(iterable, "__iter__") and not hasattr(iterable, "__getitem__"):
        hint = f"; write progress(range({iterable}))" if isinstance(iterable, int) else ""
        raise InvalidValue(f"progress() needs something to iterate over, got {iterable!r}{hint}.")
    source = sys._getframe(1).f_globals if log else None  # noqa: SLF001 - where the loop may stand
    return Progress(iterable, _length(iterable) if total is None else total, desc, source)


class Progress(Generic[T]):
    """What `progress` returns: iterate over it once."""

    def __init__(
        self,
        iterable: Iterable[T],
        total: int | None,
        label: str | None,
        source: dict[str, Any] | None,
    ) -> None:
        self._iterable = iterable
        self._source = source
        self._bar = bars.Bar(total, label or "")

    def __len__(self) -> int:
        if self._bar.total is None:
            raise TypeError("the length of this iterable is not known")
        return self._bar.total

    def __iter__(self) -> Iterator[T]:
        bar, clock = self._bar, time.monotonic
        frame = sys._getframe(1)  # noqa: SLF001 - the code that runs the loop
        recorder = _recorder_of(frame, self._source)
        record = recorder.record if recorder is not None else None
        due = bars.begin(bar, frame)
        del frame
        if recorder is not None:
            recorder.begin(draws=bars.is_outermost(bar))
        completed = False
        try:
            for done, item in enumerate(self._iterable, 1):
                yield item
                bar.done = done
                if record is not None:
                    record(done - 1)
                if clock() >= due:
                    due = bars.redraw(bar)
            completed = True
        except GeneratorExit:  # the loop was left by break, return or an exception
            if recorder is not None:
                recorder.record(bar.done, left_early=True)
            raise
        finally:
            bars.end(bar, completed=completed)
            if recorder is not None:
                recorder.end()


def _recorder_of(frame: FrameType, source: dict[str, Any] | None) -> _Recorder | None:
    # In a library's loop over what it was given, the names would be the library's own.
    if frame.f_globals is not source:
        return None
    try:
        names = loop_names(frame)
    except Exception as error:  # noqa: BLE001 - whatever a source holds, the loop goes on
        say(f"progress() draws its bar only: it could not read its loop ({error!r}).", once="loop")
        return None
    return _Recorder(frame, names) if names is not None else None


class _Recorder:
    """Reads what the body of a loop assigned, and logs it."""

    def __init__(self, frame: FrameType, names: LoopNames) -> None:
        self._frame: FrameType | None = frame
        self._names = names
        self._explicit = set(names.logged)
        self._before: dict[str, Callable[[], Any]] = {}
        self._chart: LiveChart | None = None
        self._draws = False
        self._run: ActiveRun | None = None
        self._first_step = 0
        self._logging = False
        self._unrecorded = False

    def begin(self, *, draws: bool) -> None:
        """Look at the names before the first iteration."""
        self._draws = draws and in_notebook()
        self._remember(self._values())
        self._follow_run()

    def record(self, iteration: int, *, left_early: bool = False) -> None:
        """Log the numbers of an iteration; of one that was left early, those that are new."""
        values = self._values()
        points = {}
        for name, value in values.items():
            certain = name in self._names.always and not left_early
            if name in self._explicit or not (certain or self._is_new(name, value)):
                continue
            number = real_number(value)
            if number is not None:
                points[name] = number
        self._remember(values)
        if points:
            self._log(points, iteration)

    def end(self) -> None:
        """Let go of the caller's frame."""
        self._frame = None
        self._before.clear()
        self._leave_run()
        if self._chart is not None:
            self._chart.finish()
        if self._unrecorded and (in_notebook() or stack.notebook_mode()):
            say(
                "progress() drew its curves but recorded nothing, because no run is active. Put "
                "%%track above the cell (after %load_ext nbtrack), or use nbtrack.start_run().",
                once="progress without a run",
            )

    def _values(self) -> dict[str, Any]:
        frame = self._frame
        if frame is None:
            return {}
        here: Mapping[str, Any] = frame.f_locals
        found = {}
        for name in self._names.names:
            if name in here:
                found[name] = here[name]
            elif name in frame.f_globals and name in frame.f_code.co_names:  # declared global
                found[name] = frame.f_globals[name]
        return found

    def _remember(self, values: Mapping[str, Any]) -> None:
        self._before = {name: _reference(value) for name, value in values.items()}

    def _is_new(self, name: str, value: Any) -> bool:
        before = self._before.get(name)
        return before is None or before() is not value

    def _log(self, points: dict[str, float], iteration: int) -> None:
        run = self._follow_run()
        if self._draws and self._chart is None and (run is None or run is not stack.ambient()):
            # A tracked cell draws its run itself, or was told not to.
            self._chart = LiveChart()
        if run is None:
            self._unrecorded = True
        else:
            self._log_to(run, points, self._first_step + iteration)
        if self._chart is not None:
            for name, number in points.items():
                self._chart.add(name, number, self._first_step + iteration)

    def _log_to(self, run: ActiveRun, points: dict[str, float], step: int) -> None:
        self._logging = True
        try:
            run.log_metrics(points, step=step)
        except NbtrackError as error:
            # A loop must not die of its progress bar.
            say(f"progress() could not log: {error.message}", once=f"progress {error.message}")
        finally:
            self._logging = False
        following = _next_steps.setdefault(run.run_id, {})
        following.update(dict.fromkeys(points, step + 1))

    def _follow_run(self) -> ActiveRun | None:
        """Return the active run, and listen to what is logged to it."""
        run = stack.current() or stack.adrift()
        if run is not self._run:
            self._leave_run()
            if run is not None:
                self._join_run(run)
        return run

    def _join_run(self, run: ActiveRun) -> None:
        self._run = run
        earlier = _next_steps.get(run.run_id, {})
        self._first_step = max((earlier.get(name, 0) for name in self._names.names), default=0)
        stack.observe(run.run_id, self._notice)
        while len(_next_steps) > _REMEMBERED_RUNS:
            _next_steps.pop(next(iter(_next_steps)))

    def _leave_run(self) -> None:
        if self._run is not None:
            forget(self._run.run_id, self._notice)
            self._run = None

    def _notice(self, key: str, value: float, step: int, timestamp: int) -> None:  # noqa: ARG002
        """Note a key that the body logs by itself."""
        if not self._logging:
            self._explicit.add(key)


def _reference(value: Any) -> Callable[[], Any]:
    """Return a way to the object that keeps no array or tensor alive, where it can be helped."""
    if not isinstance(value, (int, float)):
        try:
            return weakref.ref(value)
        except TypeError:
            pass
    return lambda: value


def _length(iterable: Iterable[object]) -> int | None:
    try:
        hint = length_hint(iterable, -1)
    except Exception:  # noqa: BLE001 - the caller's __len__; some loaders have one that raises
        return None
    return hint if hint >= 0 else None

"""`ActiveRun`: a run that is going on, and the only object of the public API that changes.

It owns a run id and writes through its session's journal; what it was told is in the journal when
the call returns. Mistakes are raised before anything is written.
"""

from __future__ import annotations

import atexit
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbtrack import tags as names_of_tags
from nbtrack.client import session as sessions
from nbtrack.client.failure import keep_error, status_of
from nbtrack.client.names import (
    MAX_RUN_NAME,
    check_key,
    check_mapping,
    check_name,
    check_number,
    check_step,
    check_text,
    check_timestamp,
    generated_name,
    good_keys,
    new_run_id,
)
from nbtrack.client.say import say
from nbtrack.client.stack import (
    adrift,
    ambient,
    current,
    last,
    last_tracked,
    notebook_mode,
    observe,
    observers,
    open_runs,
    pop,
    push,
    set_ambient,
    set_last_tracked,
    unobserve,
)
from nbtrack.entities import Metric, Param, RunInfo, RunStatus, Tag
from nbtrack.errors import InvalidValue
from nbtrack.store.records import (
    CorrectParam,
    CreateRun,
    DeleteTag,
    LogBatch,
    LogInputs,
    LogMetric,
    UpdateRun,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from nbtrack.artifacts import ArtifactFolder
    from nbtrack.client.session import Session
    from nbtrack.entities import DatasetInput, Experiment, RunData

__all__ = [
    "ActiveRun",
    "adrift",
    "ambient",
    "begin_run",
    "current",
    "last",
    "last_tracked",
    "notebook_mode",
    "observe",
    "pop",
    "push",
    "set_ambient",
    "set_last_tracked",
    "unobserve",
]

END_TIMEOUT = 10.0
_EXIT_TIMEOUT = 5.0


def now() -> int:
    """Return milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


class ActiveRun:
    """A run of this process: log to it, end it, or use it in a ``with`` statement.

    Leaving the ``with`` block ends the run with its true status: FINISHED, FAILED for an exception
    (whose traceback is kept), KILLED for an interrupt.

    Attributes
    ----------
    run_id : str
        32 hexadecimal digits.
    session : Session
        Where the run is recorded.
    ended : bool
        Whether `end` was called; a run takes late records also after its end.
    in_with : bool
        Whether the run is inside its ``with`` block.
    """

    def __init__(self, session: Session, info: RunInfo, *, resumed: bool = False) -> None:
        self.session = session
        self.run_id = info.run_id
        self.ended = False
        self.in_with = False
        self.resumed = resumed
        self._info = info
        self._append = session.outbox.append
        self._params = session.first_params(info.run_id)
        self._next_step: int | None = None
        session.remember(info.run_id)

    def __repr__(self) -> str:
        return f"<ActiveRun {self._info.run_name!r} {self.run_id} {self._info.status}>"

    @property
    def info(self) -> RunInfo:
        """Name, times, status and place of the run, as this process knows them."""
        return self._info

    @property
    def data(self) -> RunData:
        """Metrics, params and tags, as stored now."""
        self.session.flush()
        return self.session.store.get_run(self.run_id).data

    @property
    def artifacts(self) -> ArtifactFolder:
        """The folder of the run's files."""
        return self.session.artifacts(self._info)

    # Logging

    def log_metric(
        self, key: str, value: float, step: int | None = None, timestamp: int | None = None
    ) -> None:
        """Log one number; ``step`` is 0 and ``timestamp`` (milliseconds) is now if not given."""
        # The hottest path of nbtrack: exact types of known keys pass without a function call.
        if key not in good_keys:
            check_key(key, "metric")
        if type(value) is not float:
            value = check_number(key, value)
        if type(step) is not int or step > 0x7FFFFFFF:  # noqa: PLR2004 - larger ones are checked
            step = check_step(step)
        moment = time.time_ns() // 1_000_000 if timestamp is None else check_timestamp(timestamp)
        self._append(LogMetric(self.run_id, key, value, moment, step))
        if observers:
            self._tell_observers(key, value, step, moment)

    def log_metrics(
        self, metrics: Mapping[str, Any], step: int | None = None, timestamp: int | None = None
    ) -> None:
        """Log several numbers of one step, all of them or, on a mistake, none."""
        moment = now() if timestamp is None else check_timestamp(timestamp)
        step = check_step(step)
        points = [
            Metric(check_key(key, "metric"), check_number(key, value), moment, step)
            for key, value in check_mapping(metrics, "log_metrics").items()
        ]
        self._log(points, (), ())

    def log_param(self, key: str, value: Any) -> None:
        """Log a value that was chosen before the run, as ``str(value)``."""
        self._log((), [Param(check_key(key, "param"), check_text(key, value, "param"))], ())

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log several params, all of them or, on a mistake, none."""
        checked = [
            Param(check_key(key, "param"), check_text(key, value, "param"))
            for key, value in check_mapping(params, "log_params").items()
        ]
        self._log((), checked, ())

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag to ``str(value)``."""
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set several tags, all of them or, on a mistake, none."""
        self._log((), (), checked_tags(tags))

    def log_batch(
        self,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[Tag] = (),
    ) -> None:
        """Log metrics, params and tags together, all of them or, on a mistake, none."""
        self._log(
            [
                Metric(
                    check_key(m.key, "metric"),
                    check_number(m.key, m.value),
                    check_timestamp(m.timestamp),
                    check_step(m.step),
                )
                for m in metrics
            ],
            [Param(check_key(p.key, "param"), check_text(p.key, p.value, "param")) for p in params],
            checked_tags({tag.key: tag.value for tag in tags}),
        )

    def delete_tag(self, key: str) -> None:
        """Take a tag away."""
        self._append(DeleteTag(self.run_id, check_key(key, "tag")))

    def correct_param(self, key: str, value: Any) -> None:
        """Replace a param's value; the old one is kept in the tag ``nbtrack.corrected.<key>``."""
        text = check_text(check_key(key, "param"), value, "param")
        self._append(CorrectParam(self.run_id, key, text))
        self._params[key] = text

    def log_inputs(self, datasets: Sequence[DatasetInput]) -> None:
        """Note datasets that the run read."""
        if datasets:
            self._append(LogInputs(self.run_id, list(datasets)))

    def rename(self, name: str) -> None:
        """Give the run another name."""
        check_name(name, "a run", MAX_RUN_NAME)
        self._append(UpdateRun(self.run_id, name=name))
        self._info = msgspec.structs.replace(self._info, run_name=name)

    def next_step(self) -> int:
        """Return the step of the next `nbtrack.log` call: one more than the last."""
        if self._next_step is None:
            self._next_step = self._step_after_stored() if self.resumed else 0
        self._next_step += 1
        return self._next_step - 1

    # The end

    def end(
        self,
        status: str = RunStatus.FINISHED,
        end_time: int | None = None,
        timeout: float = END_TIMEOUT,
    ) -> None:
        """End the run, ship what is left, and say what did not arrive or was refused.

        Parameters
        ----------
        status : str
            FINISHED, FAILED or KILLED.
        end_time : int, optional
            Milliseconds since the epoch; now if not given.
        timeout : float
            Seconds to wait for the store. What is left then stays in the journal.
        """
        final = checked_status(status)
        moment = now() if end_time is None else check_timestamp(end_time)
        self._append(UpdateRun(self.run_id, final, moment))
        self._info = msgspec.structs.replace(self._info, status=final, end_time=moment)
        self.ended = True
        open_runs.pop(self.run_id, None)
        pop(self)
        unobserve(self.run_id)
        self._report(self.session.outbox.flush(timeout))

    def __enter__(self) -> Self:
        self.in_with = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.in_with = False
        if self.ended:  # by an end_run() in the block
            return
        status = status_of(error)
        if error is not None and status != RunStatus.FINISHED:
            keep_error(self, error)
        self.end(status)

    # Details

    def _log(self, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[Tag]) -> None:
        fresh = self._fresh(params)
        if not (metrics or fresh or tags):
            return
        self._append(LogBatch(self.run_id, list(metrics), fresh, list(tags)))
        for param in fresh:
            self._params[param.key] = param.value
        for tag in tags:
            if tag.key == names_of_tags.RUN_NAME and tag.value:
                self._info = msgspec.structs.replace(self._info, run_name=tag.value)
        if observers:
            for metric in metrics:
                self._tell_observers(metric.key, metric.value, metric.step, metric.timestamp)

    def _fresh(self, params: Sequence[Param]) -> list[Param]:
        """Return the params that were not logged yet; raise if one has another value already."""
        fresh: dict[str, Param] = {}
        for param in params:
            first = self._params.get(param.key)
            if first is None and param.key in fresh:
                first = fresh[param.key].value
            if first is None:
                fresh[param.key] = param
            elif first != param.value:
                raise InvalidValue(
                    f"Changing param values is not allowed. Param with key={param.key!r} was "
                    f"already logged with value={first!r} for run {self._info.run_name!r}; the new "
                    f"value is {param.value!r}. Log numbers that change with log_metric; correct a "
                    "mistake with Client().correct_param(run_id, key, value)."
                )
        return list(fresh.values())

    def _tell_observers(self, key: str, value: float, step: int, timestamp: int) -> None:
        for callback in observers.get(self.run_id, ()):
            callback(key, value, step, timestamp)

    def _step_after_stored(self) -> int:
        return max((metric.step + 1 for metric in self.data.metric_list), default=0)

    def _report(self, left: int) -> None:
        name = self._info.run_name
        for problem in self.session.outbox.problems(self.run_id):
            say(f"In run {name!r} the store did not take a record: {problem.message}")
        if left:
            say(
                f"{left} records have not reached {self.session.store.uri} yet (run {name!r}). "
                "They are safe in the journal: this process goes on sending them, and after its "
                "end `nbtrack sync` does."
            )


def begin_run(
    session: Session,
    experiment_id: str | Experiment,
    *,
    name: str | None = None,
    tags: Mapping[str, Any] | None = None,
    parent_run_id: str | None = None,
    start_time: int | None = None,
) -> ActiveRun:
    """Begin a run. It is not put on the stack of active runs.

    Parameters
    ----------
    session : Session
        Where it is recorded.
    experiment_id : str or Experiment
        Its experiment, which must not be deleted.
    name : str, optional
        If not given, the tag ``mlflow.runName``, else two words are made up.
    tags : mapping, optional
        Tags besides user and source, which are set here unless the mapping has them.
    parent_run_id : str, optional
        The run it is a part of.
    start_time : int, optional
        Milliseconds since the epoch; now if not given.
    """
    experiment = (
        session.experiment(experiment_id) if isinstance(experiment_id, str) else experiment_id
    )
    given = dict(tags or {})
    name = name or given.get(names_of_tags.RUN_NAME) or generated_name()
    check_name(name, "a run", MAX_RUN_NAME)
    if parent_run_id:
        given[names_of_tags.PARENT_RUN_ID] = parent_run_id
    all_tags = {**source_tags(), **given, names_of_tags.RUN_NAME: name}
    info = RunInfo(
        run_id=new_run_id(),
        experiment_id=experiment.experiment_id,
        run_name=name,
        user_id=str(all_tags[names_of_tags.USER]),
        status=RunStatus.RUNNING,
        start_time=now() if start_time is None else check_timestamp(start_time),
        artifact_uri="",
    )
    info = msgspec.structs.replace(
        info,
        artifact_uri=f"{experiment.artifact_location.rstrip('/')}/{info.run_id}/artifacts",
    )
    record = CreateRun(
        info.run_id,
        info.experiment_id,
        name,
        info.user_id,
        info.start_time,
        checked_tags(all_tags),
    )
    session.outbox.append(record)
    return ActiveRun(session, info)


_defaults: dict[str, str] = {}


def set_source_tags(tags: Mapping[str, str]) -> None:
    """Set what `source_tags` returns besides the user (the notebook's name and type)."""
    _defaults.clear()
    _defaults.update(tags)


def source_tags() -> dict[str, str]:
    """Return the tags that say who runs what: MLflow's user, source name and source type."""
    from nbtrack.platforms import user

    found = {names_of_tags.USER: user(), names_of_tags.SOURCE_TYPE: names_of_tags.SOURCE_LOCAL}
    script = getattr(sys.modules.get("__main__"), "__file__", None) or (sys.argv or [""])[0]
    if script:
        found[names_of_tags.SOURCE_NAME] = str(Path(script).absolute())
    return {**found, **_defaults}


def checked_tags(tags: Mapping[str, Any]) -> list[Tag]:
    """Return a mapping's entries as checked tags."""
    return [
        Tag(check_key(key, "tag"), check_text(key, value, "tag"))
        for key, value in check_mapping(tags, "set_tags").items()
    ]


def checked_status(status: Any) -> RunStatus:
    """Return a status by its name."""
    try:
        return RunStatus(str(status))
    except ValueError:
        known = ", ".join(RunStatus)
        raise InvalidValue(f"There is no status {status!r}; there are {known}.") from None


def _end_open_runs() -> None:
    """End what a program left open: FINISHED, or as the exception says that it died of."""
    # A kernel remembers the last exception of any cell there, which says nothing about its end.
    error = None
    if not notebook_mode():
        error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    for run in reversed(list(open_runs.values())):
        with suppress(Exception):  # nothing can break the exit
            status = status_of(error)
            if error is not None:
                keep_error(run, error)
            run.end(status, timeout=_EXIT_TIMEOUT)


def _end_open_runs_first() -> None:
    # Functions run at exit in the reverse order of their registration; the outbox of a session
    # registers its own, so this one is moved behind it after each opening.
    atexit.unregister(_end_open_runs)
    atexit.register(_end_open_runs)


sessions.when_opened(_end_open_runs_first)

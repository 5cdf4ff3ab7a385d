"""`ActiveRun`: a run that is going on, and the only object of the public API that changes.

It owns a run id and writes through its session's journal; what it was told is in the journal when
the call returns. Mistakes are raised before anything is written.
"""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

import msgspec

from nbtrack.client.failure import keep_error, status_of
from nbtrack.client.names import (
    check_entries,
    check_mapping,
    check_moment,
    check_name,
    check_number,
    check_step,
    check_text,
    check_timestamp,
)
from nbtrack.client.stack import observers, open_runs, pop, suspended, unobserve
from nbtrack.entities import Metric, Param, RunInfo, RunStatus, Tag
from nbtrack.errors import InvalidValue
from nbtrack.sentences import count, say
from nbtrack.store.checks import MAX_RUN_NAME, check_key, good_keys
from nbtrack.store.records import (
    CorrectParam,
    DeleteTag,
    LogBatch,
    LogInputs,
    LogMetric,
    UpdateRun,
)
from nbtrack.tags import RUN_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from nbtrack.artifacts import ArtifactFolder
    from nbtrack.client.session import Session
    from nbtrack.entities import DatasetInput, RunData, RunInputs

END_TIMEOUT = 10.0


def now() -> int:
    """Return milliseconds since the epoch, UTC."""
    return time_ns() // 1_000_000


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

    def __init__(self, session: Session, info: RunInfo, stored: RunData | None = None) -> None:
        self.session = session
        self.run_id = info.run_id
        self.ended = info.status.is_final
        self.in_with = False
        # Digest of the data that the run reads -> its name: the same data is one dataset.
        self.data_names: dict[str, str] = {}
        self._info = info
        self._append = session.outbox.append
        self._params = stored.params if stored else {}
        self._next_step = max((m.step + 1 for m in stored.metric_list), default=0) if stored else 0
        session.remember(self)

    def __repr__(self) -> str:
        return f"<ActiveRun {self._info.run_name!r} {self.run_id} {self._info.status}>"

    @property
    def info(self) -> RunInfo:
        """Name, times, status and place of the run, as this process knows them."""
        return self._info

    @property
    def known_params(self) -> dict[str, str]:
        """Params that this process logged, or found when it took the run up; asks no store."""
        return dict(self._params)

    @property
    def data(self) -> RunData:
        """Metrics, params and tags, as stored now."""
        return self.session.stored_run(self.run_id).data

    @property
    def inputs(self) -> RunInputs:
        """Datasets, as stored now."""
        return self.session.stored_run(self.run_id).inputs

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
        if type(key) is not str or key not in good_keys:
            check_key(key, "metric")
        if type(value) is not float:
            value = check_number(key, value)
        if step is None:
            step = 0
        elif type(step) is not int or not -0x80000000 < step < 0x80000000:  # noqa: PLR2004
            step = check_step(step)
        moment = time_ns() // 1_000_000 if timestamp is None else check_timestamp(timestamp)
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
        self.set_tags({check_key(key, "tag"): value})

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
                for m in check_entries(metrics, Metric, "metrics")
            ],
            [
                Param(check_key(p.key, "param"), check_text(p.key, p.value, "param"))
                for p in check_entries(params, Param, "params")
            ],
            checked_tags(
                {check_key(tag.key, "tag"): tag.value for tag in check_entries(tags, Tag, "tags")}
            ),
        )

    def delete_tag(self, key: str) -> None:
        """Take a tag away; `NotFound` if the run has none of this name."""
        check_key(key, "tag")
        if self.session.reachable():
            self.session.store.delete_tag(self.run_id, key)
        else:
            self._append(DeleteTag(self.run_id, key))

    def correct_param(self, key: str, value: Any) -> None:
        """Replace a param's value; the old one is kept in the tag ``nbtrack.corrected.<key>``."""
        text = check_text(check_key(key, "param"), value, "param")
        if self.session.reachable():
            self.session.store.correct_param(self.run_id, key, text)
        else:
            self._append(CorrectParam(self.run_id, key, text))
        self._params[key] = text

    def log_inputs(self, datasets: Sequence[DatasetInput]) -> None:
        """Note datasets that the run read."""
        if datasets:
            self.data_names.update({one.dataset.digest: one.dataset.name for one in datasets})
            self._append(LogInputs(self.run_id, list(datasets)))

    def rename(self, name: str) -> None:
        """Give the run another name."""
        check_name(name, "a run", MAX_RUN_NAME)
        self._append(UpdateRun(self.run_id, name=name))
        self._info = msgspec.structs.replace(self._info, run_name=name)

    def log_step(self, metrics: Mapping[str, Any], step: int | None = None) -> int:
        """Log the numbers of one step and return it: one more than the last, if not given."""
        step = self._next_step if step is None else check_step(step)
        self.log_metrics(metrics, step)
        self._next_step = step + 1
        return step

    def resume(self) -> None:
        """Take up a run again that has ended: its status is RUNNING until its next end."""
        self.change_status(RunStatus.RUNNING)

    def change_status(self, status: RunStatus) -> None:
        """Set the run's status; its times stay as they are."""
        self._append(UpdateRun(self.run_id, status))
        self._info = msgspec.structs.replace(self._info, status=status)
        self.ended = status.is_final

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
        self.close(status, end_time)
        self.settle(timeout)

    def close(self, status: str = RunStatus.FINISHED, end_time: int | None = None) -> None:
        """End the run without waiting for the store: its end is in the journal."""
        final = checked_status(status)
        if not final.is_final:
            raise InvalidValue(f"A run ends as FINISHED, FAILED or KILLED, not as {final}.")
        moment = now() if end_time is None else check_moment(end_time, "end_time")
        self._append(UpdateRun(self.run_id, final, moment))
        self._info = msgspec.structs.replace(self._info, status=final, end_time=moment)
        self.ended = True
        open_runs.pop(self.run_id, None)
        suspended.pop(self.run_id, None)
        pop(self)
        unobserve(self.run_id)

    def settle(self, timeout: float = END_TIMEOUT) -> None:
        """Ship what is left, and say what did not arrive or was refused."""
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
        if self.ended:  # by an end_run() in the block, maybe in a thread with a stack of its own
            pop(self)
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
            if tag.key == RUN_NAME and tag.value:
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
            try:
                callback(key, value, step, timestamp)
            except Exception as error:  # noqa: BLE001 - a chart's mistake must not stop a training
                unobserve(self.run_id)
                say(f"The live view of run {self._info.run_name!r} stopped: {error!r}")

    def _report(self, left: int) -> None:
        name = self._info.run_name
        for problem in self.session.outbox.problems(self.run_id):
            what = "a record" if problem.count == 1 else count(problem.count, "record")
            say(f"In run {name!r} the store did not take {what}: {problem.message}")
        if left:
            say(
                f"{left} records have not reached {self.session.store.uri} yet (run {name!r}). "
                f"{self.session.outbox.outlook()}"
            )


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

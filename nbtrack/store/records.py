"""Records: what a process journals and a store applies.

A record is one change to one run. A process numbers its records 1, 2, 3 …; a store applies them in
that order and remembers the last number in the transaction that writes the data, so that a record
is applied once however often it is sent.

The JSON of a numbered record is ``[number, [kind, field, …]]``. JSON has no NaN or infinity, so a
value that is not finite is written as the string ``"NaN"``, ``"Infinity"`` or ``"-Infinity"``, as
protobuf's JSON mapping does (https://protobuf.dev/programming-guides/json/).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbtrack.entities import DatasetInput, Metric, Param, RunStatus, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable


class CreateRun(Struct, frozen=True, array_like=True, tag="create"):
    """A run begins. Its lease belongs to the process that owns the journal."""

    run_id: str
    experiment_id: str
    name: str
    user_id: str
    start_time: int
    tags: list[Tag]


class LogMetric(Struct, frozen=True, array_like=True, tag="metric"):
    """One point, the record that training loops write most."""

    run_id: str
    key: str
    value: float
    timestamp: int
    step: int


class LogBatch(Struct, frozen=True, array_like=True, tag="batch"):
    """Several metrics, params and tags of one run."""

    run_id: str
    metrics: list[Metric] = []
    params: list[Param] = []
    tags: list[Tag] = []


class LogInputs(Struct, frozen=True, array_like=True, tag="inputs"):
    """Datasets that a run read."""

    run_id: str
    datasets: list[DatasetInput]


class UpdateRun(Struct, frozen=True, array_like=True, tag="update"):
    """The run's status, end or name changes; None leaves a field as it is."""

    run_id: str
    status: RunStatus | None = None
    end_time: int | None = None
    name: str | None = None


class DeleteTag(Struct, frozen=True, array_like=True, tag="untag"):
    """A tag is taken away."""

    run_id: str
    key: str


class CorrectParam(Struct, frozen=True, array_like=True, tag="correct"):
    """A param gets another value; the old one is kept in the tag ``nbtrack.corrected.<key>``."""

    run_id: str
    key: str
    value: str


class Skip(Struct, frozen=True, array_like=True, tag="skip"):
    """Stands for a record the store refused: only the position moves on."""


Record = CreateRun | LogMetric | LogBatch | LogInputs | UpdateRun | DeleteTag | CorrectParam | Skip


class Owner(Struct, frozen=True, kw_only=True):
    """The process that writes a journal and holds the leases of its runs (first line of a journal).

    ``process_start`` tells apart two processes that had the same ``pid``: it is whatever the system
    counts process starts in, compared only for equality and only where ``boot_id`` and
    ``pid_namespace`` are equal too.
    """

    journal_id: str
    store_id: str
    host: str
    boot_id: str
    pid_namespace: str
    pid: int
    process_start: str
    user: str


class Problem(Struct, frozen=True):
    """A record, or a part of one, that the store did not take; ``count`` of them, when merged."""

    number: int
    run_id: str | None
    message: str
    count: int = 1


def merged(problems: Iterable[Problem]) -> list[Problem]:
    """Return one problem for each run and reason, the first, with how often it came."""
    found: dict[tuple[str | None, str], Problem] = {}
    for one in problems:
        key = (one.run_id, one.message)
        first = found.get(key)
        found[key] = one if first is None else replace(first, count=first.count + one.count)
    return list(found.values())


class Receipt(Struct, frozen=True):
    """Answer to `Store.apply`: all up to ``acknowledged`` is stored but the problems."""

    acknowledged: int
    problems: list[Problem] = []


class Lease(Struct, frozen=True, kw_only=True):
    """Who works on a run, and when that process last gave a sign (ms, by the store's clock)."""

    run_id: str
    owner: Owner
    heartbeat: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(tuple[int, Record], strict=False)


def encode(number: int, record: Record) -> bytes:
    """Write a numbered record as one line of JSON, without a newline."""
    if isinstance(record, LogMetric):
        if not math.isfinite(record.value):
            record = _spelled(record)  # type: ignore[assignment]
    elif isinstance(record, LogBatch) and not all(math.isfinite(m.value) for m in record.metrics):
        record = _spelled(record)  # type: ignore[assignment]
    return _encoder.encode((number, record))


def decode(line: bytes) -> tuple[int, Record]:
    """Read what `encode` wrote.

    Raises
    ------
    msgspec.DecodeError
        If the bytes are not a numbered record.
    """
    return _decoder.decode(line)


def wire_value(value: float) -> float | str:
    """Give a number as JSON can hold it: NaN and infinities become their protobuf names."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _spelled(record: LogMetric | LogBatch) -> list[Any]:
    fields: list[Any] = msgspec.to_builtins(record)
    if isinstance(record, LogMetric):
        fields[3] = wire_value(record.value)
    else:
        for metric in fields[2]:
            metric["value"] = wire_value(metric["value"])
    return fields

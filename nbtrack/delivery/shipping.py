"""Handing records to a store, and keeping those it refuses."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from nbtrack import platforms
from nbtrack.errors import AlreadyExists, InvalidValue, NotFound
from nbtrack.sentences import say
from nbtrack.store.records import Problem, Receipt, Skip, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nbtrack.store.base import Store
    from nbtrack.store.records import Owner, Record

REJECTED_SUFFIX = ".rejected"
# Only these say that a record is at fault; any other error is the store's, and may pass.
_REFUSALS = (InvalidValue, NotFound, AlreadyExists)


def ship(
    store: Store, owner: Owner, records: Sequence[tuple[int, Record]], journal: Path
) -> Iterator[Receipt]:
    """Have a store apply records, and give its receipts, usually one.

    Records that it refuses are kept beside the journal, with the reason. If it refuses to look at
    some because of one of them, that one is found by halving.

    Raises
    ------
    NbtrackError
        If the store cannot take records now. What it took before that error is not sent twice: the
        store knows the position.
    """
    try:
        receipt = store.apply(owner, records)
    except _REFUSALS as error:
        refusal = error
    else:
        _keep(journal, receipt.problems, dict(records) if receipt.problems else {})
        yield receipt
        return
    if len(records) == 1:
        number, record = records[0]
        problem = Problem(number, getattr(record, "run_id", None), refusal.message)
        _keep(journal, [problem], {number: record})
        receipt = store.apply(owner, [(number, Skip())])
        yield Receipt(receipt.acknowledged, [problem])
        return
    middle = len(records) // 2
    yield from ship(store, owner, records[:middle], journal)
    yield from ship(store, owner, records[middle:], journal)


def _keep(journal: Path, problems: Sequence[Problem], records: Mapping[int, Record]) -> None:
    if not problems:
        return
    path = journal.with_suffix(REJECTED_SUFFIX)
    content = b"".join(_line(problem, records.get(problem.number)) for problem in problems)
    try:
        with suppress(FileExistsError):
            os.close(platforms.open_private(path, create=True))
        descriptor = platforms.open_private(path)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)
    except OSError as error:
        say(f"{path} cannot be written ({error}); refused: {content.decode('utf-8', 'replace')}")


def _line(problem: Problem, record: Record | None) -> bytes:
    content = None if record is None else msgspec.Raw(encode(problem.number, record))
    return msgspec.json.encode({"reason": problem.message, "record": content}) + b"\n"

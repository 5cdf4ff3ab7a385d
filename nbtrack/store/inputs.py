"""The datasets that runs read, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, insert, select, text

from nbtrack import tags as tag_names
from nbtrack.entities import Dataset, DatasetInput, DatasetSummary, Tag
from nbtrack.store import checks, dialects
from nbtrack.store.schema import dataset, input_tag, run_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from nbtrack.store.run_state import RunState
    from nbtrack.store.transaction import Transaction

_INPUT = ("run_id", "dataset_id")
_TAG = (*_INPUT, "name", "value")


def put(tx: Transaction, of: RunState, given: Sequence[DatasetInput]) -> None:
    """Note datasets of a run.

    A dataset is its experiment, name and digest: what describes it further stays as first written,
    and so do the tags of a run's use of it.
    """
    link = dialects.insert_new(tx.dialect, "nb_input", _INPUT, _INPUT)
    label = dialects.insert_new(tx.dialect, "nb_input_tag", _TAG, _TAG[:3])
    for one in given:
        checks.check_dataset(one)
    for one in given:
        number = _dataset(tx, of.experiment_id, one.dataset)
        if tx.connection.exec_driver_sql(link, (of.id, number)).rowcount == 0:
            continue
        tags = {tag.key: tag.value or "" for tag in one.tag_list}
        if tags:
            rows = [(of.id, number, name, value) for name, value in tags.items()]
            tx.connection.exec_driver_sql(label, rows)


def load(connection: Connection, run_ids: str) -> dict[int, list[DatasetInput]]:
    """Return the datasets of runs, given as comma-separated integer ids."""
    uses = connection.execute(
        text(
            "SELECT i.run_id, i.dataset_id, d.name, d.digest, d.source_type, d.source, "  # noqa: S608
            "d.schema_text, d.profile FROM nb_input i JOIN nb_dataset d ON d.id = i.dataset_id "
            f"WHERE i.run_id IN ({run_ids}) ORDER BY i.run_id, i.dataset_id"
        )
    ).all()
    if not uses:
        return {}
    tags: dict[tuple[int, int], list[Tag]] = {}
    labels = connection.execute(
        text(
            "SELECT run_id, dataset_id, name, value FROM nb_input_tag "  # noqa: S608 - integers
            f"WHERE run_id IN ({run_ids}) ORDER BY run_id, dataset_id, name"
        )
    )
    for run_id, dataset_id, name, value in labels:
        tags.setdefault((run_id, dataset_id), []).append(Tag(name, value))
    found: dict[int, list[DatasetInput]] = {}
    for run_id, dataset_id, *fields in uses:
        use = DatasetInput(Dataset(*fields), tags.get((run_id, dataset_id), []))
        found.setdefault(run_id, []).append(use)
    return found


def search(
    connection: Connection, experiment_ids: Sequence[str], max_results: int
) -> list[DatasetSummary]:
    """Return the datasets of experiments with what runs read them for, each combination once."""
    numbers = [checks.experiment_number(one) for one in experiment_ids]
    context = and_(
        input_tag.c.run_id == run_input.c.run_id,
        input_tag.c.dataset_id == run_input.c.dataset_id,
        input_tag.c.name == tag_names.DATA_CONTEXT,
    )
    columns = (dataset.c.experiment_id, dataset.c.name, dataset.c.digest, input_tag.c.value)
    found = connection.execute(
        select(*columns)
        .distinct()
        .join(run_input, run_input.c.dataset_id == dataset.c.id)
        .outerjoin(input_tag, context)
        .where(dataset.c.experiment_id.in_(numbers))
        .order_by(*columns)
        .limit(max_results)
    )
    return [DatasetSummary(str(number), *rest) for number, *rest in found]


def _dataset(tx: Transaction, experiment_id: int, given: Dataset) -> int:
    there = select(dataset.c.id).where(
        dataset.c.experiment_id == experiment_id,
        dataset.c.name == given.name,
        dataset.c.digest == given.digest,
    )
    number = tx.connection.execute(there).scalar()
    if number is not None:
        return int(number)
    made = tx.connection.execute(
        insert(dataset).values(
            experiment_id=experiment_id,
            name=given.name,
            digest=given.digest,
            source_type=given.source_type or "",
            source=given.source or "",
            schema_text=given.schema,
            profile=given.profile,
        )
    )
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])

"""What requests share: key and value pairs, and the lengths that MLflow's wire allows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack.entities import Param, Tag
from nbtrack.errors import InvalidValue
from nbtrack.rest.codec import Required

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.rest.backend import Backend

# Lengths in characters, as MLflow 3.17 has them (its store keeps what fits its columns).
MOST_OF_A_PARAM = 6000
MOST_OF_A_TAG = 8000
MOST_OF_AN_EXPERIMENT_TAG = 20_000
MOST_NAMED_RUNS = 100_000


class Label(Struct, frozen=True):
    """A key and its value, which may be left out for the empty text."""

    key: Required
    value: str = ""


def labels(given: Iterable[Label]) -> list[Tag]:
    """Return labels as tags; of a key given twice the last value stays."""
    return [Tag(key, value) for key, value in {one.key: one.value for one in given}.items()]


def check_count(name: str, given: Sequence[object], most: int) -> None:
    """Raise `InvalidValue` if a parameter has more items than may be asked for at once."""
    if len(given) > most:
        raise InvalidValue(
            f"The parameter '{name}' has {len(given)} items; {most} are the most that may be asked "
            "for at once."
        )


def experiments_of(
    backend: Backend, experiment_ids: Sequence[str], run_ids: Sequence[str] | None
) -> Sequence[str]:
    """Return where runs are looked for: if only runs are named, in their experiments."""
    if run_ids is None:
        return experiment_ids
    check_count("run_ids", run_ids, MOST_NAMED_RUNS)
    return experiment_ids or backend.store.experiments_of(run_ids)


def run_tags(given: Iterable[Label]) -> list[Tag]:
    """Return labels as tags of a run; of a key given twice the last value stays."""
    return [
        Tag(key, cut(value, MOST_OF_A_TAG, f"value of tag {key!r}"))
        for key, value in {one.key: one.value for one in given}.items()
    ]


def run_params(given: Iterable[Label]) -> list[Param]:
    """Return labels as params of a run."""
    return [
        Param(one.key, cut(one.value, MOST_OF_A_PARAM, f"value of param {one.key!r}"))
        for one in given
    ]


def cut(value: str, limit: int, what: str) -> str:
    """Return a value that is not too long: cut, as MLflow's server does by default.

    Raises
    ------
    InvalidValue
        If it is too long and ``MLFLOW_TRUNCATE_LONG_VALUES=false``.
    """
    if len(value) <= limit:
        return value
    if os.environ.get("MLFLOW_TRUNCATE_LONG_VALUES", "true").strip().lower() in {"false", "0"}:
        raise InvalidValue(
            f"The {what} exceeds the maximum length of {limit} characters (it has {len(value)})."
        )
    return value[:limit]


def check_experiment_tag(tag: Tag) -> Tag:
    """Return a tag of an experiment that is not too long for MLflow's wire."""
    if len(tag.value) > MOST_OF_AN_EXPERIMENT_TAG:
        raise InvalidValue(
            f"The value of tag {tag.key!r} exceeds the maximum length of "
            f"{MOST_OF_AN_EXPERIMENT_TAG} characters (it has {len(tag.value)})."
        )
    return tag

"""Datasets of a run in a few words: name and shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import DatasetInput

_MOST = 3
_LENGTHS = ("num_rows", "num_columns")


def described(item: DatasetInput) -> str:
    """Return a dataset's name and shape."""
    return f"{item.dataset.name} {shape(item)}".strip()


def shape(item: DatasetInput) -> str:
    """Return a dataset's shape, empty if its profile does not tell."""
    try:
        profile = json.loads(item.dataset.profile or "{}")
    except ValueError:
        return ""
    if not isinstance(profile, dict):
        return ""
    lengths = profile.get("features_shape") or [profile[k] for k in _LENGTHS if k in profile]
    return " × ".join(str(length) for length in lengths)  # noqa: RUF001 - the sign for shapes


def described_all(items: Sequence[DatasetInput]) -> str:
    """Return the first datasets in words, and how many more there are."""
    text = ", ".join(described(item) for item in items[:_MOST])
    return f"{text} +{len(items) - _MOST} more" if len(items) > _MOST else text

"""Describe data that a run reads: name, digest, schema and profile, in the JSON that MLflow uses.

The data itself is not stored. Frames and arrays are described as captured ones are
(`nbtrack.client.data_shapes`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbtrack import tags as names_of_tags
from nbtrack.client.data_shapes import Shape, described, shape_of
from nbtrack.client.names import check_mapping, check_text
from nbtrack.entities import Dataset, DatasetInput, Tag
from nbtrack.errors import InvalidValue
from nbtrack.store.checks import DATASET_LIMITS, MAX_DATASET_TAG_VALUE, check_key

if TYPE_CHECKING:
    from collections.abc import Mapping


UNNAMED = "dataset"


def dataset_input(
    dataset: Any,
    *,
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    name: str | None = None,
    known: Mapping[str, str] | None = None,
) -> DatasetInput:
    """Return a dataset as one run uses it.

    Parameters
    ----------
    dataset : object
        A DataFrame, an array, or an object with the attributes of MLflow's datasets.
    context : str, optional
        What for, kept in the tag ``mlflow.data.context``.
    tags : mapping, optional
        More tags of this use.
    name : str, optional
        Instead of the name that the object has.
    known : mapping, optional
        Digest to name of data that the run reads already: the name of data without one.
    """
    if isinstance(dataset, DatasetInput):
        return dataset
    described = describe(dataset, name)
    if described.name == UNNAMED and not name and known:
        described = replace(described, name=known.get(described.digest, UNNAMED))
    all_tags = dict(check_mapping(tags or {}, "tags of a dataset"))
    if context is not None:
        all_tags[names_of_tags.DATA_CONTEXT] = context
    return DatasetInput(
        described,
        [
            Tag(check_key(key, "tag"), check_text(key, value, "dataset tag", MAX_DATASET_TAG_VALUE))
            for key, value in all_tags.items()
        ],
    )


def describe(dataset: Any, name: str | None = None) -> Dataset:
    """Return the description of a dataset object, a DataFrame or an array."""
    if isinstance(dataset, Dataset):
        return dataset
    if hasattr(dataset, "digest") and hasattr(dataset, "name"):
        found = _of_object(dataset)
    elif (shape := shape_of(dataset)) is not None:
        found = _of_data(dataset, shape)
    else:
        raise InvalidValue(
            f"A {type(dataset).__name__} cannot be noted as a dataset. Give a DataFrame, an array, "
            "or an object with name, digest, source, schema and profile."
        )
    return Dataset(
        name=check_text("name", name or found["name"], "dataset", DATASET_LIMITS["name"]),
        digest=check_text("digest", found["digest"], "dataset", DATASET_LIMITS["digest"]),
        source_type=str(found.get("source_type") or "code"),
        source=check_text(
            "source", found.get("source") or "{}", "dataset", DATASET_LIMITS["source"]
        ),
        schema=_optional(found.get("schema"), "schema"),
        profile=_optional(found.get("profile"), "profile"),
    )


def _optional(text: Any, what: str) -> str | None:
    return None if text is None else check_text(what, text, "dataset", DATASET_LIMITS[what])


def _of_object(dataset: Any) -> dict[str, Any]:
    """Read an object shaped like MLflow's datasets, whose ``to_dict`` gives the wire's fields."""
    give = getattr(dataset, "to_dict", None)
    if callable(give):
        return dict(give())
    fields: dict[str, Any] = {"name": dataset.name, "digest": dataset.digest}
    for field in ("source", "source_type", "schema", "profile"):
        value = getattr(dataset, field, None)
        if value is not None:
            fields[field] = value if isinstance(value, str) else _json(value)
    return fields


def _of_data(value: Any, shape: Shape) -> dict[str, Any]:
    return {"name": UNNAMED, **described(value, shape)._asdict()}


def _json(value: Any) -> str:
    return json.dumps(value, default=str)

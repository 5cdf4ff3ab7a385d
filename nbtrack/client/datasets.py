"""Describe data that a run reads: name, digest, schema and profile, in the JSON that MLflow uses.

The data itself is not stored. Libraries are recognised by what their objects offer, never imported.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from nbtrack import tags as names_of_tags
from nbtrack.client.names import check_mapping, check_text
from nbtrack.entities import Dataset, DatasetInput, Tag
from nbtrack.errors import InvalidValue
from nbtrack.store.checks import check_key

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NAME = 500
MAX_DIGEST = 36
MAX_TAG_VALUE = 500
MAX_SOURCE = 65_535
MAX_SCHEMA = 1_048_575
_SAMPLED_ROWS = 1000
_DIGITS = 8

# pandas' and NumPy's kinds of dtypes -> the types of MLflow's schemas
_TYPES = {"b": "boolean", "S": "binary", "M": "datetime", "U": "string", "O": "string"}
_SIZED = {"i": ("integer", "long"), "u": ("integer", "long"), "f": ("float", "double")}
_FOUR_BYTES = 4


def dataset_input(
    dataset: Any,
    *,
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    name: str | None = None,
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
    """
    if isinstance(dataset, DatasetInput):
        return dataset
    described = describe(dataset, name)
    all_tags = dict(check_mapping(tags or {}, "tags of a dataset"))
    if context is not None:
        all_tags[names_of_tags.DATA_CONTEXT] = context
    return DatasetInput(
        described,
        [
            Tag(check_key(key, "tag"), check_text(key, value, "dataset tag", MAX_TAG_VALUE))
            for key, value in all_tags.items()
        ],
    )


def describe(dataset: Any, name: str | None = None) -> Dataset:
    """Return the description of a dataset object, a DataFrame or an array."""
    if isinstance(dataset, Dataset):
        return dataset
    if hasattr(dataset, "digest") and hasattr(dataset, "name"):
        found = _of_object(dataset)
    elif hasattr(dataset, "dtypes") and hasattr(dataset, "columns"):
        found = _of_frame(dataset)
    elif hasattr(dataset, "dtype") and hasattr(dataset, "shape"):
        found = _of_array(dataset)
    else:
        raise InvalidValue(
            f"A {type(dataset).__name__} cannot be noted as a dataset. Give a DataFrame, an array, "
            "or an object with name, digest, source, schema and profile."
        )
    return Dataset(
        name=check_text("name", name or found["name"], "dataset", MAX_NAME),
        digest=check_text("digest", found["digest"], "dataset", MAX_DIGEST),
        source_type=str(found.get("source_type") or "code"),
        source=check_text("source", found.get("source") or "{}", "dataset", MAX_SOURCE),
        schema=_optional(found.get("schema"), "schema"),
        profile=_optional(found.get("profile"), "profile"),
    )


def _optional(text: Any, what: str) -> str | None:
    return None if text is None else check_text(what, text, "dataset", MAX_SCHEMA)


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


def _of_frame(frame: Any) -> dict[str, Any]:
    columns = [
        {"type": _type_of(dtype), "name": str(column), "required": True}
        for column, dtype in zip(frame.columns, frame.dtypes, strict=True)
    ]
    rows = len(frame)
    head = f"{list(map(str, frame.columns))} {list(map(str, frame.dtypes))} {rows}"
    # Slicing is pandas' `iloc` and polars' own indexing.
    sample = getattr(frame, "iloc", frame)[:: max(1, rows // _SAMPLED_ROWS)]
    write = getattr(sample, "to_csv", None) or sample.write_csv
    return {
        "name": "dataset",
        "digest": _digest(head.encode(), str(write()).encode("utf-8", "surrogatepass")),
        "schema": _json({"mlflow_colspec": columns}),
        "profile": _json({"num_rows": rows, "num_elements": rows * len(columns)}),
    }


def _of_array(array: Any) -> dict[str, Any]:
    shape = [int(size) for size in array.shape]
    spec = {
        "type": "tensor",
        "tensor-spec": {"dtype": str(array.dtype), "shape": [-1, *shape[1:]]},
    }
    size = 1
    for length in shape:
        size *= length
    rows = shape[0] if shape else 0
    sample = array[:: max(1, rows // _SAMPLED_ROWS)] if shape else array
    profile = {"features_shape": shape, "features_size": size}
    if isinstance(nbytes := getattr(array, "nbytes", None), int):
        profile["features_nbytes"] = nbytes
    return {
        "name": "dataset",
        "digest": _digest(f"{shape} {array.dtype}".encode(), _bytes_of(sample)),
        # MLflow keeps the specification as JSON inside the JSON.
        "schema": _json({"mlflow_tensorspec": {"features": _json([spec]), "targets": None}}),
        "profile": _json(profile),
    }


def _bytes_of(sample: Any) -> bytes:
    for convert in ("numpy", "tobytes"):
        method = getattr(sample, convert, None)
        if callable(method):
            try:
                sample = method()
            except (TypeError, RuntimeError):  # a tensor on another device
                break
    return sample if isinstance(sample, bytes) else repr(sample).encode()


def _type_of(dtype: Any) -> str:
    kind = getattr(dtype, "kind", "O")
    if kind in _SIZED:
        small, large = _SIZED[kind]
        return small if getattr(dtype, "itemsize", 8) <= _FOUR_BYTES else large
    return _TYPES.get(kind, "string")


def _digest(*parts: bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()[:_DIGITS]


def _json(value: Any) -> str:
    return json.dumps(value, default=str)

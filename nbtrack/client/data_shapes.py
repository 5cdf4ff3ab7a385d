"""How frames and arrays of each library are described: schema, profile, sampled fingerprint.

Captured data and data given to `log_input` are described by the same code, so that one frame is one
dataset. Schema and profile are MLflow's JSON (``mlflow_colspec`` for tables, ``mlflow_tensorspec``
for arrays), so that MLflow's pages show them. Libraries are recognised by the module of the value's
type and never imported here.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.client import fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_SCHEMA_COLUMNS = 200


class Shape(NamedTuple):
    """How a value of one library is described."""

    schema: Callable[[Any], dict[str, Any]]
    profile: Callable[[Any], dict[str, Any]]
    fingerprint: Callable[[Any], str]


class Description(NamedTuple):
    """What a dataset says about its content; schema and profile are JSON."""

    digest: str
    schema: str
    profile: str


def described(value: Any, shape: Shape) -> Description:
    """Describe a value; its fingerprint is of samples, and the profile says so."""
    profile = {**shape.profile(value), "fingerprint": "sampled"}
    return Description(
        shape.fingerprint(value), json.dumps(shape.schema(value)), json.dumps(profile)
    )


# pandas' and polars' types in MLflow's words (mlflow.types.DataType), with what may follow them:
# "datetime64[ns, UTC]", "int64[pyarrow]".
_COLUMN_TYPES = tuple(
    (re.compile(rf"(?:{types})(?:\[.*\])?"), name)
    for types, name in (
        ("bool|boolean", "boolean"),
        ("u?int64|uint32", "long"),
        ("u?int(?:8|16|32)?", "integer"),
        ("float64|double", "double"),
        ("float(?:16|32)?", "float"),
        ("datetime(?:64)?(?:\\(.*\\))?|timestamp|date", "datetime"),
        ("bytes|binary", "binary"),
    )
)


@lru_cache(maxsize=1_000)
def _column_type(dtype: str) -> str:
    text = dtype.lower()
    return next((name for form, name in _COLUMN_TYPES if form.fullmatch(text)), "string")


def _column_spec(names: Any, dtypes: Any) -> dict[str, Any]:
    columns = list(zip(names, dtypes, strict=True))[:_MAX_SCHEMA_COLUMNS]
    # Many columns share a type; writing one takes time, and so does hashing a categorical one.
    types = {id(dtype): dtype for _, dtype in columns}
    words = {number: _column_type(str(dtype)) for number, dtype in types.items()}
    return {
        "mlflow_colspec": [
            {"type": words[id(dtype)], "name": str(name), "required": True}
            for name, dtype in columns
        ]
    }


def _frame_profile(frame: Any) -> dict[str, Any]:
    rows, columns = int(frame.shape[0]), int(frame.shape[1])
    return {"num_rows": rows, "num_elements": rows * columns, "num_columns": columns}


def _series_profile(series: Any) -> dict[str, Any]:
    return {"num_rows": len(series), "num_elements": len(series)}


def _tensor_spec(array: Any) -> dict[str, Any]:
    shape = [int(length) for length in array.shape]
    spec = {
        "type": "tensor",
        "tensor-spec": {
            "dtype": str(array.dtype).removeprefix("torch."),
            "shape": [-1, *shape[1:]],
        },
    }
    # MLflow keeps the specification as JSON inside the JSON.
    return {"mlflow_tensorspec": {"features": json.dumps([spec]), "targets": None}}


def _array_profile(array: Any) -> dict[str, Any]:
    shape = [int(length) for length in array.shape]
    size = 1
    for length in shape:
        size *= length
    nbytes = getattr(array, "nbytes", None)
    profile: dict[str, Any] = {"features_shape": shape, "features_size": size}
    return profile | ({"features_nbytes": int(nbytes)} if isinstance(nbytes, int) else {})


_TABLE = (lambda v: _column_spec(v.columns, v.dtypes), _frame_profile)
_COLUMN = (lambda v: _column_spec([v.name or "0"], [v.dtype]), _series_profile)
_ARRAY = (_tensor_spec, _array_profile)

# (library, class name or "*") -> how it is described. Lazy frames are not: asking runs them.
_SHAPES: dict[tuple[str, str], Shape] = {
    ("pandas", "DataFrame"): Shape(*_TABLE, fingerprints.of_pandas),
    ("geopandas", "GeoDataFrame"): Shape(*_TABLE, fingerprints.of_pandas),
    ("pandas", "Series"): Shape(*_COLUMN, fingerprints.of_series),
    ("polars", "DataFrame"): Shape(*_TABLE, fingerprints.of_polars),
    ("polars", "Series"): Shape(*_COLUMN, fingerprints.of_polars),
    ("numpy", "ndarray"): Shape(*_ARRAY, fingerprints.of_array),
    ("numpy", "memmap"): Shape(*_ARRAY, fingerprints.of_array),
    ("torch", "Tensor"): Shape(*_ARRAY, fingerprints.of_tensor),
    ("scipy", "*"): Shape(*_ARRAY, fingerprints.of_sparse),
    ("jaxlib", "*"): Shape(*_ARRAY, fingerprints.of_unread),
    ("jax", "*"): Shape(*_ARRAY, fingerprints.of_unread),
    ("tensorflow", "EagerTensor"): Shape(*_ARRAY, fingerprints.of_unread),
}


def known_shape(value: Any) -> Shape | None:
    """Tell how a value of a known library is described; None if it is no frame or array."""
    kind = type(value)
    library = str(kind.__module__).partition(".")[0]
    return _SHAPES.get((library, kind.__name__)) or _SHAPES.get((library, "*"))


def shape_of(value: Any) -> Shape | None:
    """Tell how a value is described, of any library: by what it offers."""
    known = known_shape(value)
    if known is not None:
        return known
    if hasattr(value, "dtypes") and hasattr(value, "columns"):
        return Shape(*_TABLE, fingerprints.of_frame)
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return Shape(*_ARRAY, fingerprints.of_any_array)
    return None

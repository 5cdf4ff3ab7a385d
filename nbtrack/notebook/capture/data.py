"""The frames and arrays a cell read, described: name, shape, types, sampled fingerprint.

Each becomes a `DatasetInput` whose schema and profile are MLflow's JSON (``mlflow_colspec`` for
tables, ``mlflow_tensorspec`` for arrays), so that MLflow's pages show them.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.entities import Dataset, DatasetInput, Tag
from nbtrack.notebook.capture import fingerprints
from nbtrack.notebook.capture.evaluate import NotKnown
from nbtrack.notebook.capture.history import History, facts_of
from nbtrack.notebook.capture.judge import Judge
from nbtrack.redaction.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbtrack.notebook.capture.scan import Facts

MAX_DATASETS = 20
_MAX_SCHEMA_COLUMNS = 200
_MAX_PARTS = 10
_READERS = ("read_", "load", "from_", "scan_", "open", "genfromtxt", "fromfile", "imread", "fetch_")


class Shape(NamedTuple):
    """How a value of one library is described."""

    schema: Callable[[Any], dict[str, Any]]
    profile: Callable[[Any], dict[str, Any]]
    fingerprint: Callable[[Any], str]


# pandas' and polars' types in MLflow's words (mlflow.types.DataType).
_COLUMN_TYPES = (
    ("bool", "boolean"),
    ("int64", "long"),
    ("uint64", "long"),
    ("int", "integer"),
    ("float64", "double"),
    ("float", "float"),
    ("datetime", "datetime"),
    ("str", "string"),
    ("utf8", "string"),
    ("categor", "string"),
    ("bytes", "binary"),
)


def _column_type(dtype: Any) -> str:
    text = str(dtype).lower()
    return next((name for part, name in _COLUMN_TYPES if part in text), "string")


def _column_spec(names: Any, dtypes: Any) -> dict[str, Any]:
    columns = list(zip(names, dtypes, strict=True))[:_MAX_SCHEMA_COLUMNS]
    return {
        "mlflow_colspec": [
            {"type": _column_type(dtype), "name": str(name), "required": True}
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
    return {"mlflow_tensorspec": {"features": json.dumps([spec]), "targets": None}}


def _array_profile(array: Any) -> dict[str, Any]:
    shape = [int(length) for length in array.shape]
    size = 1
    for length in shape:
        size *= length
    nbytes = getattr(array, "nbytes", None)
    profile: dict[str, Any] = {"features_shape": shape, "features_size": size}
    return profile | ({"features_nbytes": int(nbytes)} if isinstance(nbytes, int) else {})


def _unread(value: Any) -> str:
    return fingerprints.digest([f"{tuple(value.shape)}{value.dtype}"])


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
    ("jaxlib", "*"): Shape(*_ARRAY, _unread),
    ("jax", "*"): Shape(*_ARRAY, _unread),
    ("tensorflow", "EagerTensor"): Shape(*_ARRAY, _unread),
}


def shape_of(value: Any) -> Shape | None:
    """Tell how a value is described; None if it is no frame or array with a dimension."""
    kind = type(value)
    library = str(kind.__module__).partition(".")[0]
    shape = _SHAPES.get((library, kind.__name__)) or _SHAPES.get((library, "*"))
    if shape is None:
        return None
    try:
        return shape if len(value.shape) > 0 else None
    except Exception:  # noqa: BLE001 no array after all
        return None


def describe(name: str, value: Any, *, context: str = "read", source: str = "") -> DatasetInput:
    """Describe a frame or array.

    Parameters
    ----------
    name : str
        Its name in the notebook.
    context : str
        "read" (it was there before the cell) or "made" (the cell made it and used it).
    source : str
        File or URL that it was read from, as the source says.
    """
    shape = shape_of(value)
    assert shape is not None
    profile = {**shape.profile(value), "fingerprint": "sampled"}
    kind, where = _source(source)
    dataset = Dataset(
        name=name,
        digest=shape.fingerprint(value),
        source_type=kind,
        source=json.dumps(where),
        schema=json.dumps(shape.schema(value)),
        profile=json.dumps(profile),
    )
    return DatasetInput(dataset, [Tag("mlflow.data.context", context)])


def _source(path: str) -> tuple[str, dict[str, Any]]:
    if not path:
        return "code", {"tags": {"mlflow.source.type": "NOTEBOOK"}}
    scheme = path.partition("://")[0] if "://" in path else ""
    text = redact(path)
    if scheme in {"http", "https"}:
        return "http", {"url": text}
    return (scheme or "local"), {"uri": text}


def datasets(
    facts: Facts,
    namespace: Mapping[str, Any],
    *,
    names: Mapping[str, Any],
    history: History,
    made: bool,
) -> list[DatasetInput]:
    """Describe the data a cell uses; never raises.

    Parameters
    ----------
    names : mapping
        What the cell reads (`Before.names`).
    made : bool
        False, before the cell: what it reads. True, after it: what it assigned and then used.
    """
    wanted = _made(facts) if made else [name for name in names if not name.startswith("_")]
    found: list[DatasetInput] = []
    for name, value in _parts(wanted, namespace):
        if len(found) >= MAX_DATASETS:
            break
        try:
            source = _path_of(name.partition(".")[0], facts, namespace, history, made=made)
            context = "made" if made else "read"
            found.append(describe(name, value, context=context, source=source))
        except Exception:  # noqa: BLE001, S112 a library's own code; this one is not described
            continue
    return found


def _made(facts: Facts) -> list[str]:
    return [name for name in facts.bindings if name in facts.loads and not name.startswith("_")]


def _parts(names: list[str], namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield frames and arrays, also those in a dict such as scikit-learn's Bunch."""
    seen: set[int] = set()
    for name in names:
        value = namespace.get(name)
        inner = list(value.items())[:_MAX_PARTS] if isinstance(value, dict) else []
        for key, part in [(name, value), *((f"{name}.{k}", v) for k, v in inner)]:
            if id(part) not in seen and shape_of(part) is not None:
                seen.add(id(part))
                yield key, part


def _path_of(
    name: str, facts: Facts, namespace: Mapping[str, Any], history: History, *, made: bool
) -> str:
    """Find the file a name was read from, where a call with a constant path assigned it."""
    if not made:
        origin = history.origin(name)
        if origin is None:
            return ""
        facts = facts_of(history.cells[origin])
    bindings = facts.bindings.get(name, [])
    if not bindings or bindings[0].value is None:
        return ""
    judge = Judge(facts, namespace, {})
    for node in ast.walk(bindings[0].value):
        if isinstance(node, ast.Call):
            path = _path_argument(node, judge)
            if path:
                return path
    return ""


def _path_argument(call: ast.Call, judge: Judge) -> str:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if not name.startswith(_READERS):
        return ""
    for argument in (*call.args[:1], *(keyword.value for keyword in call.keywords)):
        try:
            value = judge.value(argument)
        except NotKnown:
            continue
        if isinstance(value, str):
            return value
    return ""

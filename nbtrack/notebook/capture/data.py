"""The frames and arrays a cell read or made and used, and the files they came from.

How they are described is `nbtrack.client.data_shapes`, as for `log_input`.
"""

from __future__ import annotations

import ast
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbtrack.client.data_shapes import described, known_shape
from nbtrack.entities import Dataset, DatasetInput, Tag
from nbtrack.notebook.capture.evaluate import NotKnown
from nbtrack.notebook.capture.history import History, facts_of
from nbtrack.notebook.capture.judge import Judge
from nbtrack.redaction.redact import redact
from nbtrack.tags import DATA_CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.client.data_shapes import Shape
    from nbtrack.notebook.capture.scan import Facts

MAX_DATASETS = 20
_MAX_PARTS = 10
_READERS = ("read_", "load", "from_", "scan_", "open", "genfromtxt", "fromfile", "imread", "fetch_")


def _shape(value: Any) -> Shape | None:
    """Tell how a value is described; None if it is no frame or array with a dimension."""
    shape = known_shape(value)
    try:
        return shape if shape is not None and len(value.shape) > 0 else None
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
    shape = _shape(value)
    assert shape is not None
    digest, schema, profile = described(value, shape)
    kind, where = _source(source)
    dataset = Dataset(name, digest, kind, json.dumps(where), schema, profile)
    return DatasetInput(dataset, [Tag(DATA_CONTEXT, context)])


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
        try:
            found = [(k, v) for k, v in _with_parts(name, namespace) if _shape(v) is not None]
        except Exception:  # noqa: BLE001, S112 the object's own code; the others are looked at
            continue
        for key, part in found:
            if id(part) not in seen:
                seen.add(id(part))
                yield key, part


def _with_parts(name: str, namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    value = namespace.get(name)
    yield name, value
    if isinstance(value, dict):
        # Not a list of all items: it may be a cache of millions.
        yield from ((f"{name}.{key}", part) for key, part in islice(value.items(), _MAX_PARTS))


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

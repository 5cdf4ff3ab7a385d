"""What counts as a real number, as a scalar, and what the scalar leaves of a container are.

No function here touches the contents of an array with a dimension, calls ``repr`` or ``str`` of a
user's object, or looks at more entries of a container than its limits allow.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from nbtrack.client.real_number import is_masked, real_number

MAX_TEXT = 6_000
MAX_PLAIN_TEXT = 250
MAX_ENTRIES = 50
MAX_DEPTH = 3
MAX_ITEMS = 100

_PLAIN = (str, int, float, bool, type(None))
_NEVER_NUMBERS = frozenset({str, bool, type(None), list, dict, tuple, set, bytes})
# Where dictionaries come from that are data themselves.
_OWN_DICTS = frozenset({"builtins", "collections", "__main__"})
_SETTINGS = frozenset(
    {"omegaconf", "ml_collections", "box", "addict", "easydict", "munch", "attrdict", "types"}
)
_MISSING = object()


def number(value: Any) -> float | None:
    """Give a real number as a float, or None; a tensor with no dimension is read once."""
    kind = type(value)
    if kind is float:
        return float(value)
    if kind in _NEVER_NUMBERS:
        return None
    try:
        return real_number(value)
    except Exception:  # noqa: BLE001 a user's class may raise anything, even where an attribute is asked for
        return None


def scalar(value: Any) -> Any:
    """Give a str, number, bool or None as a plain Python value; anything else is `NO_SCALAR`."""
    if isinstance(value, _PLAIN):
        return value
    module = type(value).__module__.partition(".")[0]
    if module == "numpy":
        kind = getattr(getattr(value, "dtype", None), "kind", "")
        alone = getattr(value, "ndim", 1) == 0
        if kind in "biufU" and kind and alone and not is_masked(value):
            return value.item()
        return NO_SCALAR
    if isinstance(value, Decimal):
        return value
    found = number(value)
    return NO_SCALAR if found is None else found


class _NoScalar:
    def __repr__(self) -> str:
        return "NO_SCALAR"


NO_SCALAR = _NoScalar()


def too_long(value: Any) -> bool:
    """Whether a list or tuple is longer than a param may be."""
    if isinstance(value, list | tuple):
        return len(value) > MAX_ITEMS or sum(len(v) for v in value if isinstance(v, str)) > MAX_TEXT
    return False


def is_prose(value: Any) -> bool:
    """Whether a text is rather a prompt, a query or a description than a setting."""
    if isinstance(value, str):
        return len(value) > MAX_PLAIN_TEXT or "\n" in value
    return isinstance(value, list | tuple) and any(
        isinstance(v, str) and is_prose(v) for v in value
    )


def is_foreign_dict(value: Any) -> bool:
    """Whether a value is a library's own kind of dictionary, such as scikit-learn's Bunch.

    What it holds is what the library put there: only what the cell itself wrote counts.
    """
    return isinstance(value, dict) and type(value).__module__.partition(".")[0] not in (
        _OWN_DICTS | _SETTINGS
    )


def entries(value: Any) -> Mapping[Any, Any] | None:
    """Give the entries of a dict, dataclass, named tuple or namespace; else None."""
    if isinstance(value, dict):
        return value
    kind = type(value)
    fields = getattr(kind, "__dataclass_fields__", None)
    if fields is not None and not isinstance(value, type):
        found = {name: _attribute(value, name) for name in fields}
    elif isinstance(value, tuple) and isinstance(getattr(kind, "_fields", None), tuple):
        found = dict(zip(kind._fields, value, strict=False))
    elif isinstance(value, SimpleNamespace) or _is_namespace(kind):
        found = dict(vars(value))
    elif isinstance(getattr(kind, "model_fields", None), dict):
        found = {name: _attribute(value, name) for name in kind.model_fields}  # pydantic
    elif isinstance(getattr(kind, "__attrs_attrs__", None), tuple):
        found = {part.name: _attribute(value, part.name) for part in kind.__attrs_attrs__}
    else:
        return _foreign_mapping(value, kind)
    return {name: part for name, part in found.items() if part is not _MISSING}


def _attribute(value: Any, name: str) -> Any:
    try:
        return getattr(value, name, _MISSING)
    except Exception:  # noqa: BLE001 a property of a user's class may raise anything
        return _MISSING


def _is_namespace(kind: type) -> bool:
    argparse = sys.modules.get("argparse")
    return argparse is not None and issubclass(kind, argparse.Namespace)


def _foreign_mapping(value: Any, kind: type) -> Mapping[Any, Any] | None:
    if kind.__module__.partition(".")[0] not in _SETTINGS or not isinstance(value, Mapping):
        return None
    try:
        return dict(value.items())
    except Exception:  # noqa: BLE001 an unresolved interpolation of omegaconf, for example
        return None


def class_entries(value: Any) -> dict[str, Any] | None:
    """Give the public attributes of a class used as a namespace (``class CFG: lr = 0.1``)."""
    if not isinstance(value, type) or value.__bases__ != (object,):
        return None
    if {"__init__", "__call__", "__dataclass_fields__"} & vars(value).keys():
        return None
    own = {name: part for name, part in vars(value).items() if not name.startswith("_")}
    return {name: part for name, part in own.items() if not _is_code(part)}


def _is_code(value: Any) -> bool:
    return callable(value) or isinstance(value, property | staticmethod | classmethod)


def leaves(container: Mapping[Any, Any], depth: int = MAX_DEPTH) -> Iterator[tuple[str, Any]]:
    """Yield (dotted path, value) of all that is no container itself, within the limits."""
    if len(container) > MAX_ENTRIES:
        return
    for key, value in container.items():
        if not isinstance(key, str | int | float) or str(key).startswith("_"):
            continue
        opaque = depth <= 1 or isinstance(value, _PLAIN) or is_foreign_dict(value)
        inner = None if opaque else entries(value)
        if inner is None:
            yield str(key), value
        else:
            yield from ((f"{key}.{path}", leaf) for path, leaf in leaves(inner, depth - 1))

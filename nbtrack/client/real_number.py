"""What counts as a number: Python's own, and the 0-d arrays and tensors of the usual libraries.

Nothing is imported here: an object can only be a numpy array or a torch tensor if that library was
loaded, so its type is recognised by what it offers.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

# Kinds of numpy's and jax's dtypes that hold a real number: signed, unsigned, floating point. "V"
# is how numpy files the extended floats of machine learning (bfloat16, float8), which are told
# apart from records by their name.
_REAL_KINDS = frozenset("iuf")
_NOT_REAL = ("bool", "complex")


def real_number(value: Any) -> float | None:
    """Return the value as a float if it is one real number, else None.

    Python's int, float, Fraction and Decimal count, as do numpy, torch, jax and tensorflow values
    without dimensions (read by ``.item()`` or ``.numpy()``). Booleans do not: they are answers, not
    measurements. NaN and infinities do.

    >>> real_number(3), real_number(0.5), real_number(True), real_number("0.5"), real_number([0.5])
    (3.0, 0.5, None, None, None)
    >>> real_number(10**400)  # larger than any float: None rather than a changed value

    """
    kind = type(value)
    if kind is float:
        return float(value)
    if kind is bool:
        return None
    if kind is int or isinstance(value, Real):
        return None if _is_boolean(value) else _as_float(value)
    if getattr(value, "shape", None) == () or kind.__name__ == "Decimal":
        return _scalar(value)
    return None


def _scalar(value: Any) -> float | None:
    if _is_boolean(value) or is_masked(value):
        return None
    dtype = getattr(value, "dtype", None)
    if dtype is not None:
        name, kind = str(dtype), getattr(dtype, "kind", None)
        if any(word in name for word in _NOT_REAL):
            return None
        if isinstance(kind, str) and kind not in _REAL_KINDS and "float" not in name:
            return None
    for method in ("item", "numpy"):
        read = getattr(value, method, None)
        if callable(read):
            try:
                value = read()
            except Exception:  # noqa: BLE001 - another library's code: a lazy or deleted tensor is not a number
                return None
            break
    return None if isinstance(value, (bool, complex, str, bytes)) else _as_float(value)


def is_masked(value: Any) -> bool:
    """Whether a value of numpy.ma is missing; ``.item()`` would give the number below the mask."""
    if not type(value).__module__.startswith("numpy.ma"):
        return False
    return bool(getattr(value, "mask", False))


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}


def _as_float(value: Any) -> float | None:
    try:
        return float(value)
    except Exception:  # noqa: BLE001 - __float__ is the caller's code; OverflowError, ValueError, anything
        return None

"""Checks and conversions of what a user logs, made at the call, before anything is written.

The rules are the store's (`nbtrack.store.checks`); here are Python's many ways to give a number,
a time or a text.
"""

from __future__ import annotations

import operator
import os
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.errors import InvalidValue
from nbtrack.store import checks
from nbtrack.store.checks import MAX_VALUE, short

if TYPE_CHECKING:
    from nbtrack.entities import Metric, Param, Tag

T = TypeVar("T", "Metric", "Param", "Tag")

# Types that float() takes or half takes, but that are mistakes as the value of a metric.
_NOT_NUMBERS = (str, bytes, bytearray, complex, type(None))


def check_number(key: str, value: Any) -> float:
    """Return a value as a float: a number, a boolean, or what holds just one (NumPy, torch …)."""
    try:
        if not isinstance(value, _NOT_NUMBERS):
            one = getattr(value, "item", None)
            plain = value if one is None else one()
            if not isinstance(plain, _NOT_NUMBERS):
                return float(plain)
    except OverflowError:
        raise InvalidValue(
            f"The value of metric {key!r} does not fit a float ({short(value)})."
        ) from None
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: torch, for more than one element
        pass
    raise InvalidValue(
        f"Metric {key!r} needs one number, not {type(value).__name__} {short(value)}. "
        "Text and other values are params: use log_param."
    )


def check_step(step: Any) -> int:
    """Return a step as an int64; None is 0."""
    if step is None:
        return 0
    try:
        whole = int(step) if isinstance(step, float) and step.is_integer() else operator.index(step)
    except TypeError:
        raise InvalidValue(f"A step is a whole number, not {short(step)}.") from None
    return checks.check_step(whole)


def check_timestamp(timestamp: Any) -> int:
    """Return whole milliseconds since the epoch; fractions of a millisecond are dropped."""
    return checks.check_time(_whole(timestamp), "timestamp")


def check_moment(timestamp: Any, what: str) -> int:
    """Return when a run began or ended, in whole milliseconds since the epoch."""
    return checks.check_moment(_whole(timestamp), what)


def _whole(timestamp: Any) -> int:
    try:
        return int(timestamp) if isinstance(timestamp, float) else operator.index(timestamp)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValue(
            f"A timestamp is a number of milliseconds since 1970, not {short(timestamp)}."
        ) from None


def check_text(key: str, value: Any, kind: str, limit: int = MAX_VALUE) -> str:
    """Return a param's or tag's value as text (``str(value)``, as MLflow does)."""
    text = value if type(value) is str else str(value)
    if len(text) > limit:
        raise InvalidValue(
            f"The value of {kind} {key!r} exceeds the maximum length of {limit} characters (it has "
            f"{len(text)}). Keep it as a file: log_text(…) or log_dict(…)."
        )
    return checks.check_text(text, f"value of {kind} {key!r}", limit)


def check_name(name: Any, kind: str, limit: int) -> str:
    """Return the name of an experiment or run."""
    if not isinstance(name, str):
        raise InvalidValue(f"The name of {kind} is text, not {type(name).__name__}: {short(name)}.")
    if not name.strip():
        raise InvalidValue(f"The name of {kind} cannot be empty.")
    return checks.check_text(name, f"name of {kind}", limit)


def check_is_text(value: Any, what: str) -> str:
    """Return a text that names something to look up, unchanged."""
    if not isinstance(value, str):
        raise InvalidValue(f"{what} is text, not {type(value).__name__}: {short(value)}.")
    return value


def check_path(value: Any, what: str) -> str:
    """Return a path of this machine, or an address, as text."""
    try:
        text = os.fspath(value)
    except TypeError:
        text = None
    if not isinstance(text, str):
        raise InvalidValue(
            f"{what} is a text or a path, not {type(value).__name__}: {short(value)}."
        )
    return text


def check_entries(entries: Any, kind: type[T], what: str) -> list[T]:
    """Return a list of what has the fields of a metric, param or tag (also MLflow's objects)."""
    name = kind.__name__
    fields = kind.__struct_fields__
    wanted = f"{what} is a list of {name}({', '.join(fields)}) objects of nbtrack.entities"
    try:
        found = list(entries)
    except TypeError:
        raise InvalidValue(f"{wanted}, not {type(entries).__name__}: {short(entries)}.") from None
    for one in found:
        if not all(hasattr(one, field) for field in fields):
            raise InvalidValue(f"{wanted}; {short(one)} is none.")
    return found


def check_mapping(values: Any, what: str) -> dict[Any, Any]:
    """Return a dictionary, or say that one was expected."""
    if not hasattr(values, "items"):
        raise InvalidValue(
            f"{what} takes a dictionary, not {type(values).__name__}: {short(values)}."
        )
    return dict(values.items())


def new_run_id() -> str:
    """Return 32 random hexadecimal digits."""
    return os.urandom(16).hex()

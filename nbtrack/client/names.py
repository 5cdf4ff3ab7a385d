"""Checks of what a user logs, made at the call, before anything is written.

The rules for keys are MLflow's (Unicode word characters, ``_ - . / :`` and space; a key is also a
relative path in its normal form), so that every key can travel to an MLflow server. Values are kept
whole: only MLflow's wire shortens them.
"""

from __future__ import annotations

import operator
import os
import posixpath
import re
from typing import Any

from nbtrack.errors import InvalidValue

MAX_KEY = 250
MAX_VALUE = 1_000_000
MAX_RUN_NAME = 250
MAX_EXPERIMENT_NAME = 500
INT64 = 2**63

_KEY = re.compile(r"[\w\-./: ]+")
_MOST_REMEMBERED_KEYS = 10_000
# Keys that passed: a training loop logs the same few a million times. The hot path looks here.
good_keys: set[str] = set()

# Types that float() takes or half takes, but that are mistakes as the value of a metric.
_NOT_NUMBERS = (str, bytes, bytearray, complex, type(None))


def check_key(key: str, kind: str) -> str:
    """Return a key unchanged, or raise `InvalidValue` with what to write instead."""
    if key in good_keys:
        return key
    if not isinstance(key, str):
        raise InvalidValue(f"A {kind} name is text, not {type(key).__name__}: {_short(key)}.")
    if not key:
        raise InvalidValue(f"A {kind} name cannot be empty.")
    if len(key) > MAX_KEY:
        raise InvalidValue(
            f"The {kind} name {_short(key)} exceeds the maximum length of {MAX_KEY} characters "
            f"(it has {len(key)})."
        )
    if not _KEY.fullmatch(key):
        proposal = re.sub(r"[^\w\-./: ]", "_", key)
        raise InvalidValue(
            f"Invalid {kind} name {_short(key)}. Names may only contain alphanumerics, underscores "
            "(_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/); "
            f"{_short(proposal)} would do."
        )
    if key != posixpath.normpath(key) or key.startswith(("/", "..")) or key == ".":
        raise InvalidValue(
            f"Invalid {kind} name {_short(key)}: slashes separate words as in a path, so a "
            "name has none at its start or end, no two in a row and no part that is only . or .. ."
        )
    if len(good_keys) >= _MOST_REMEMBERED_KEYS:
        good_keys.clear()
    good_keys.add(key)
    return key


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
            f"The value of metric {key!r} does not fit a float ({_short(value)})."
        ) from None
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: torch, for more than one element
        pass
    raise InvalidValue(
        f"Metric {key!r} needs one number, not {type(value).__name__} {_short(value)}. "
        "Text and other values are params: use log_param."
    )


def check_step(step: Any) -> int:
    """Return a step as an int64; None is 0."""
    if step is None:
        return 0
    try:
        whole = int(step) if isinstance(step, float) and step.is_integer() else operator.index(step)
    except TypeError:
        raise InvalidValue(f"A step is a whole number, not {_short(step)}.") from None
    if not -INT64 <= whole < INT64:
        raise InvalidValue(f"The step {whole} does not fit 64 bits.")
    return whole


def check_timestamp(timestamp: Any) -> int:
    """Return whole milliseconds since the epoch; fractions of a millisecond are dropped."""
    try:
        whole = int(timestamp) if isinstance(timestamp, float) else operator.index(timestamp)
    except (TypeError, ValueError, OverflowError):
        raise InvalidValue(
            f"A timestamp is a number of milliseconds since 1970, not {_short(timestamp)}."
        ) from None
    if not 0 <= whole < INT64:
        raise InvalidValue(
            f"The timestamp {whole} is no number of milliseconds since 1970: it is negative or "
            "too large."
        )
    return whole


def check_text(key: str, value: Any, kind: str, limit: int = MAX_VALUE) -> str:
    """Return a param's or tag's value as text (``str(value)``, as MLflow does)."""
    text = value if type(value) is str else str(value)
    if len(text) > limit:
        raise InvalidValue(
            f"The value of {kind} {key!r} exceeds the maximum length of {limit} characters (it has "
            f"{len(text)}). Keep it as a file: log_text(…) or log_dict(…)."
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidValue(
                f"The value of {kind} {key!r} is not valid Unicode at character {error.start} (a "
                "lone surrogate, as file names that are not UTF-8 have); write it with repr(…)."
            ) from None
    return text


def check_name(name: Any, kind: str, limit: int) -> str:
    """Return the name of an experiment or run."""
    if not isinstance(name, str):
        raise InvalidValue(
            f"The name of {kind} is text, not {type(name).__name__}: {_short(name)}."
        )
    if not name.strip():
        raise InvalidValue(f"The name of {kind} cannot be empty.")
    return check_text("name", name, kind, limit)


def check_mapping(values: Any, what: str) -> dict[Any, Any]:
    """Return a dictionary, or say that one was expected."""
    if not hasattr(values, "items"):
        raise InvalidValue(
            f"{what} takes a dictionary, not {type(values).__name__}: {_short(values)}."
        )
    return dict(values.items())


def new_run_id() -> str:
    """Return 32 random hexadecimal digits."""
    return os.urandom(16).hex()


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - about one line of a message

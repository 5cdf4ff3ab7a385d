"""What a store accepts: the rules of MLflow's server for names, ids, times and lengths.

A client checks earlier and explains better; these are the last line, for every way into a store.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue
from nbtrack.store.base import MAX_RESULTS_LIMIT

if TYPE_CHECKING:
    from nbtrack.entities import DatasetInput, Param, Tag

MAX_KEY = 250
MAX_RUN_NAME = 250
MAX_EXPERIMENT_NAME = 500
MAX_LOCATION = 2048
INT64 = 2**63

_KEY = re.compile(r"[\w\-./: ]+")
_EXPERIMENT_ID = re.compile(r"[0-9]{1,18}")  # fits 64 bits
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_DATASET_LIMITS = {
    "name": 500,
    "digest": 36,
    "source_type": 36,
    "source": 65_535,
    "schema": 1_048_575,
    "profile": 16_777_215,
}


@lru_cache(maxsize=10_000)
def check_key(key: str, kind: str) -> str:
    """Return a metric, param or tag key unchanged, or raise `InvalidValue`."""
    check_length(key, kind + " name", MAX_KEY)
    if not _KEY.fullmatch(key):
        raise InvalidValue(
            f"Invalid {kind} name {key!r}. Names may only contain alphanumerics, underscores (_), "
            "dashes (-), periods (.), spaces ( ), colons (:) and slashes (/)."
        )
    if key == "." or key.startswith(("/", "..")) or posixpath.normpath(key) != key:
        raise InvalidValue(
            f"Invalid {kind} name {key!r}: slashes separate words as in a relative path, with none "
            "at the start or end, no two in a row and no part that is . or .. alone."
        )
    return key


def check_length(text: str, what: str, limit: int) -> str:
    """Return text that is neither empty nor too long."""
    if not text:
        raise InvalidValue(f"Missing value for required parameter '{what}': it cannot be empty.")
    if len(text) > limit:
        raise InvalidValue(
            f"The {what} {text[:40]!r}… exceeds the maximum length of {limit} characters "
            f"(it has {len(text)})."
        )
    return check_text(text)


def check_text(text: str) -> str:
    """Return text that every database can keep."""
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidValue(
            f"The text {text[:40]!r} holds half a character (a lone surrogate), which no database "
            "can keep."
        )
    return text


def check_tag(tag: Tag) -> None:
    """Raise `InvalidValue` for a tag that cannot be stored as it is."""
    check_key(tag.key, "tag")
    check_text(tag.value or "")


def check_param(param: Param) -> None:
    """Raise `InvalidValue` for a param that cannot be stored as it is."""
    check_key(param.key, "param")
    check_text(param.value or "")


def check_run_id(run_id: str) -> str:
    """Return an id that a client chose for a new run."""
    if not _RUN_ID.fullmatch(run_id):
        raise InvalidValue(
            f"Invalid value {run_id!r} for parameter 'run_id' supplied: a run id is 32 lower-case "
            "hexadecimal digits, as uuid.uuid4().hex gives them."
        )
    return run_id


def check_time(milliseconds: int, what: str) -> int:
    """Return a time in milliseconds since the epoch that fits 64 bits."""
    if not 0 <= milliseconds < INT64:
        raise InvalidValue(
            f"Invalid value {milliseconds} for parameter '{what}' supplied: a time is a number of "
            "milliseconds since 1970, neither negative nor above 64 bits."
        )
    return milliseconds


def check_point(key: str, timestamp: int, step: int) -> None:
    """Raise `InvalidValue` for a point that cannot be stored as it is."""
    check_key(key, "metric")
    check_time(timestamp, "timestamp")
    if not -INT64 <= step < INT64:
        raise InvalidValue(f"The step {step} of metric {key!r} does not fit 64 bits.")


def check_dataset(given: DatasetInput) -> None:
    """Raise `InvalidValue` for a dataset whose fields are longer than MLflow's tables hold."""
    for field, limit in _DATASET_LIMITS.items():
        text = getattr(given.dataset, field)
        if text:
            check_length(text, f"dataset {field}", limit)
    for tag in given.tag_list:
        check_length(tag.key, "dataset tag name", 255)
        if tag.value:
            check_length(tag.value, "dataset tag value", 500)


def check_max_results(number: int) -> int:
    """Return the size of a page that may be asked for."""
    if not 1 <= number <= MAX_RESULTS_LIMIT:
        raise InvalidValue(
            f"Invalid value {number} for parameter 'max_results' supplied: it must be from 1 to "
            f"{MAX_RESULTS_LIMIT}. Ask for the next page with the token for more."
        )
    return number


def experiment_number(experiment_id: str) -> int:
    """Return the integer behind an experiment id."""
    if not _EXPERIMENT_ID.fullmatch(experiment_id):
        raise InvalidValue(
            f"Invalid value {experiment_id!r} for parameter 'experiment_id' supplied: an "
            "experiment id is a whole number. Is it the name? get_experiment_by_name finds it."
        )
    return int(experiment_id)

"""What a store accepts: the rules of MLflow's server for names, ids, times and lengths.

The client checks with them at the call, before anything is written; here they are the last line,
for every way into a store. The rules for keys are MLflow's (Unicode word characters,
``_ - . / :`` and space; a key is also a relative path in its normal form), so that every key can
travel to an MLflow server. Values are kept whole: only MLflow's wire shortens them.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValue
from nbtrack.store.base import MAX_RESULTS_LIMIT

if TYPE_CHECKING:
    from nbtrack.entities import DatasetInput, Param, Tag

MAX_KEY = 250
MAX_VALUE = 1_000_000
MAX_RUN_NAME = 250
MAX_EXPERIMENT_NAME = 500
MAX_LOCATION = 2048
INT64 = 2**63
LAST_MOMENT = 253_402_300_799_999  # 9999-12-31 23:59:59.999 UTC: no calendar goes further
# Lengths that MLflow's tables of datasets hold.
DATASET_LIMITS = {
    "name": 500,
    "digest": 36,
    "source_type": 36,
    "source": 65_535,
    "schema": 1_048_575,
    "profile": 16_777_215,
}
MAX_DATASET_TAG_NAME = 255
MAX_DATASET_TAG_VALUE = 500

_KEY = re.compile(r"[\w\-./: ]+")
_EXPERIMENT_ID = re.compile(r"[0-9]{1,18}")  # fits 64 bits
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_REMEMBERED_KEYS = 10_000
# Keys that passed: a training loop logs the same few a million times. Its hot path looks here.
good_keys: set[str] = set()


def check_key(key: str, kind: str) -> str:
    """Return a metric, param or tag key unchanged; raise `InvalidValue` with one that would do."""
    if type(key) is str and key in good_keys:  # what is no text may not even be hashable
        return key
    if not isinstance(key, str):
        raise InvalidValue(f"A {kind} name is text, not {type(key).__name__}: {short(key)}.")
    if not key:
        raise InvalidValue(f"A {kind} name cannot be empty.")
    if len(key) > MAX_KEY:
        raise InvalidValue(
            f"The {kind} name {short(key)} exceeds the maximum length of {MAX_KEY} characters "
            f"(it has {len(key)})."
        )
    if not _KEY.fullmatch(key):
        proposal = re.sub(r"[^\w\-./: ]", "_", key)
        raise InvalidValue(
            f"Invalid {kind} name {short(key)}. Names may only contain alphanumerics, underscores "
            "(_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/); "
            f"{short(proposal)} would do."
        )
    if key == "." or key.startswith(("/", "..")) or posixpath.normpath(key) != key:
        raise InvalidValue(
            f"Invalid {kind} name {short(key)}: slashes separate words as in a relative path, so a "
            "name has none at its start or end, no two in a row and no part that is only . or .. ."
        )
    if len(good_keys) >= _MOST_REMEMBERED_KEYS:
        good_keys.clear()
    good_keys.add(key)
    return key


def check_length(text: str, what: str, limit: int) -> str:
    """Return text that is neither empty nor too long."""
    if not text:
        raise InvalidValue(f"Missing value for required parameter '{what}': it cannot be empty.")
    return check_text(text, what, limit)


def check_text(text: str, what: str = "text", limit: int = MAX_VALUE) -> str:
    """Return text that is not too long and that every database can keep."""
    if len(text) > limit:
        raise InvalidValue(
            f"The {what} {short(text)} exceeds the maximum length of {limit} characters "
            f"(it has {len(text)})."
        )
    if not text.isascii() and (half := _SURROGATE.search(text)):
        raise InvalidValue(
            f"The {what} {short(text)} is not valid Unicode at character {half.start()} (a lone "
            "surrogate, as file names that are not UTF-8 have), which no database can keep; write "
            "it with repr(…)."
        )
    return text


def check_tag(tag: Tag) -> None:
    """Raise `InvalidValue` for a tag that cannot be stored as it is."""
    check_key(tag.key, "tag")
    check_text(tag.value or "", f"value of tag {tag.key!r}")


def check_param(param: Param) -> None:
    """Raise `InvalidValue` for a param that cannot be stored as it is."""
    check_key(param.key, "param")
    check_text(param.value or "", f"value of param {param.key!r}")


def is_run_id(run_id: str) -> bool:
    """Whether a run can have this id."""
    return _RUN_ID.fullmatch(run_id) is not None


def check_run_id(run_id: str) -> str:
    """Return an id that a client chose for a new run."""
    if not is_run_id(run_id):
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


def check_moment(milliseconds: int, what: str) -> int:
    """Return a time at which a run began or ended: one that a calendar can show."""
    if not 0 <= milliseconds <= LAST_MOMENT:
        raise InvalidValue(
            f"Invalid value {milliseconds} for parameter '{what}' supplied: a time is a number of "
            "milliseconds since 1970, not negative and not beyond the year 9999. Is it in "
            "nanoseconds?"
        )
    return milliseconds


def check_step(step: int) -> int:
    """Return a step that fits 64 bits."""
    if not -INT64 <= step < INT64:
        raise InvalidValue(f"The step {step} does not fit 64 bits.")
    return step


def check_point(key: str, timestamp: int, step: int) -> None:
    """Raise `InvalidValue` for a point that cannot be stored as it is."""
    check_key(key, "metric")
    check_time(timestamp, "timestamp")
    check_step(step)


def check_dataset(given: DatasetInput) -> None:
    """Raise `InvalidValue` for a dataset whose fields are longer than MLflow's tables hold."""
    for field, limit in DATASET_LIMITS.items():
        text = getattr(given.dataset, field)
        if text:
            check_length(text, f"dataset {field}", limit)
    for tag in given.tag_list:
        check_length(tag.key, "dataset tag name", MAX_DATASET_TAG_NAME)
        if tag.value:
            check_length(tag.value, "dataset tag value", MAX_DATASET_TAG_VALUE)


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


def short(value: Any) -> str:
    """Return a value as messages show it: its first characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - about one line of a message

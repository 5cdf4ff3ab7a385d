"""The six questions that a run answers, from what is known of it.

When was which model trained, on which data, with which hyperparameters, how good was it, how long
did it take, how fast does it predict. ``jupyter_extension/ui/src/run/answers.js`` shows the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.formatting import numbers
from nbtrack.formatting.direction import is_lower_better
from nbtrack.views.data_words import described_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.entities import Run
    from nbtrack.store.overviews import MetricSummary, RunOverview

_MODEL = re.compile(
    r"(?:model|clf|classifier|regressor|reg|estimator|net|network|pipeline|pipe|learner)",
    re.IGNORECASE,
)
_CLASS = re.compile(r"[A-Z]\w*")
_CLASS_OF_WORDS = re.compile(r"[A-Z][a-z0-9]*(?:[A-Z]\w*)+")
_LATENCY = re.compile(r"(.*)_p50_ms")
_SHOWN = 5
_MS = 1000


def answers(found: RunOverview, now: int) -> list[tuple[str, str]]:
    """Return question and answer, six of them.

    Parameters
    ----------
    found : RunOverview
        What is known of the run.
    now : int
        Milliseconds since the epoch: a run that goes on lasts until then.
    """
    run = found.run
    return [
        ("Which model, and when", _model(run)),
        ("On which data", described_all(run.inputs.dataset_inputs) or _NO_DATA),
        ("With which hyperparameters", _params(run)),
        ("How good", _quality(run, found.metrics)),
        ("How long it took", _time(run, now)),
        ("How fast it predicts", _speed(found.metrics)),
    ]


_NO_DATA = "not known: nbtrack.log_input(data) notes it, %%track does it by itself"
_NO_MODEL = 'nbtrack.log_param("model", …) names the model'
_NO_PARAMS = 'none: nbtrack.log_param("lr", 0.1) keeps one'
_NO_METRICS = 'not known: nbtrack.log_metric("acc", 0.9) keeps a number'
_NO_SPEED = "not known: nbtrack.log_latency(predict, data) measures it"


def _model(run: Run) -> str:
    found = _classes(run.data.params)
    named = [value for key, value in found.items() if _MODEL.fullmatch(key)]
    names = list(dict.fromkeys([*named, *found.values()]))
    given = run.data.tags.get("estimator_name") or ", ".join(names[:3])
    return f"{given or _NO_MODEL} · {numbers.exact_moment(run.info.start_time)}"


def _classes(params: dict[str, str]) -> dict[str, str]:
    """Return the params that name a class, as captured estimators do."""
    return {
        key: value
        for key, value in params.items()
        if "." not in key
        and _CLASS.fullmatch(value)
        and (
            _MODEL.fullmatch(key)
            or _CLASS_OF_WORDS.fullmatch(value)
            or any(one.startswith(f"{key}.") for one in params)
        )
    }


def _params(run: Run) -> str:
    classes = _classes(run.data.params)
    chosen = {key: value for key, value in run.data.params.items() if key not in classes}
    if not chosen:
        return "all at their defaults" if classes else _NO_PARAMS
    return _some([f"{key}={numbers.param(value)}" for key, value in sorted(chosen.items())])


def _quality(run: Run, metrics: Sequence[MetricSummary]) -> str:
    said = _parsed(run.data.tags.get(tags.DIRECTION))
    speeds = tuple(f"{name}_" for name in _speeds(metrics))
    found = [
        one
        for one in metrics
        if not one.key.startswith("system/") and not (speeds and one.key.startswith(speeds))
    ]
    # Those whose direction somebody named come first, then scores, then losses.
    found.sort(key=lambda one: 0 if one.key in said else 1 + is_lower_better(one.key))
    texts = []
    for one in found:
        way = said.get(one.key)
        lower = way == "min" if way in {"min", "max"} else is_lower_better(one.key)
        best = one.min if lower else one.max
        more = f" (best {numbers.number(best)})" if one.count > 1 and best != one.last else ""
        texts.append(f"{one.key} {numbers.number(one.last)}{more}")
    return _some(texts) if texts else _NO_METRICS


def _time(run: Run, now: int) -> str:
    info = run.info
    if info.end_time is not None:
        return numbers.duration(max(0, info.end_time - info.start_time) / _MS)
    if info.status.is_final:
        return "not known"
    return f"{numbers.duration(max(0, now - info.start_time) / _MS)} so far"


def _speed(metrics: Sequence[MetricSummary]) -> str:
    values = {one.key: one.last for one in metrics}
    texts = []
    for name in _speeds(metrics):
        parts = [
            f"{part} {numbers.number(values[key])} ms"
            for part in ("p50", "p95", "p99")
            if (key := f"{name}_{part}_ms") in values
        ]
        texts.append(f"{name} {', '.join(parts)}")
    return _some(texts) if texts else _NO_SPEED


def _speeds(metrics: Iterable[MetricSummary]) -> list[str]:
    return [found[1] for one in metrics if (found := _LATENCY.fullmatch(one.key))]


def _some(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:_SHOWN])
    more = len(texts) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:  # a tag that somebody else wrote
        return {}
    return found if isinstance(found, dict) else {}

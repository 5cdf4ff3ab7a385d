"""Which metrics and params of some runs tell these runs apart, for a table's columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.formatting.repeated_params import without_repeats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_PARAMS, MOST_METRICS = 8, 6
_SEVERAL = 2
# Recorded about the machine, and rarely what runs are compared by.
_BACKGROUND = ("system/",)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Keys to show, in the order common metrics, params, rare metrics; and what was left out.

    Attributes
    ----------
    common_metrics, rare_metrics : list of str
        Those that most of the runs have, and the others.
    params : list of str
        Those that differ: first those with several values, then those that only some runs have.
    same_params : dict
        What all the runs have, and alike.
    more_params, more_metrics : list of str
        What else there is.
    """

    common_metrics: list[str]
    params: list[str]
    rare_metrics: list[str]
    same_params: dict[str, str]
    more_params: list[str]
    more_metrics: list[str]


def suggested(
    params: Sequence[Mapping[str, str]], metrics: Sequence[Mapping[str, float]]
) -> Suggestion:
    """Choose the keys that tell runs apart.

    Parameters
    ----------
    params, metrics : sequences of mappings
        What each run has, in the order of the runs.
    """
    told = [without_repeats(one) for one in params]
    keys = by_presence(told)
    same = {}
    if len(told) > 1:
        same = {key: told[0][key] for key in keys if len({one.get(key) for one in told}) == 1}
    differing = sorted(
        (key for key in keys if key not in same),
        key=lambda key: len({one[key] for one in told if key in one}) < _SEVERAL,
    )
    measured = [key for key in by_presence(metrics) if not key.startswith(_BACKGROUND)]
    shown = measured[:MOST_METRICS]
    common = [key for key in shown if 2 * sum(key in one for one in metrics) > len(metrics)]
    return Suggestion(
        common_metrics=common,
        params=differing[:MOST_PARAMS],
        rare_metrics=shown[len(common) :],
        same_params=same,
        more_params=differing[MOST_PARAMS:],
        more_metrics=measured[MOST_METRICS:],
    )


def by_presence(dictionaries: Sequence[Mapping[str, object]]) -> list[str]:
    """Return all keys: those that most have first, else in the order in which they came."""
    counts = Counter(key for dictionary in reversed(dictionaries) for key in dictionary)
    return sorted(counts, key=lambda key: -counts[key])

"""What the capture rule is asked and what it answers: plain data, no behaviour worth the name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_PARAMS = 30
MAX_METRICS = 20


class LeftOut(NamedTuple):
    """A name that was looked at and not captured, and the reason as half a sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """What the line ``%%track`` says about capturing.

    Parameters
    ----------
    params : tuple of str or None
        ``-p a,b``: exactly these are captured as params, without limit; None: by the rule.
    metrics : mapping of str to str, or None
        ``-m acc:max,loss``: exactly these are captured as metrics, each with "max", "min" or "".
    no_params, no_reads, no_metrics : bool
        ``--no-params`` (no param at all), ``--no-reads`` (none that the cell only reads),
        ``--no-metrics``.
    """

    params: tuple[str, ...] | None = None
    metrics: Mapping[str, str] | None = None
    no_params: bool = False
    no_reads: bool = False
    no_metrics: bool = False


@dataclass(frozen=True, slots=True)
class Captured:
    """What one execution of a cell gave.

    Parameters
    ----------
    params : dict
        Key to a str, number, bool, None, or a list or tuple of these; ``str(value)`` is what is
        stored. Values that look like secrets are already replaced.
    metrics : dict
        Key to float; may be NaN or infinite.
    left_out : list of LeftOut
        What a reader may miss: over a limit, not named by an option, a list that changed.
    passed_over : list of LeftOut
        What is never taken by the rule: loop targets, clocks, computed texts; for ``explain``.
    read_from : dict
        Param key to the cell that the value came from, as ``In[3]``.
    reasons : dict
        Captured key to the clause of the rule that took it (for ``explain``).
    """

    params: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    passed_over: list[LeftOut] = field(default_factory=list)
    read_from: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

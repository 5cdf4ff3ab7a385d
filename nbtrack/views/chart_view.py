"""The view of a chart: what its entries mean on this side.

They are those of ``jupyter_extension/ui/src/chart/chosen.js``; `docs/notebook.md` lists them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Axis = Literal["step", "time", "relative"]

AXES = ("step", "time", "relative")
MOST_SMOOTHING = 0.99
MOST_COLUMNS = 6
_RANGE = 2


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_range(value: Any) -> bool:
    if value is None:
        return True
    is_pair = isinstance(value, list) and len(value) == _RANGE and all(map(_is_number, value))
    return bool(is_pair and value[0] < value[1])


# Entry -> (whether a value is allowed, what is).
_VALID: dict[str, tuple[Callable[[Any], bool], str]] = {
    "x": (lambda value: value in AXES, "'step', 'time' or 'relative'"),
    "log_y": (_is_flag, "True or False"),
    "log_x": (_is_flag, "True or False"),
    "smoothing": (
        lambda value: _is_number(value) and 0 <= value <= MOST_SMOOTHING,
        f"a number from 0 to {MOST_SMOOTHING}",
    ),
    "band": (_is_flag, "True or False"),
    "columns": (
        lambda value: type(value) is int and 0 <= value <= MOST_COLUMNS,
        f"a whole number from 0 (as many as fit) to {MOST_COLUMNS}",
    ),
    "hidden": (_are_texts, "a list of ids of runs"),
    "metrics": (_are_texts, "a list of metrics"),
    "zoom": (_is_range, "None or [from, to], in units of x"),
}


@dataclass(frozen=True, slots=True)
class ChartView:
    """What is chosen in a chart."""

    x: Axis = "step"
    log_y: bool = False
    log_x: bool = False
    smoothing: float = 0.0
    band: bool = True
    columns: int = 0
    hidden: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    zoom: list[float] | None = None


_DEFAULTS = {one.name: getattr(ChartView(), one.name) for one in fields(ChartView)}


def read_view(view: Mapping[str, Any]) -> ChartView:
    """Read a view; entries that are unknown or wrong are passed over.

    >>> read_view({"x": "time", "smoothing": 7, "colour": "red"})
    ChartView(x='time', log_y=False, log_x=False, smoothing=0.0, band=True, columns=0, \
hidden=[], metrics=[], zoom=None)
    """
    return ChartView(
        **{name: value for name, value in view.items() if name in _VALID and _VALID[name][0](value)}
    )


def written_view(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that differ from the defaults.

    Raises
    ------
    InvalidValue
        If one is not allowed; the message says what is.
    """
    for name, value in options.items():
        is_valid, allowed = _VALID[name]
        if not is_valid(value):
            raise InvalidValue(f"{name} is {allowed}, not {value!r}.")
    return {name: value for name, value in options.items() if value != _DEFAULTS[name]}

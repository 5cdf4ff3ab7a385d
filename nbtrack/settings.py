"""Every setting of nbtrack that comes from the environment: one row each.

Few on purpose. `settings` reads the environment when it is called, so a variable set in a notebook
counts from the next use on.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_LONGEST = 1e6  # hours or seconds: in effect for ever, and a wait that every system takes


@dataclass(frozen=True, slots=True)
class Settings:
    """Values of all settings; see `SETTINGS` for what they mean."""

    tracking_uri: str
    jupyter_store: str
    jupyter_root: str
    experiment_name: str
    durability: str
    lease_hours: float
    exit_seconds: float
    server_token: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings.

    Attributes
    ----------
    field : str
        Name of the value in `Settings`.
    variable : str
        Environment variable.
    default : str
        What counts when the variable is not set or empty, as it would be written.
    sentence : str
        What it does.
    read : callable
        Makes the value of the text; raises ValueError with what is allowed.
    """

    field: str
    variable: str
    default: str
    sentence: str
    read: Callable[[str], Any] = str


def _duration(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (number >= 0 and math.isfinite(number)):
        raise ValueError("a number that is not negative")
    return min(number, _LONGEST)


def _durability(text: str) -> str:
    if text not in {"normal", "full"}:
        raise ValueError('"normal" or "full"')
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "tracking_uri",
        "NBTRACK_TRACKING_URI",
        "",
        "Where runs are kept: a folder, sqlite:///…, postgresql://…, mysql://… or http(s)://….",
    ),
    Setting(
        "jupyter_store",
        "NBTRACK_JUPYTER_STORE",
        "",
        "Default store of the Jupyter server that started this kernel; its extension sets it.",
    ),
    Setting(
        "jupyter_root",
        "NBTRACK_JUPYTER_ROOT",
        "",
        "Folder below which that server finds more stores; its extension sets it.",
    ),
    Setting(
        "experiment_name",
        "NBTRACK_EXPERIMENT_NAME",
        "",
        "Experiment of runs that name none; otherwise the notebook's name, or Default in a script.",
    ),
    Setting(
        "durability",
        "NBTRACK_DURABILITY",
        "normal",
        "normal: what was logged survives the end of the process; full: also a power cut, at the "
        "cost of a disk flush for each batch.",
        _durability,
    ),
    Setting(
        "lease_hours",
        "NBTRACK_LEASE_HOURS",
        "24",
        "Hours without a sign of life after which a run of another machine or container counts "
        "as ended.",
        _duration,
    ),
    Setting(
        "exit_seconds",
        "NBTRACK_EXIT_SECONDS",
        "10",
        "Seconds that the end of a process waits at most for logged records to reach the store.",
        _duration,
    ),
    Setting(
        "server_token",
        "NBTRACK_SERVER_TOKEN",
        "",
        "Token of `nbtrack server`, 16 characters or more; otherwise it makes one and keeps it.",
    ),
)


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings as the environment has them now.

    Raises
    ------
    InvalidValue
        If a variable's text cannot be read.
    """
    environment = os.environ if environment is None else environment
    return Settings(**{row.field: _value(row, environment) for row in SETTINGS})


def _value(row: Setting, environment: Mapping[str, str]) -> Any:
    text = environment.get(row.variable, "").strip()
    try:
        return row.read(text or row.default)
    except ValueError as error:
        raise InvalidValue(f"{row.variable} is {text!r}; it must be {error}.") from None


assert [row.field for row in SETTINGS] == [field.name for field in fields(Settings)]

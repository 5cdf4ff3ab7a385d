"""Versions below which a server does not start, because they have known holes."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version

from nbtrack.errors import Refused

FLOORS = {"tornado": "6.5.8", "jupyter-server": "2.20"}


def require_floors(*packages: str) -> None:
    """Raise unless these packages are new enough to serve with.

    Raises
    ------
    Refused
        With the command that brings them.
    """
    old = [
        f"{name} {version(name)} (at least {FLOORS[name]} is needed)"
        for name in packages
        if _numbers(version(name)) < _numbers(FLOORS[name])
    ]
    if old:
        wanted = " ".join(f"'{name}>={FLOORS[name]}'" for name in packages)
        sentence = (
            f"No server is started with {' and '.join(old)}: older ones have known security holes. "
            f"Upgrade: {{}} -m pip install --upgrade {wanted}"
        )
        raise Refused(sentence.format(sys.executable), public=sentence.format("python"))


def _numbers(text: str) -> tuple[int, ...]:
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()

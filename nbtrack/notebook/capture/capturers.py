"""Runs capturers of other packages (entry points ``nbtrack.capture``); none can do harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbtrack import plugins
from nbtrack.notebook.capture.captured import LeftOut

Capturer = Callable[[Any, Any], None]
_loaded: dict[str, Capturer] | None = None
_problems: list[LeftOut] = []


def capturers() -> dict[str, Capturer]:
    """Load every capturer once; one that cannot be imported is reported and left out."""
    global _loaded  # noqa: PLW0603 looking through the installed packages takes milliseconds: once
    if _loaded is None:
        found: dict[str, Capturer] = {}
        for name, reference in plugins.installed("nbtrack.capture").items():
            try:
                found[name] = plugins.load(reference)
            except Exception as error:  # noqa: BLE001 another package's code
                _problems.append(LeftOut(name, f"its import failed: {error}"))
        _loaded = found
    return _loaded


def run_capturers(run: Any, cell: Any) -> list[LeftOut]:
    """Call ``capture(run, cell)`` of every capturer; give what failed and why."""
    known = capturers()
    failed = list(_problems)
    for name, capture in known.items():
        try:
            capture(run, cell)
        except Exception as error:  # noqa: BLE001 another package's code
            failed.append(LeftOut(name, f"{type(error).__name__}: {error}"))
    return failed


def forget() -> None:
    """Look for capturers again at the next run (a package was installed, or a test ends)."""
    global _loaded  # noqa: PLW0603 see above
    _loaded = None
    _problems.clear()

"""``--seed N``: the same random numbers for each run of a cell."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module, util

from nbtrack.notebook.capture.environment import seed_everything

_SEEDED = ("numpy", "torch")


def plant(seed: int, source: str) -> None:
    """Seed ``random`` and the libraries that are loaded or that the cell's source names."""
    for name in _SEEDED:
        # One that cannot be imported tells that to the cell itself.
        with suppress(Exception):
            if name in source and util.find_spec(name) is not None:
                import_module(name)
    seed_everything(seed)

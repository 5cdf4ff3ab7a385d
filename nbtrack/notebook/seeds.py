"""``--seed N``: the same random numbers for each run of a cell."""

from __future__ import annotations

import sys
from importlib import import_module, util
from typing import Any

_NUMPY_SEEDS = 2**32

# Library -> how its global generator is seeded.
_SEEDERS: dict[str, Any] = {
    "random": lambda module, seed: module.seed(seed),
    "numpy": lambda module, seed: module.random.seed(seed % _NUMPY_SEEDS),
    "torch": lambda module, seed: module.manual_seed(seed),
}


def plant(seed: int, source: str) -> None:
    """Seed the libraries that are loaded, and those the cell's source names."""
    for name, seeder in _SEEDERS.items():
        loaded = name in sys.modules or (name in source and util.find_spec(name) is not None)
        if loaded or name == "random":
            seeder(import_module(name), seed)

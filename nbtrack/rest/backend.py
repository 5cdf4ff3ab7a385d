"""What the endpoints work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbtrack.artifacts.places import Places
    from nbtrack.store.base import Store


@dataclass(frozen=True)
class Backend:
    """A store and the places of its files.

    Attributes
    ----------
    store : Store
        Experiments and runs.
    places : Places
        Opens the files of runs, and nothing else.
    """

    store: Store
    places: Places

"""What the journals of a store still hold, read without changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.delivery.recovery import JournalState
    from nbtrack.store.base import Store

SLICE = 1000


@dataclass(frozen=True, slots=True)
class JournalContent:
    """A journal: how many of its records are not in the store, and how many lines are damaged."""

    state: JournalState
    left: int
    damaged: int


def journals_of(store: Store, directory: Path) -> list[JournalContent]:
    """Read this user's journals of a store; one without a readable owner counts as damaged."""
    from nbtrack.delivery.recovery import journals

    states = [state for state in journals(directory) if _belongs(state, store)]
    return [_content(store, state) for state in states]


def _belongs(state: JournalState, store: Store) -> bool:
    if state.owner is None:
        return state.size > 0  # an empty one has just been made
    return state.owner.store_id == store.store_id


def _content(store: Store, state: JournalState) -> JournalContent:
    from nbtrack.delivery.reader import JournalReader

    position = store.acknowledged(state.owner.journal_id) if state.owner else 0
    left = 0
    try:
        with JournalReader(state.path, position) as reader:
            while records := reader.read(SLICE):
                left += len(records)
            return JournalContent(state, left, reader.damaged)
    except FileNotFoundError:  # its owner has just ended
        return JournalContent(state, 0, 0)

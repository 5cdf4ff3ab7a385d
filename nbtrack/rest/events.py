"""Hearing of changes, so that a page need not ask again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.rest.endpoint import NBTRACK, Answer, Endpoint, Nothing

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend


def events(backend: Backend, _request: Nothing) -> str | None:
    """Tell when something in the store changes, as server-sent events named `changed`."""
    return backend.store.change_mark()


ENDPOINTS = (Endpoint("GET", "events", Nothing, events, prefixes=NBTRACK, answer=Answer.EVENTS),)

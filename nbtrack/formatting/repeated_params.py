"""Params that only say again what another one says, which what is shown leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_repeats(params: Mapping[str, str]) -> dict[str, str]:
    """Leave out a setting of an object that repeats a param: ``model.depth`` beside ``depth``.

    >>> without_repeats({"depth": "3", "model.depth": "3", "model.seed": "7", "seed": "8"})
    {'depth': '3', 'model.seed': '7', 'seed': '8'}
    """
    return {key: value for key, value in params.items() if not _repeats(key, value, params)}


def _repeats(key: str, value: str, params: Mapping[str, str]) -> bool:
    owner, _, name = key.rpartition(".")
    return bool(owner) and params.get(name) == value

"""What runs have logged: the request, the answer and the row of the endpoint table."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbtrack import tags
from nbtrack.filters import Comparison, Field
from nbtrack.formatting.direction import is_lower_better
from nbtrack.rest.endpoint import NBTRACK, Endpoint
from nbtrack.rest.requests import experiments_of
from nbtrack.rest.suggested import suggested

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.entities import Run
    from nbtrack.rest.backend import Backend

# The newest runs, by which columns are suggested.
_COMPARED = 100


class AskKeys(Struct, frozen=True):
    """Ask what the runs of some experiments have logged, or only what these runs have."""

    experiment_ids: list[str] = field(default_factory=list)
    run_ids: list[str] | None = None


class KeyShare(Struct, frozen=True):
    """A key and the share of the newest runs that have it."""

    key: str
    share: float


class KeysOfRuns(Struct, frozen=True):
    """What runs have logged, and which columns a table of them begins with."""

    runs: int
    metrics: list[KeyShare]
    params: list[KeyShare]
    tags: list[KeyShare]
    suggested: list[str]
    same: dict[str, str]
    directions: dict[str, str]


def keys(backend: Backend, request: AskKeys) -> KeysOfRuns:
    """Return the keys that runs have logged, and the columns that tell the newest runs apart."""
    store = backend.store
    experiments = experiments_of(backend, request.experiment_ids, request.run_ids)
    found = store.run_keys(experiments, run_ids=request.run_ids)
    newest = store.search_runs(
        experiments, filter_string=_only(request.run_ids), max_results=_COMPARED
    )
    choice = suggested([run.data.params for run in newest], [run.data.metrics for run in newest])
    return KeysOfRuns(
        runs=found.runs,
        metrics=_shares(found.metrics),
        params=_shares(found.params),
        tags=_shares(found.tags),
        suggested=[
            *_columns("metrics", choice.common_metrics),
            *_columns("params", choice.params),
            *_columns("metrics", choice.rare_metrics),
        ],
        same=choice.same_params,
        directions=_directions(found.metrics, newest),
    )


def _only(run_ids: Sequence[str] | None) -> str:
    if run_ids is None:
        return ""
    some = tuple(run_ids[:_COMPARED]) or ("",)
    return str(Comparison(Field("attributes", "run_id"), "IN", some))


def _shares(of: Mapping[str, float]) -> list[KeyShare]:
    return [KeyShare(key, of[key]) for key in sorted(of, key=lambda key: (-of[key], key))]


def _columns(entity: str, keys: Iterable[str]) -> list[str]:
    return [str(Field(entity, key)) for key in keys]


def _directions(metrics: Iterable[str], runs: Iterable[Run]) -> dict[str, str]:
    """Return which way a metric is better: as a run says, else as its name does."""
    directions = {name: "min" if is_lower_better(name) else "max" for name in metrics}
    for run in runs:
        declared = run.data.tags.get(tags.DIRECTION)
        if declared:
            with suppress(ValueError, AttributeError):  # a tag that somebody else wrote
                said = json.loads(declared).items()
                directions.update((name, way) for name, way in said if way in ("min", "max"))
    return directions


ENDPOINTS = (Endpoint("POST", "runs/keys", AskKeys, keys, prefixes=NBTRACK),)

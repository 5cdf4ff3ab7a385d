"""The short forms in which a person names a run.

========== =====================================================================
form       means
========== =====================================================================
id         the run of this id, also a deleted one; the first digits do if unique
name       the newest run of this name
last       the top-level run that began last; ``last~2`` two before it
best:acc   the run with the best ``acc``; ``best:acc:min`` says which way is best
========== =====================================================================

``last`` and ``best`` look into the given experiments first, and if these have no such run into the
whole store. A top-level run has no parent: after a sweep inside a tracked cell, ``last`` is the
cell's run, not its last trial, in notebooks and scripts alike.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from math import isnan
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.formatting.direction import is_lower_better
from nbtrack.store.base import MAX_RESULTS_LIMIT
from nbtrack.store.checks import MAX_KEY, MAX_RUN_NAME, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.entities import PagedList, Run
    from nbtrack.store.base import Store

_ID = re.compile(r"[0-9a-f]{32}")
_PREFIX = re.compile(r"[0-9a-fA-F]{1,32}")
_LAST = re.compile(r"last(?:~(\d+))?")
_BEST = re.compile(r"best:(?P<key>.+?)(?::(?P<way>min|max))?")
_MANY = MAX_RESULTS_LIMIT
# "best:", the longest name of a run or metric, and ":min", with room.
_MOST_CHARACTERS = max(MAX_RUN_NAME, MAX_KEY) + 20
_NEARBY = 1000
_TOP_LEVEL = f"tags.`{tags.PARENT_RUN_ID}` IS NULL"


def resolve_run(
    reference: str, store: Store, *, experiment_ids: Sequence[str] | None = None
) -> Run:
    """Return the run that a person means.

    Parameters
    ----------
    reference : str
        One of the forms above.
    store : Store
        Where to look.
    experiment_ids : sequence of str, optional
        Where ``last`` and ``best`` look first; by default everywhere.

    Raises
    ------
    NotFound
        If there is no such run; the message gives the nearest names.
    InvalidValue
        If several runs begin with the same digits, or the form is wrong.
    """
    if not isinstance(reference, str) or not reference.strip():
        raise InvalidValue("Name a run: its id, its name, last, last~2 or best:acc.")
    text = reference.strip()
    if len(text) > _MOST_CHARACTERS:
        raise InvalidValue(
            f"The run {short(text)} cannot be: a run is named by at most {_MOST_CHARACTERS} "
            f"characters, and these are {len(text)}. Give its id, its name, last, last~2 or "
            "best:acc."
        )
    if _ID.fullmatch(text):
        return store.get_run(text)
    everywhere = [e.experiment_id for e in store.search_experiments(max_results=_MANY)]
    scopes = [list(experiment_ids)] if experiment_ids else []
    if found := _LAST.fullmatch(text):
        return _last(store, int(found[1] or 0), [*scopes, everywhere])
    if text.startswith("best:"):
        return _best(store, text, [*scopes, everywhere])
    run = _named(store, text, everywhere) or _with_prefix(store, text, everywhere)
    return run or _unknown(store, text, everywhere)


def _last(store: Store, back: int, scopes: Sequence[Sequence[str]]) -> Run:
    if back >= MAX_RESULTS_LIMIT:
        raise InvalidValue(
            f"last~{back} is too far back: last~{MAX_RESULTS_LIMIT - 1} is the farthest. "
            "search_runs finds older runs."
        )
    for scope in scopes:
        runs = _search(store, scope, filter_string=_TOP_LEVEL, max_results=back + 1)
        if len(runs) > back:
            return runs[back]
    if back:
        raise NotFound(f"There is no run last~{back}: the store has fewer runs without a parent.")
    raise NotFound(_EMPTY)


def _best(store: Store, text: str, scopes: Sequence[Sequence[str]]) -> Run:
    found = _BEST.fullmatch(text)
    if found is None or "`" in text:
        raise InvalidValue(f"{text!r} names no metric. Write best:acc, or best:acc:min.")
    key, way = found["key"], found["way"]
    for scope in scopes:
        lower = way == "min" if way else _lower_is_better(store, key, scope)
        order = f"metrics.`{key}` {'ASC' if lower else 'DESC'}"
        for run in _search(store, scope, order_by=[order], max_results=1):
            # Runs without the metric come last, those with NaN before them.
            if key in run.data.metrics and not isnan(run.data.metrics[key]):
                return run
    known = {k for run in _search(store, scopes[-1], max_results=_NEARBY) for k in run.data.metrics}
    raise NotFound(f"No run has a metric {key!r} with a number.{_meant(key, known)}")


def _lower_is_better(store: Store, key: str, scope: Sequence[str]) -> bool:
    """Tell the direction: as the newest run that has one says (``-m acc:max``), else by name."""
    known = f"tags.`{tags.DIRECTION}` LIKE '%{key}%'" if "'" not in key else ""
    if known:
        for run in _search(store, scope, filter_string=known, max_results=1):
            try:
                way = json.loads(run.data.tags[tags.DIRECTION]).get(key)
            except (KeyError, ValueError, AttributeError):
                continue
            if way in {"min", "max"}:
                return bool(way == "min")
    return is_lower_better(key)


def _named(store: Store, name: str, scope: Sequence[str]) -> Run | None:
    quote = "'" if "'" not in name else '"'
    if quote in name:  # the grammar has no escape for a name with both quotes
        pages = _pages(store, scope)
        return next((run for run in pages if run.info.run_name == name), None)
    condition = f"attributes.run_name = {quote}{name}{quote}"
    return next(iter(_search(store, scope, filter_string=condition, max_results=1)), None)


def _with_prefix(store: Store, text: str, scope: Sequence[str]) -> Run | None:
    if not _PREFIX.fullmatch(text):
        return None
    condition = f"attributes.run_id LIKE '{text.lower()}%'"
    found = _search(store, scope, filter_string=condition, max_results=3)
    if len(found) > 1:
        raise InvalidValue(
            f"Several runs begin with {text!r}: "
            f"{', '.join(f'{run.info.run_id} ({run.info.run_name})' for run in found)}"
            f"{' …' if found.token else ''}. Give more digits."
        )
    return found[0] if found else None


def _unknown(store: Store, text: str, scope: Sequence[str]) -> Run:
    runs = _search(store, scope, max_results=_NEARBY)
    if not runs:
        raise NotFound(_EMPTY)
    words = {run.info.run_name for run in runs} | {"last", "best:"}
    raise NotFound(f"There is no run {text!r}.{_meant(text, words)}")


def _meant(word: str, known: set[str]) -> str:
    near = get_close_matches(word, sorted(known), n=3)
    return f" Did you mean {' or '.join(repr(one) for one in near)}?" if near else ""


def _search(store: Store, scope: Sequence[str], **options: Any) -> PagedList[Run]:
    return store.search_runs(list(scope), **options)


def _pages(store: Store, scope: Sequence[str]) -> Iterator[Run]:
    token = None
    while True:
        page = _search(store, scope, page_token=token)
        yield from page
        token = page.token
        if token is None:
            return


_EMPTY = "The store has no runs yet."

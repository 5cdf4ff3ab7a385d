"""Fitted estimators: their class and the parameters that differ from the default.

By scikit-learn's convention (https://scikit-learn.org/stable/developers/develop.html):
``get_params``, parameters named by the signature of ``__init__``, attributes ending in ``_`` once
fitted. XGBoost, LightGBM and CatBoost follow it. Nothing is imported here.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.capture.values import NO_SCALAR, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_PARTS = 12
_MAX_DEPTH = 3
_MISSING = object()


def is_fitted_estimator(value: Any) -> bool:
    """Whether a value follows scikit-learn's convention and has been fitted."""
    kind = type(value)
    if isinstance(value, type) or not all(
        callable(getattr(kind, m, None)) for m in ("get_params", "fit")
    ):
        return False
    own = getattr(value, "__dict__", {})
    if any(name.endswith("_") and not name.startswith("_") for name in own):
        return True
    # XGBoost and LightGBM keep what they learned under names of their own.
    if own.get("_Booster") is not None or own.get("_is_fitted_") or own.get("fitted_"):
        return True
    return any(is_fitted_estimator(part) for _, part in _steps(own))


def describe(name: str, estimator: Any, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Give ``{name: class}`` and ``{name.param: value}`` of what differs from the default.

    The steps of a pipeline and nested estimators appear as ``pipe.svc`` and ``pipe.svc.C``.
    """
    found: dict[str, Any] = {name: type(estimator).__name__}
    _describe(name, estimator, found, without, _MAX_DEPTH)
    return found


def _describe(
    prefix: str, estimator: Any, found: dict[str, Any], without: frozenset[str], depth: int
) -> None:
    try:
        params = dict(estimator.get_params(deep=False))
    except Exception:  # noqa: BLE001 an estimator's own code
        return
    steps = list(_steps(params))[:_MAX_PARTS]
    found.update(_changed(prefix, type(estimator), params, without))
    for step, part in [*steps, *_parts(params)][:_MAX_PARTS]:
        found[f"{prefix}.{step}"] = type(part).__name__
        if depth > 1:
            _describe(f"{prefix}.{step}", part, found, frozenset(), depth - 1)


def _changed(
    prefix: str, kind: type, params: dict[str, Any], without: frozenset[str]
) -> Iterator[tuple[str, Any]]:
    defaults = default_params(kind)
    for name, value in params.items():
        plain = _plain(value)
        if plain is NO_SCALAR or name in without:
            continue
        default = defaults.get(name, _MISSING)
        if default is _MISSING and plain is None:
            continue
        if default is _MISSING or not _same(default, value):
            yield f"{prefix}.{name}", plain


def _same(default: Any, value: Any) -> bool:
    if isinstance(default, bool) is not isinstance(value, bool):
        return False
    try:
        return bool(default == value)
    except Exception:  # noqa: BLE001 an array as default, for example
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        items = [scalar(item) for item in value[:21]]
        short = len(items) <= 20 and not any(item is NO_SCALAR for item in items)  # noqa: PLR2004
        return type(value)(items) if short and type(value) in {list, tuple} else NO_SCALAR
    plain = scalar(value)
    return NO_SCALAR if isinstance(plain, float) and plain != plain else plain  # noqa: PLR0124 NaN is "missing"


@lru_cache(maxsize=256)
def default_params(kind: type) -> dict[str, Any]:
    """Give the defaults in a class's ``__init__``, following ``**kwargs`` to its bases."""
    defaults: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        init = vars(base).get("__init__")
        if init is None or base is object:
            continue
        try:
            parameters = inspect.signature(init).parameters.values()
        except (TypeError, ValueError):
            continue
        defaults.update(
            {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
        )
    return defaults


def _steps(params: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the named parts of a pipeline, a union, a voting ensemble or a column transformer."""
    for key in ("steps", "transformer_list", "estimators", "transformers"):
        listed = params.get(key)
        if isinstance(listed, list):
            yield from (
                (str(item[0]), item[1])
                for item in listed
                if isinstance(item, tuple)
                and len(item) > 1
                and hasattr(type(item[1]), "get_params")
            )


def _parts(params: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give estimators that are params themselves, as a search has."""
    for name, value in params.items():
        if hasattr(type(value), "get_params") and not isinstance(value, type):
            yield name, value

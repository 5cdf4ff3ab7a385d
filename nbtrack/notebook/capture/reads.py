"""What a cell reads, itself and through functions of the notebook, seen before it runs."""

from __future__ import annotations

import dis
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.capture.captured import LeftOut
from nbtrack.notebook.capture.values import (
    MAX_ENTRIES,
    NO_SCALAR,
    class_entries,
    entries,
    is_foreign_dict,
    leaves,
    number,
    scalar,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbtrack.notebook.capture.history import History
    from nbtrack.notebook.capture.scan import Facts

_IPYTHON = frozenset({"In", "Out", "get_ipython", "exit", "quit", "display", "open"})
_MAX_FUNCTIONS = 200


@dataclass(slots=True)
class Before:
    """What a cell reads, and what its names were, just before it ran.

    Parameters
    ----------
    names : dict
        Every name read that exists, itself or through functions, in the order of reading.
    scalars : dict
        Name to value, of those that are scalars.
    containers : dict
        Name to (path to value) of dicts, dataclasses and namespaces: scalars, and short lists.
    cells : dict
        Name to the cell that assigned it, as ``In[3]``.
    given : dict
        Names whose values are constants: what is computed from them in the cell is a param too.
    previous : dict
        Number that a name assigned by the cell held before it.
    """

    names: dict[str, None] = field(default_factory=dict)
    scalars: dict[str, Any] = field(default_factory=dict)
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    previous: dict[str, Any] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def look(facts: Facts, namespace: Mapping[str, Any], history: History) -> Before:
    """Look at everything the cell reads."""
    before = Before()
    for name in names_read(facts, namespace):
        before.names[name] = None
        try:
            if not _look_at_scalar(before, name, namespace, history):
                _look_at_container(before, name, namespace, history)
        except Exception as error:  # noqa: BLE001 the object's own code: it costs only itself
            reason = f"looking at it raised {type(error).__name__}"
            before.left_out.append(LeftOut(name, reason))
    for name in facts.bindings:
        value = namespace.get(name)
        # Numbers only: anything else would be kept alive while the cell runs.
        if issubclass(type(value), int | float) or type(value).__name__ in {"float32", "float16"}:
            before.previous[name] = value
    return before


def _look_at_scalar(
    before: Before, name: str, namespace: Mapping[str, Any], history: History
) -> bool:
    plain = scalar(namespace[name])
    if plain is NO_SCALAR:
        return False
    constant = _note_origin(before, name, namespace, history)
    if constant is not False:
        before.given[name] = plain
    if plain is not None or constant:
        before.scalars[name] = plain
    return True


def _look_at_container(
    before: Before, name: str, namespace: Mapping[str, Any], history: History
) -> None:
    value = namespace[name]
    if is_foreign_dict(value):
        return
    own = class_entries(value) if isinstance(value, type) else entries(value)
    if own is None:
        return
    if len(own) > MAX_ENTRIES:
        before.left_out.append(LeftOut(name, f"it has {len(own):,} entries"))
        return
    found = {path: plain for path, leaf in leaves(own) if (plain := _leaf(leaf)) is not NO_SCALAR}
    if found or not own:
        before.containers[name] = found
        if _note_origin(before, name, namespace, history) is not False:
            # Not the container: it may hold arrays, which would be kept alive while the cell runs.
            before.given[name] = _nested(found)


def _nested(found: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in found.items():
        *parents, last = path.split(".")
        inner = nested
        for part in parents:
            below = inner.setdefault(part, {})
            inner = below if isinstance(below, dict) else {}
        inner[last] = value
    return nested


def _leaf(value: Any) -> Any:
    """Give a scalar, or a list or tuple of a few scalars, as it is."""
    if isinstance(value, list | tuple):
        items = [scalar(item) for item in value[:21]]
        few = 0 < len(items) <= 20 and not any(item is NO_SCALAR for item in items)  # noqa: PLR2004
        return type(value)(items) if few and type(value) in {list, tuple} else NO_SCALAR
    return scalar(value)


def _note_origin(
    before: Before, name: str, namespace: Mapping[str, Any], history: History
) -> bool | None:
    origin = history.origin(name)
    if origin is not None:
        before.cells[name] = f"In[{origin}]"
    return history.is_constant(name, namespace)


def names_read(facts: Facts, namespace: Mapping[str, Any]) -> dict[str, None]:
    """Give the existing names a cell reads, first its own, then those its functions read."""
    found: dict[str, None] = {}
    waiting = [name for name in facts.reads if _counts(name, namespace)]
    seen_code: set[int] = set()
    while waiting:
        later: list[str] = []
        for name in waiting:
            if name not in found:
                found[name] = None
                # An object may raise when it is looked at: then it runs nothing we know of.
                with suppress(Exception):
                    later += _read_by_code_of(namespace[name], namespace, seen_code)
        waiting = [
            name
            for name in later
            if name not in found and name not in facts.assigned and _counts(name, namespace)
        ]
    return found


def _counts(name: str, namespace: Mapping[str, Any]) -> bool:
    return name in namespace and not name.startswith("_") and name not in _IPYTHON


def _read_by_code_of(value: Any, namespace: Mapping[str, Any], seen: set[int]) -> Iterator[str]:
    for function in _functions_of(value, namespace):
        if id(function.__code__) not in seen and len(seen) < _MAX_FUNCTIONS:
            seen.add(id(function.__code__))
            yield from globals_of(function.__code__)


def _functions_of(value: Any, namespace: Mapping[str, Any]) -> Iterable[FunctionType]:
    """Give the notebook's functions that using a value may run."""
    while isinstance(value, partial):
        value = value.func
    if isinstance(value, MethodType):
        value = value.__func__
    if type(value).__module__ == "functools":  # lru_cache, singledispatch
        value = getattr(value, "__wrapped__", value)
    if isinstance(value, FunctionType):
        own = value.__globals__ is namespace or value.__module__ == "__main__"
        inner = getattr(value, "__wrapped__", None)
        found = [value] if own else []
        return found if inner is None else [*found, *_functions_of(inner, namespace)]
    kind = value if isinstance(value, type) else type(value)
    if kind.__module__ not in ("__main__", namespace.get("__name__")):
        return []
    return [part for member in vars(kind).values() for part in _plain_functions(member)]


def _plain_functions(member: Any) -> list[FunctionType]:
    candidates = [member, getattr(member, "__func__", None), getattr(member, "fget", None)]
    return [candidate for candidate in candidates if isinstance(candidate, FunctionType)]


@lru_cache(maxsize=1_000)
def globals_of(code: CodeType) -> tuple[str, ...]:
    """Give the global names that a function's code loads, with the functions inside it."""
    names = {
        str(instruction.argval): None
        for instruction in dis.get_instructions(code)
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}
    }
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names.update(dict.fromkeys(globals_of(constant)))
    return tuple(names)


def read_params(before: Before) -> Iterator[tuple[str, str, Any]]:
    """Yield (key, name, value) of everything read that can be a param."""
    for name in before.names:
        if name in before.scalars:
            yield name, name, before.scalars[name]
        for path, value in before.containers.get(name, {}).items():
            yield f"{name}.{path}", name, value


def changed_entries(before: Before, name: str, value: Any) -> dict[str, Any]:
    """Give the numbers in a container that the cell put there or changed."""
    own = entries(value)
    if own is None:
        return {}
    old = before.containers.get(name, {})
    return {
        path: leaf
        for path, leaf in leaves(own)
        if (found := number(leaf)) is not None and number(old.get(path)) != found
    }

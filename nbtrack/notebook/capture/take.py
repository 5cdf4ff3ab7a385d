"""Everything of a cell that could be captured, each with the clause that says what it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.notebook.capture import estimators
from nbtrack.notebook.capture.classes import keyword_params, loop_keywords
from nbtrack.notebook.capture.evaluate import NotKnown
from nbtrack.notebook.capture.knowledge import NO_MEASURES, is_clock
from nbtrack.notebook.capture.reads import Before, changed_entries, read_params
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
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbtrack.notebook.capture.history import History
    from nbtrack.notebook.capture.judge import Judge
    from nbtrack.notebook.capture.scan import Binding

_MISSING = object()
# Functions around the last line's call that change the form of the number, not what it is.
_WRAPPERS = frozenset({"round", "float", "int", "abs"})
_SMALL_INTS = range(-5, 257)


class Candidate(NamedTuple):
    """Something that could be captured. ``kind``: param, metric, left out, or passed over."""

    kind: str
    key: str
    value: Any
    reason: str
    cell: str = ""


class Cell(NamedTuple):
    """One execution of a cell, as far as taking values needs it."""

    judge: Judge
    namespace: Mapping[str, Any]
    before: Before
    history: History
    failed: bool
    names_stay: bool


def candidates(cell: Cell, result: Any) -> Iterator[Candidate]:
    """Yield everything that could be captured, the most telling first."""
    facts = cell.judge.facts
    names = [
        name for name in facts.bindings if name not in facts.never and not name.startswith("_")
    ]
    containers: list[Candidate] = []
    for found in _each(_of_name, cell, names):
        if "." in found.key:
            containers.append(found)
        else:
            yield found
    yield from _of_last_line(cell, result)
    yield from containers
    yield from _each(_of_class, cell, facts.classes)
    yield from _each(_of_changed_container, cell, facts.mutated)
    used = dict.fromkeys([*facts.bindings, *facts.mutated, *cell.before.names])
    yield from _each(_of_estimator, cell, used)
    yield from _each(_of_keywords, cell, names)
    yield from _of_reads(cell)
    yield from _passed_over(cell)


def _each(
    look: Callable[[Cell, str], Iterator[Candidate]], cell: Cell, names: Iterable[str]
) -> Iterator[Candidate]:
    """Look at names one by one: an object that raises when it is looked at costs only itself."""
    for name in names:
        try:
            yield from look(cell, name)
        except Exception as error:  # noqa: BLE001 the object's own code
            reason = f"looking at it raised {type(error).__name__}"
            yield Candidate("left out", name, None, reason)


# Names that the cell assigns


def _of_name(cell: Cell, name: str) -> Iterator[Candidate]:
    value = cell.namespace.get(name, _MISSING) if cell.names_stay else _MISSING
    if value is _MISSING:
        if not cell.names_stay:
            yield from _of_source_alone(cell, name)
        return
    container = entries(value)
    if container is not None:
        if is_foreign_dict(value):
            container = _written_alone(cell, name, container)
        yield from _of_container(cell, name, container)
    elif cell.judge.name_is_constant(name):
        yield from _of_constant(cell, name, value)
    else:
        yield from _of_computed(cell, name, value)


def _of_source_alone(cell: Cell, name: str) -> Iterator[Candidate]:
    """Read constants from the source: what ``%%timeit`` assigns stays in its own function."""
    bindings = cell.judge.facts.bindings[name]
    if len(bindings) != 1 or bindings[0].value is None or not cell.judge.name_is_constant(name):
        return
    try:
        value = cell.judge.value(bindings[0].value)
    except NotKnown:
        return
    if scalar(value) is not NO_SCALAR:
        yield Candidate("param", name, scalar(value), "assigned a constant")


def _of_constant(cell: Cell, name: str, value: Any) -> Iterator[Candidate]:
    bindings = cell.judge.facts.bindings[name]
    expression = bindings[-1].value
    assert expression is not None
    if cell.failed and len(bindings) == 1 and not cell.judge.equals(expression, value):
        yield Candidate("left out", name, value, "the cell ended before it was assigned")
    elif isinstance(value, list | tuple):
        if len(bindings) == 1 and value and cell.judge.equals(expression, value):
            yield Candidate("param", name, value, "a list or tuple that is as it was written")
        elif value:
            yield Candidate("left out", name, None, f"a {type(value).__name__} that changed")
    elif (plain := scalar(value)) is not NO_SCALAR:
        yield Candidate("param", name, plain, "assigned a constant")


def _of_computed(cell: Cell, name: str, value: Any) -> Iterator[Candidate]:
    bindings = cell.judge.facts.bindings[name]
    found = number(value)
    if all(is_clock(binding.value, cell.namespace) for binding in bindings):
        yield Candidate("passed over", name, found, "a clock returned it")
    elif found is not None:
        if _kept(cell, bindings, name, value):
            yield Candidate("left out", name, found, "it kept the value it had before the cell")
        else:
            yield Candidate("metric", name, found, "a number that was computed")
    elif isinstance(value, list | tuple):
        yield Candidate(
            "left out", name, None, f"a {type(value).__name__}: only constant ones are taken"
        )
    elif isinstance(value, str | bool):
        yield Candidate("passed over", name, value, f"computed, and {_kind_of(value)} is no number")


def _kind_of(value: Any) -> str:
    return "a text" if isinstance(value, str) else "a truth value"


def _kept(cell: Cell, bindings: list[Binding], name: str, value: Any) -> bool:
    """Whether a name was surely not assigned: the same object, where code may not have run."""
    if not cell.failed and not all(binding.in_branch for binding in bindings):
        return False
    same = cell.before.previous.get(name, _MISSING) is value
    return same and not (isinstance(value, int) and value in _SMALL_INTS)


def _of_container(cell: Cell, name: str, container: Mapping[Any, Any]) -> Iterator[Candidate]:
    if len(container) > MAX_ENTRIES:
        yield Candidate("left out", name, None, f"it has {len(container):,} entries")
        return
    for path, value in leaves(container):
        if not cell.judge.is_library_default(name, path):
            yield from _of_entry(cell, name, path, value)


def _written_alone(cell: Cell, name: str, container: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return {key: part for key, part in container.items() if cell.judge.writes(name, str(key))}


def _of_entry(cell: Cell, name: str, path: str, value: Any) -> Iterator[Candidate]:
    key, judge = f"{name}.{path}", cell.judge
    constant = judge.entry_is_constant(name, path) and judge.as_written(name, path, value)
    found = number(value)
    if constant and (isinstance(value, list | tuple) or scalar(value) is not NO_SCALAR):
        if not isinstance(value, list | tuple):
            yield Candidate("param", key, scalar(value), "an entry with a constant")
        elif value:
            yield Candidate("param", key, value, "a list or tuple that is as it was written")
    elif found is not None:
        yield Candidate("metric", key, found, "a number that was computed")
    elif isinstance(value, str | bool):
        yield Candidate("passed over", key, value, f"computed, and {_kind_of(value)} is no number")


# The rest of the cell


def _of_last_line(cell: Cell, result: Any) -> Iterator[Candidate]:
    node = cell.judge.facts.last
    found = None if is_clock(node, cell.namespace) else number(result)
    while isinstance(node, ast.Await | ast.Call):
        if isinstance(node, ast.Await):
            node = node.value
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if isinstance(node.func, ast.Name) and name in _WRAPPERS and node.args:
            node = node.args[0]
            continue
        if name and not name.startswith("_") and name not in NO_MEASURES and found is not None:
            yield Candidate("metric", name, found, "the last line's call returned it")
        return


def _of_class(cell: Cell, name: str) -> Iterator[Candidate]:
    own = class_entries(cell.namespace.get(name))
    if own is None or name.startswith("_"):
        return
    for path, value in leaves(own):
        for found in _of_entry(cell, name, path, value):
            if found.kind == "param":
                yield found


def _of_changed_container(cell: Cell, name: str) -> Iterator[Candidate]:
    if name in cell.judge.facts.assigned or name.startswith("_") or name not in cell.namespace:
        return
    container = cell.namespace[name]
    foreign = is_foreign_dict(container)
    for path, value in changed_entries(cell.before, name, container).items():
        if not foreign or cell.judge.writes(name, path):
            yield from _of_entry(cell, name, path, value)


def _of_keywords(cell: Cell, name: str) -> Iterator[Candidate]:
    value = cell.namespace.get(name)
    found: dict[str, Any] = {}
    for binding in cell.judge.facts.bindings[name]:
        for key, plain in keyword_params(name, binding, value, cell.judge):
            differs = key in found and found[key] != plain
            own = (
                vars(value).get(key.rpartition(".")[2])
                if differs and hasattr(value, "__dict__")
                else None
            )
            found[key] = plain if own is None else scalar(own)
    for key, plain in found.items():
        if plain is NO_SCALAR:
            yield Candidate("left out", key, None, "the source does not tell its value")
        else:
            yield Candidate("param", key, plain, "a constant keyword of a class")


def _of_estimator(cell: Cell, name: str) -> Iterator[Candidate]:
    facts = cell.judge.facts
    value = cell.namespace.get(name)
    if name.startswith("_") or value is None or not estimators.is_fitted_estimator(value):
        return
    own = name in facts.bindings or name in facts.mutated
    varying = frozenset(loop_keywords(facts.bindings.get(name, []), cell.judge))
    origin = None if own else cell.history.origin(name)
    where = "" if own else "?" if origin is None else f"In[{origin}]"
    reason = "a fitted estimator" if own else "a fitted estimator that the cell reads"
    for key, plain in estimators.describe(name, value, without=varying).items():
        yield Candidate("param", key, plain, reason, where)


def _of_reads(cell: Cell) -> Iterator[Candidate]:
    facts, before = cell.judge.facts, cell.before
    for key, name, value in read_params(before):
        if name in facts.assigned:
            continue
        yield Candidate("param", key, value, "read by the cell", before.cells.get(name, "?"))
    for name, reason in before.left_out:
        yield Candidate("left out", name, None, reason)


def _passed_over(cell: Cell) -> Iterator[Candidate]:
    for name, reason in cell.judge.facts.never.items():
        if reason == "a loop target":
            yield Candidate("passed over", name, cell.namespace.get(name), reason)
    for name in cell.judge.facts.bindings:
        if name.startswith("_"):
            yield Candidate("passed over", name, None, "its name begins with _")

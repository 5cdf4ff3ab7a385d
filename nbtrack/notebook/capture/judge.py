"""Whether an expression is constant: literals and params, and what is built from them alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.capture.displays import Display, display_of
from nbtrack.notebook.capture.evaluate import (
    BUILTINS,
    NUMBER_NAMES,
    TEXT_METHODS,
    NotKnown,
    evaluate,
)
from nbtrack.notebook.capture.knowledge import is_settings, loads_settings
from nbtrack.notebook.capture.resolve import resolve
from nbtrack.notebook.capture.targets import entry_path
from nbtrack.notebook.capture.values import NO_SCALAR, entries, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbtrack.notebook.capture.scan import Facts

_MISSING = object()


class Judge:
    """Judges the names and entries of one cell after it ran.

    Parameters
    ----------
    facts : Facts
        What the source says.
    namespace : mapping
        The notebook's names after the cell.
    given : mapping
        Scalars and containers that the cell read, as they were before it; only constant ones.
    """

    def __init__(
        self, facts: Facts, namespace: Mapping[str, Any], given: Mapping[str, Any]
    ) -> None:
        self.facts = facts
        self.namespace = namespace
        self.given = given
        self._names: dict[str, bool] = {}
        self._displays: dict[str, list[Display] | None] = {}

    # Names

    def name_is_constant(self, name: str) -> bool:
        """Whether every assignment to a name in the cell is constant and outside loops."""
        if name not in self._names:
            self._names[name] = True  # x = x * 2 asks again: the other assignments decide
            self._names[name] = self._judge_name(name)
        return self._names[name]

    def _judge_name(self, name: str) -> bool:
        if name in self.facts.never:
            return name in self.facts.classes
        bindings = self.facts.bindings.get(name)
        if bindings is None:
            return name in self.given
        if name in self.facts.reads and name not in self.given:
            # Read before it is assigned: what it was before decides too.
            return False
        return all(
            b.value is not None and not b.in_loop and self.is_constant(b.value) for b in bindings
        )

    # Expressions

    def is_constant(self, node: ast.expr) -> bool:
        """Whether an expression is a literal or built only from literals and params."""
        judge = _JUDGES.get(type(node))
        return judge is not None and judge(self, node)

    def all_constant(self, *nodes: ast.expr | None) -> bool:
        """Whether all these expressions are constant; absent ones are."""
        return all(self.is_constant(node) for node in nodes if node is not None)

    def literal(self, node: ast.Constant) -> bool:
        return node.value is not Ellipsis and not isinstance(node.value, bytes)

    def name(self, node: ast.Name) -> bool:
        return self.name_is_constant(node.id)

    def choice(self, node: ast.IfExp) -> bool:
        """Judge ``a if c else b``; the condition may also ask a module (is there a GPU?)."""
        return self.all_constant(node.body, node.orelse) and (
            self.is_constant(node.test) or self._asks_modules(node.test)
        )

    def _asks_modules(self, node: ast.expr) -> bool:
        names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
        return all(
            self.name_is_constant(name)
            or name in BUILTINS
            or type(self.namespace.get(name)).__name__ == "module"
            for name in names
        )

    def call(self, node: ast.Call) -> bool:
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(node.func, ast.Name):
            known = node.func.id in BUILTINS and node.func.id not in self.namespace
            return known and self.all_constant(*arguments)
        if isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS:
            return self.all_constant(node.func.value, *arguments) and _is_text(node.func.value)
        return False

    def entry(self, node: ast.Attribute | ast.Subscript) -> bool:
        """``cfg.lr``, ``CONFIG["lr"]``: an entry of a container whose entries are known."""
        name, path = entry_path(node)
        if name is None or path is None:
            return False
        if name in self.facts.classes:
            return self.entry_is_constant(name, path)
        if name in self.facts.bindings:
            return self.is_container(name) and self.entry_is_constant(name, path)
        if name in self.given:
            return True
        module = self.namespace.get(name)
        if type(module).__name__ != "module":
            return False
        return path in NUMBER_NAMES or path.isupper()

    def mapping(self, node: ast.Dict) -> bool:
        return self.all_constant(*node.keys, *node.values) and None not in node.keys

    def elements(self, node: ast.List | ast.Tuple | ast.Set) -> bool:
        return self.all_constant(*node.elts)

    # Entries

    def displays(self, name: str) -> list[Display] | None:
        """Give what each assignment to a name writes into it; None if one is anything else."""
        if name not in self._displays:
            bindings = self.facts.bindings.get(name, ())
            found = [
                None if b.in_loop else display_of(b.value) or self._alias(b.value) for b in bindings
            ]
            whole = [display for display in found if display is not None]
            self._displays[name] = whole if whole and len(whole) == len(found) else None
        return self._displays[name]

    def _alias(self, value: ast.expr | None) -> Display | None:
        return Display(bases=[value]) if isinstance(value, ast.Name) else None

    def is_container(self, name: str) -> bool:
        """Whether a name stands for a dict, dataclass or namespace, not for any other object."""
        return entries(self.namespace.get(name)) is not None

    def container_is_constant(self, name: str) -> bool:
        """Whether all entries that the cell wrote into a container are constant."""
        displays = self.displays(name) if self.is_container(name) else None
        return displays is not None and all(
            self.all_constant(*display.paths.values(), *display.bases)
            and (display.call is None or self._makes_settings(display.call))
            for display in displays
        )

    def entry_is_constant(self, name: str, path: str) -> bool:
        """Whether everything the cell wrote to this entry is constant and outside loops."""
        written = self._written(name, path)
        if any(value is None or not self.is_constant(value) for value in written):
            return False
        if name in self.facts.classes:
            value = class_body(self.facts.classes[name]).get(path)
            return value is not None and self.is_constant(value)
        if name not in self.facts.bindings:
            return bool(written) or name in self.given
        if is_settings(self.namespace.get(name)):
            return True
        displays = self.displays(name)
        return displays is not None and all(
            self._written_constant(d, path, explicit=bool(written)) for d in displays
        )

    def writes(self, name: str, path: str) -> bool:
        """Whether the source of the cell itself names this entry and gives it a value."""
        return bool(self._written(name, path)) or any(
            path in display.paths for display in self.displays(name) or ()
        )

    def _written(self, name: str, path: str) -> list[ast.expr | None]:
        """Give the expressions written to a path by assignments; None for one in a loop."""
        found: list[ast.expr | None] = []
        for entry in self.facts.entries.get(name, ()):
            if entry.path == path:
                found.append(None if entry.in_loop else entry.value)
            elif entry.path is not None and path.startswith(f"{entry.path}."):
                inner = None if entry.in_loop else display_of(entry.value)
                rest = path[len(entry.path) + 1 :]
                found.append(None if inner is None else inner.paths.get(rest))
        return found

    def _written_constant(self, display: Display, path: str, *, explicit: bool) -> bool:
        value = display.paths.get(path)
        if value is not None:
            return self.is_constant(value)
        if explicit:
            return True
        if display.call is not None and not self._makes_settings(display.call):
            return False
        if display.computed_keys:
            return False
        return bool(display.bases or display.call) and all(map(self._base_constant, display.bases))

    def is_library_default(self, name: str, path: str) -> bool:
        """Whether an entry is a default of a library's class: nobody of this notebook chose it."""
        displays = [d for d in self.displays(name) or () if d.call is not None]
        if not displays or self.writes(name, path):
            return False
        kinds = [resolve(d.call.func, self.namespace) for d in displays if d.call is not None]
        own = ("__main__", self.namespace.get("__name__"))
        return all(isinstance(kind, type) and kind.__module__ not in own for kind in kinds)

    def _base_constant(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Name):
            return self.is_constant(node)
        displays = self.displays(node.id)
        if displays is None:
            return node.id in self.given
        return all(self.all_constant(*d.paths.values(), *d.bases) for d in displays)

    def _makes_settings(self, call: ast.Call) -> bool:
        """Whether a call makes a container of constants: a dataclass, a loader of settings."""
        if loads_settings(call):
            return True
        callee = resolve(call.func, self.namespace)
        return isinstance(callee, type) and self.all_constant(*call.args)

    # Values

    def value(self, node: ast.expr) -> Any:
        """Compute a constant expression.

        Raises
        ------
        NotKnown
            If a name in it was assigned more than once, or the expression is not constant.
        """
        return evaluate(node, self._look_up)

    def as_written(self, name: str, path: str, value: Any) -> bool:
        """Whether a constant entry still holds what the source says, as far as that is known."""
        expected = [e for e in self._written(name, path) if e is not None][-1:]
        if not expected and name in self.facts.classes:
            expected = [class_body(self.facts.classes[name])[path]]
        displays = self.displays(name) or []
        if not expected and len(displays) == 1:
            expected = [displays[0].paths[path]] if path in displays[0].paths else []
        if not expected:
            return not isinstance(value, list | tuple)
        return self.equals(expected[0], value)

    def equals(self, node: ast.expr, value: Any) -> bool:
        """Whether a value is what a constant expression gives; a list or tuple only if known."""
        listed = isinstance(value, list | tuple)
        try:
            expected = self.value(node)
        except NotKnown:
            return not listed
        if listed:
            return type(expected) is type(value) and _same_items(expected, value)
        plain = scalar(value)
        return plain is not NO_SCALAR and _same(expected, plain)

    def _look_up(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            bindings = self.facts.bindings.get(node.id)
            if bindings is None and node.id in self.given:
                return self.given[node.id]
            if bindings is None or len(bindings) > 1 or bindings[0].value is None:
                raise NotKnown(f"{node.id} has several values in the cell")
            return self.value(bindings[0].value)
        value = self._entry_value(node)
        plain = scalar(value)
        if plain is NO_SCALAR:
            raise NotKnown("not a scalar")
        return plain

    def _entry_value(self, node: ast.expr) -> Any:
        assert isinstance(node, ast.Attribute | ast.Subscript)
        name, path = entry_path(node)
        if name is None or path is None:
            raise NotKnown("a computed key")
        value = self.given[name] if name in self.given else self.namespace.get(name, _MISSING)
        for key in path.split("."):
            inner = entries(value)
            value = inner.get(key, _MISSING) if inner is not None else _module_part(value, key)
        return value


def class_body(node: ast.ClassDef) -> dict[str, ast.expr]:
    """Give the expressions that a class used as a namespace assigns to its names."""
    found: dict[str, ast.expr] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            target: ast.expr = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            continue
        if isinstance(target, ast.Name) and statement.value is not None:
            found[target.id] = statement.value
    return found


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))  # noqa: PLR0124 NaN is itself


def _same_items(expected: Any, value: Any) -> bool:
    # The value may be huge by now; as written, it is as long as its source.
    return len(expected) == len(value) and all(
        scalar(v) is not NO_SCALAR and _same(e, scalar(v))
        for e, v in zip(expected, value, strict=True)
    )


def _module_part(value: Any, key: str) -> Any:
    if isinstance(value, type) or type(value).__name__ == "module":
        return vars(value).get(key, _MISSING)
    return _MISSING


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


_JUDGES: dict[type[ast.expr], Callable[[Judge, Any], bool]] = {
    ast.Constant: Judge.literal,
    ast.Name: Judge.name,
    ast.UnaryOp: lambda judge, node: judge.is_constant(node.operand),
    ast.BinOp: lambda judge, node: judge.all_constant(node.left, node.right),
    ast.BoolOp: lambda judge, node: judge.all_constant(*node.values),
    ast.Compare: lambda judge, node: judge.all_constant(node.left, *node.comparators),
    ast.IfExp: Judge.choice,
    ast.JoinedStr: lambda judge, node: judge.all_constant(*node.values),
    ast.FormattedValue: lambda judge, node: judge.all_constant(node.value, node.format_spec),
    ast.NamedExpr: lambda judge, node: judge.is_constant(node.value),
    ast.Call: Judge.call,
    ast.Attribute: Judge.entry,
    ast.Subscript: Judge.entry,
    ast.Dict: Judge.mapping,
    ast.List: Judge.elements,
    ast.Tuple: Judge.elements,
    ast.Set: Judge.elements,
}

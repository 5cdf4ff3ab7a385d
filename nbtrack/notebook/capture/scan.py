"""What a cell does with names, read from its syntax tree in the order it runs.

`scan` gives `Facts`: every assignment (`Binding`) and every assignment to an entry of a name
(``cfg["lr"] = 0.1``, ``cfg.lr = 0.1``, ``cfg.update(lr=0.1)``), the names read before the cell has
assigned them, functions and what they read, and names that are changed in place. Judging what is a
param or a metric happens elsewhere; facts hold nothing of the run-time and can be cached by text.
"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.notebook.capture.scopes import free_in_class, free_in_function, names_of
from nbtrack.notebook.capture.targets import (
    as_load,
    entry_path,
    key_text,
    parts_read,
    root_name,
    unpacked,
    values_given,
)
from nbtrack.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Binding:
    """One assignment. ``value`` is None where no expression stands for it (``with … as x``)."""

    value: ast.expr | None
    in_loop: bool = False
    # The statement may not have run: it stands in a branch.
    in_branch: bool = False


@dataclass(frozen=True, slots=True)
class EntryBinding:
    """One assignment to an entry; ``path`` is None where the key is computed."""

    path: str | None
    value: ast.expr | None
    in_loop: bool = False


@dataclass(slots=True)
class Facts:
    """What a cell does with names. Dictionaries keep the order of the source."""

    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    entries: dict[str, list[EntryBinding]] = field(default_factory=dict)
    # Name -> why it is never captured (loop target, import, function …).
    never: dict[str, str] = field(default_factory=dict)
    # Names read before the cell has assigned them.
    reads: dict[str, None] = field(default_factory=dict)
    # Every name read anywhere at top level.
    loads: dict[str, None] = field(default_factory=dict)
    # Function or class of the cell -> names its code takes from outside.
    functions: dict[str, dict[str, None]] = field(default_factory=dict)
    # Class of the cell without __init__ or bases -> its body, which is a namespace.
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    # Names changed in place: x[...] = …, x.a = …, x.fit(…).
    mutated: dict[str, None] = field(default_factory=dict)
    # (callee, names given to it): whether that changes them, only the callee knows.
    passed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    last: ast.expr | None = None

    @property
    def assigned(self) -> set[str]:
        """Every name that means something else after the cell."""
        return {*self.bindings, *self.never, *self.functions}


# Methods that show or compute but do not change the object, called for their output.
_HARMLESS_METHODS = words(
    "head tail describe info plot show sample value_counts hist score predict predict_proba "
    "boxplot scatter bar line display summary print item mean std sum min max count nunique "
    "unique shape get keys values items copy groupby corr isna isnull close savefig"
)


def scan(body: list[ast.stmt]) -> Facts:
    """Collect the facts of a cell's statements."""
    scanner = _Scanner()
    scanner.block(body)
    facts = scanner.facts
    if body and isinstance(body[-1], ast.Expr):
        facts.last = body[-1].value
    _add_reads_of_functions(facts)
    return facts


def _add_reads_of_functions(facts: Facts) -> None:
    """Functions of the cell read what they need when they are used, also through each other."""
    waiting = [name for name in facts.loads if name in facts.functions]
    seen: set[str] = set()
    assigned = facts.assigned
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        for read in facts.functions[name]:
            if read in facts.functions:
                waiting.append(read)
            elif read not in assigned:
                facts.reads.setdefault(read)
        for read in facts.functions[name]:
            facts.loads.setdefault(read)


class _Scanner:
    """Walks statements in order, knowing which names the cell has surely assigned already."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.bound: set[str] = set()
        self.loop = 0
        self.branch = 0

    def block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                self.read(statement)
            else:
                handler(self, statement)

    @contextmanager
    def inside(self, *, loop: bool = False, branch: bool = False) -> Iterator[None]:
        self.loop += loop
        self.branch += branch
        try:
            yield
        finally:
            self.loop -= loop
            self.branch -= branch

    # Reading

    def read(self, *nodes: ast.AST | None) -> None:
        """Note the names that expressions read, and what ``:=`` in them assigns."""
        names = names_of(node for node in nodes if node is not None)
        # Python runs := before what stands to its right; the rare other order is not told apart.
        here = {walrus.target.id for walrus, _ in names.walruses}
        for name in names.loads:
            self.facts.loads.setdefault(name)
            if name not in self.bound and name not in here:
                self.facts.reads.setdefault(name)
        for walrus, in_comprehension in names.walruses:
            self.bind(walrus.target.id, walrus.value, in_loop=in_comprehension)
        for call in names.calls:
            given = tuple(a.id for a in values_given(call) if isinstance(a, ast.Name))
            if given and isinstance(call.func, ast.Name):
                self.facts.passed.append((call.func.id, given))

    # Assigning

    def bind(self, name: str, value: ast.expr | None, *, in_loop: bool = False) -> None:
        binding = Binding(value, bool(self.loop) or in_loop, bool(self.branch))
        self.facts.bindings.setdefault(name, []).append(binding)
        self.bound.add(name)

    def exclude(self, name: str, reason: str) -> None:
        self.facts.never.setdefault(name, reason)
        self.bound.add(name)

    def assign(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for part, part_value in unpacked(target.elts, value):
                self.assign(part, part_value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            self.assign_entry(target, value)

    def assign_entry(self, target: ast.Attribute | ast.Subscript, value: ast.expr | None) -> None:
        name, path = entry_path(target)
        self.read(*parts_read(target))
        if name is not None:
            self.facts.mutated.setdefault(name)
            entry = EntryBinding(path, value, bool(self.loop))
            self.facts.entries.setdefault(name, []).append(entry)

    # Statements

    def on_assign(self, node: ast.Assign) -> None:
        self.read(node.value)
        for target in node.targets:
            self.assign(target, node.value)

    def on_ann_assign(self, node: ast.AnnAssign) -> None:
        self.read(node.value)
        if node.value is not None:
            self.assign(node.target, node.value)

    def on_aug_assign(self, node: ast.AugAssign) -> None:
        load = as_load(node.target)
        self.read(load, node.value)
        value = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
        self.assign(node.target, value)

    def on_expression(self, node: ast.Expr) -> None:
        self.read(node.value)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            owner, method = root_name(call.func), call.func.attr
            if owner is not None and method not in _HARMLESS_METHODS:
                self.facts.mutated.setdefault(owner)
                if method == "update" and isinstance(call.func.value, ast.Name):
                    self.update(owner, call)

    def update(self, name: str, call: ast.Call) -> None:
        """Read ``cfg.update(lr=0.1)`` and ``cfg.update({"lr": 0.1})`` as assignments to entries."""
        entries = self.facts.entries.setdefault(name, [])
        given: list[tuple[str | None, ast.expr | None]] = [(k.arg, k.value) for k in call.keywords]
        for argument in call.args:
            if isinstance(argument, ast.Dict):
                given += [
                    (key_text(k), v) for k, v in zip(argument.keys, argument.values, strict=True)
                ]
            else:
                given.append((None, None))
        entries += [EntryBinding(path, value, bool(self.loop)) for path, value in given]

    def on_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.read(*node.decorator_list, *node.args.defaults, *node.args.kw_defaults)
        inside = free_in_function(node)
        self.facts.functions[node.name] = inside.loads
        for name in inside.stores:
            self.facts.bindings.setdefault(name, []).append(Binding(None, in_loop=True))
        self.exclude(node.name, "a function")

    def on_class(self, node: ast.ClassDef) -> None:
        self.read(*node.decorator_list, *node.bases, *(k.value for k in node.keywords))
        made = any(isinstance(s, ast.FunctionDef) and s.name == "__init__" for s in node.body)
        self.facts.functions[node.name] = free_in_class(node)
        if not (made or node.bases or node.decorator_list):
            self.facts.classes[node.name] = node
        self.exclude(node.name, "a class")

    def on_if(self, node: ast.If) -> None:
        self.read(node.test)
        before = set(self.bound)
        with self.inside(branch=True):
            self.block(node.body)
            after_body, self.bound = self.bound, set(before)
            self.block(node.orelse)
        self.bound &= after_body

    def on_for(self, node: ast.For | ast.AsyncFor) -> None:
        self.read(node.iter, *parts_read(node.target))
        for name in names_of([node.target]).stores:
            self.exclude(name, "a loop target")
        with self.inside(loop=True):
            self.block(node.body)
        self.block(node.orelse)

    def on_while(self, node: ast.While) -> None:
        self.read(node.test)
        with self.inside(loop=True, branch=True):
            self.block(node.body)
        self.block(node.orelse)

    def on_with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.read(item.context_expr)
            if item.optional_vars is not None:
                for name in names_of([item.optional_vars]).stores:
                    self.bind(name, None)
        self.block(node.body)

    def on_try(self, node: Any) -> None:
        self.block(node.body)
        self.block(node.orelse)
        with self.inside(branch=True):
            for handler in node.handlers:
                self.read(handler.type)
                if handler.name:
                    self.exclude(handler.name, "an exception")
                self.block(handler.body)
        self.block(node.finalbody)

    def on_match(self, node: ast.Match) -> None:
        self.read(node.subject)
        before, after = set(self.bound), set(self.bound)
        with self.inside(branch=True):
            for case in node.cases:
                self.bound = set(before)
                self.read(case.guard)
                for name in names_of([case.pattern]).stores:
                    self.bind(name, None)
                self.block(case.body)
                after |= self.bound
        self.bound = after

    def on_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.exclude(alias.asname or alias.name.partition(".")[0], "an import")

    def on_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bound.add(target.id)
            elif isinstance(target, ast.Attribute | ast.Subscript):
                self.assign_entry(target, None)


_HANDLERS: dict[type[ast.stmt], Any] = {
    ast.Assign: _Scanner.on_assign,
    ast.AnnAssign: _Scanner.on_ann_assign,
    ast.AugAssign: _Scanner.on_aug_assign,
    ast.Expr: _Scanner.on_expression,
    ast.FunctionDef: _Scanner.on_function,
    ast.AsyncFunctionDef: _Scanner.on_function,
    ast.ClassDef: _Scanner.on_class,
    ast.If: _Scanner.on_if,
    ast.For: _Scanner.on_for,
    ast.AsyncFor: _Scanner.on_for,
    ast.While: _Scanner.on_while,
    ast.With: _Scanner.on_with,
    ast.AsyncWith: _Scanner.on_with,
    ast.Try: _Scanner.on_try,
    ast.TryStar: _Scanner.on_try,
    ast.Match: _Scanner.on_match,
    ast.Import: _Scanner.on_import,
    ast.ImportFrom: _Scanner.on_import,
    ast.Delete: _Scanner.on_delete,
}

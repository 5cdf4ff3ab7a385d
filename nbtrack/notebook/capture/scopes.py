"""Which names a piece of code takes from outside: free names of expressions, functions and classes.

Python's scoping, without order: a name stored anywhere in a function is local to it; comprehensions
have their own scope except for ``:=``; class bodies do not lend their names to the functions in
them.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Names(NamedTuple):
    """Names in the order of the source: read from outside, stored here, and stored as globals.

    ``calls`` are the calls met on the way, ``walruses`` the ``:=`` with whether it is in a
    comprehension.
    """

    loads: dict[str, None]
    stores: dict[str, None]
    globals_: dict[str, None]
    calls: list[ast.Call]
    walruses: list[tuple[ast.NamedExpr, bool]]


def names_of(nodes: Iterable[ast.AST]) -> Names:
    """Collect names of one scope; what nested scopes take from it counts as loads."""
    names = Names({}, {}, {}, [], [])
    for node in nodes:
        _visit(node, names)
    return names


def free_in_function(node: FunctionNode) -> Names:
    """Collect what a function's body loads from outside, and which globals it stores."""
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    inside = names_of(body)
    arguments = {argument.arg for argument in _arguments(node.args)}
    local = (set(inside.stores) | arguments) - set(inside.globals_)
    loads = {name: None for name in inside.loads if name not in local}
    written = {name: None for name in inside.stores if name in inside.globals_}
    return Names(loads, written, {}, [], [])


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def _visit(node: ast.AST, names: Names) -> None:
    visit = _VISITORS.get(type(node))
    if visit is not None:
        visit(node, names)
    else:
        _children(node, names)


def _children(node: ast.AST, names: Names) -> None:
    # ast.iter_child_nodes does the same at twice the time.
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            _visit(value, names)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, ast.AST):
                    _visit(item, names)


def _name(node: ast.Name, names: Names) -> None:
    if isinstance(node.ctx, ast.Load):
        names.loads.setdefault(node.id)
    else:
        names.stores.setdefault(node.id)


def _aug_assign(node: ast.AugAssign, names: Names) -> None:
    if isinstance(node.target, ast.Name):
        names.loads.setdefault(node.target.id)
    for child in (node.value, node.target):
        _visit(child, names)


def _function(node: FunctionNode, names: Names) -> None:
    outer: list[ast.AST] = [
        *node.args.defaults,
        *(d for d in node.args.kw_defaults if d is not None),
    ]
    if not isinstance(node, ast.Lambda):
        outer += node.decorator_list
        names.stores.setdefault(node.name)
    for child in outer:
        _visit(child, names)
    inside = free_in_function(node)
    names.loads.update(inside.loads)
    names.stores.update(inside.stores)
    names.globals_.update(inside.stores)


def _class(node: ast.ClassDef, names: Names) -> None:
    names.stores.setdefault(node.name)
    for child in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
        _visit(child, names)
    names.loads.update(free_in_class(node))


def free_in_class(node: ast.ClassDef) -> dict[str, None]:
    """Collect what a class's body and its methods load from outside."""
    functions = [s for s in node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = names_of(statement for statement in node.body if statement not in functions)
    loads = {name: None for name in inside.loads if name not in inside.stores}
    for function in functions:
        loads.update(free_in_function(function).loads)
        loads.update(names_of(function.decorator_list).loads)
    return loads


def _comprehension(node: ast.AST, names: Names) -> None:
    inside = Names({}, {}, {}, names.calls, [])
    _children(node, inside)
    walruses = {walrus.target.id: None for walrus, _ in inside.walruses}
    names.loads.update({n: None for n in inside.loads if n not in inside.stores or n in walruses})
    names.stores.update(walruses)
    names.walruses.extend((walrus, True) for walrus, _ in inside.walruses)


def _call(node: ast.Call, names: Names) -> None:
    names.calls.append(node)
    _children(node, names)


def _walrus(node: ast.NamedExpr, names: Names) -> None:
    _visit(node.value, names)
    names.stores.setdefault(node.target.id)
    names.walruses.append((node, False))


def _import(node: ast.Import | ast.ImportFrom, names: Names) -> None:
    for alias in node.names:
        names.stores.setdefault(alias.asname or alias.name.partition(".")[0])


def _handler(node: ast.ExceptHandler, names: Names) -> None:
    if node.name:
        names.stores.setdefault(node.name)
    _children(node, names)


def _pattern(node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, names: Names) -> None:
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        names.stores.setdefault(name)
    _children(node, names)


def _global(node: ast.Global, names: Names) -> None:
    names.globals_.update(dict.fromkeys(node.names))


_VISITORS: dict[type[ast.AST], Callable[[Any, Names], None]] = {
    ast.Name: _name,
    ast.AugAssign: _aug_assign,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _function,
    ast.ClassDef: _class,
    **dict.fromkeys(_COMPREHENSIONS, _comprehension),
    ast.Call: _call,
    ast.NamedExpr: _walrus,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.ExceptHandler: _handler,
    ast.MatchAs: _pattern,
    ast.MatchStar: _pattern,
    ast.MatchMapping: _pattern,
    ast.Global: _global,
}

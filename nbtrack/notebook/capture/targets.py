"""What assignment targets are made of: entries of a name, unpacking, values given to a call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def key_text(key: ast.expr | None) -> str | None:
    """Give a constant key of a display or subscript as text, or None."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str | int | float):
        return str(key.value)
    return None


def entry_path(node: ast.Attribute | ast.Subscript) -> tuple[str | None, str | None]:
    """Split ``cfg["opt"].lr`` into ``cfg`` and ``opt.lr``; a computed key makes the path None."""
    parts: list[str | None] = []
    part: ast.expr = node
    while isinstance(part, ast.Attribute | ast.Subscript):
        parts.append(part.attr if isinstance(part, ast.Attribute) else key_text(part.slice))
        part = part.value
    if not isinstance(part, ast.Name):
        return None, None
    path = None if None in parts else ".".join(str(p) for p in reversed(parts))
    return part.id, path


def root_name(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def parts_read(target: ast.expr) -> list[ast.expr]:
    """Give the expressions that an assignment to this target evaluates."""
    if isinstance(target, ast.Subscript):
        return [target.value, target.slice]
    return [target.value] if isinstance(target, ast.Attribute) else []


def as_load(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    copies: dict[type[ast.expr], Any] = {
        ast.Name: lambda: ast.Name(target.id, ast.Load()),  # type: ignore[union-attr] # by its type
        ast.Attribute: lambda: ast.Attribute(target.value, target.attr, ast.Load()),  # type: ignore[union-attr] # by its type
        ast.Subscript: lambda: ast.Subscript(target.value, target.slice, ast.Load()),  # type: ignore[union-attr] # by its type
    }
    load: ast.expr = copies[type(target)]()
    return ast.copy_location(load, target)


def unpacked(
    targets: list[ast.expr], value: ast.expr | None
) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Pair unpacking targets with the elements of a display, or with nothing."""
    given = value.elts if isinstance(value, ast.Tuple | ast.List) else None
    if given is None or any(isinstance(element, ast.Starred) for element in given):
        yield from ((target, None) for target in targets)
        return
    star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if star is None:
        padded: list[ast.expr | None] = [*given, *[None] * len(targets)]
        yield from zip(targets, padded, strict=False)
        return
    tail = len(targets) - star - 1
    middle = given[star : len(given) - tail]
    yield from zip(targets[:star], given[:star], strict=False)
    yield targets[star], ast.copy_location(ast.List(middle, ast.Load()), value or targets[star])
    yield from zip(targets[star + 1 :], given[len(given) - tail :], strict=False)


def values_given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]

"""What a dotted name means in the notebook, looked up without running the user's code."""

from __future__ import annotations

import ast
import builtins
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def dotted(node: ast.expr) -> tuple[str, ...]:
    """Give ``torch.optim.Adam`` as its parts; nothing for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def resolve(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    """Give the object a dotted name stands for, through modules and classes only, or None."""
    parts = dotted(node)
    if not parts:
        return None
    value = namespace.get(parts[0])
    if value is None:
        value = vars(builtins).get(parts[0])
    for part in parts[1:]:
        # Attributes of instances may be properties that compute.
        if not isinstance(value, ModuleType | type):
            return None
        try:
            value = getattr(value, part, None)
        except Exception:  # noqa: BLE001 a module's __getattr__ may raise anything
            return None
    return value

"""The entries that an expression writes into a container, judged one by one later.

``{"lr": 0.1, "opt": {"name": "adam"}}`` writes ``lr`` and ``opt.name``; ``dict(lr=0.1)`` and
``{**BASE, "lr": 0.1}``, ``BASE | {...}``, ``Config(lr=0.1)`` and ``replace(cfg, lr=0.1)`` are read
the same way.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from nbtrack.notebook.capture.targets import key_text

# Functions whose result has the entries of their first argument.
COPIES = frozenset({"dict", "copy", "deepcopy", "replace", "asdict", "vars", "SimpleNamespace"})
_COPY_METHODS = frozenset({"copy", "_replace", "model_copy"})


@dataclass(slots=True)
class Display:
    """Entries written by name, and the expressions whose entries are taken over."""

    paths: dict[str, ast.expr] = field(default_factory=dict)
    bases: list[ast.expr] = field(default_factory=list)
    # The call that makes the container, when only the run-time knows whether it is a class.
    call: ast.Call | None = None
    # Some keys are computed, so any entry may have been written by them.
    computed_keys: bool = False


def display_of(node: ast.expr | None) -> Display | None:
    """Read an expression as a container's entries; None if it is nothing of the kind."""
    display = Display()
    return display if node is not None and _add(display, node, "") else None


def _add(display: Display, node: ast.expr, prefix: str) -> bool:
    if isinstance(node, ast.Dict):
        _add_dict(display, node, prefix)
        return True
    if prefix:
        return _is_plain_dict_call(node) and _add_call(display, node, prefix)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return all(
            _add(display, side, "") or _add_base(display, side) for side in (node.left, node.right)
        )
    return isinstance(node, ast.Call) and _add_call(display, node, "")


def _add_dict(display: Display, node: ast.Dict, prefix: str) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        text = key_text(key)
        if key is None:
            if not _add(display, value, prefix):
                display.bases.append(value)
        elif text is None:
            display.computed_keys = True
        elif not _add(display, value, f"{prefix}{text}."):
            display.paths[f"{prefix}{text}"] = value


def _add_base(display: Display, node: ast.expr) -> bool:
    display.bases.append(node)
    return True


def _is_plain_dict_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"


def _add_call(display: Display, node: ast.expr, prefix: str) -> bool:
    assert isinstance(node, ast.Call)
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if isinstance(node.func, ast.Attribute) and name in _COPY_METHODS:
        # BASE.copy(), but also copy.copy(BASE), which has its base among the arguments.
        display.bases += node.args or [node.func.value]
    elif name in COPIES:
        display.bases += node.args
    else:
        display.call = node
    for keyword in node.keywords:
        if keyword.arg is None:
            if not _add(display, keyword.value, prefix):
                display.bases.append(keyword.value)
        elif not _add(display, keyword.value, f"{prefix}{keyword.arg}."):
            display.paths[f"{prefix}{keyword.arg}"] = keyword.value
    return True

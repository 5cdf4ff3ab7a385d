"""The value of a constant expression, computed again without running any code of the notebook.

Only literals, arithmetic, f-strings, displays and six built-in functions are computed, on plain
values, and nothing that could take long: the expression may stand in a branch that did not run.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from nbtrack.errors import NbtrackError

Lookup = Callable[[ast.expr], Any]

BUILTINS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "round": round,
    "min": min,
    "max": max,
    "abs": abs,
    "bool": bool,
}
# Methods that give a text from a constant text.
TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "replace", "format"}
)
# Names of modules' attributes that are as good as a literal.
NUMBER_NAMES = {"pi", "e", "tau", "inf", "nan", "Inf", "NaN", "NAN", "NINF", "infty", "euler_gamma"}

_MAX_BITS = 4_096
_MAX_LENGTH = 10_000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.Pow: operator.pow,
    ast.RShift: operator.rshift,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}


class NotKnown(NbtrackError):
    """The value cannot be told from the source alone. Never leaves this package."""


def evaluate(node: ast.expr, lookup: Lookup) -> Any:
    """Compute a constant expression; ``lookup`` gives the value of a name, attribute or subscript.

    Raises
    ------
    NotKnown
        If the expression holds anything else, or computing it fails or would be costly.
    """
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise NotKnown("not a constant expression")
    try:
        return handler(node, lookup)
    except NotKnown:
        raise
    except Exception as error:  # the cell itself raised this too, or the branch did not run
        raise NotKnown(str(error)) from error


def _constant(node: ast.Constant, _lookup: Lookup) -> Any:
    return node.value


def _looked_up(node: ast.expr, lookup: Lookup) -> Any:
    return lookup(node)


def _unary(node: ast.UnaryOp, lookup: Lookup) -> Any:
    return _UNARY[type(node.op)](evaluate(node.operand, lookup))


def _binary(node: ast.BinOp, lookup: Lookup) -> Any:
    left, right = evaluate(node.left, lookup), evaluate(node.right, lookup)
    compute = _BINARY.get(type(node.op))
    if compute is None or not _cheap(node.op, left, right):
        raise NotKnown("not computed again")
    return compute(left, right)


def _cheap(op: ast.operator, left: Any, right: Any) -> bool:
    if isinstance(op, ast.Pow):
        bits = abs(right) * max(1, int(abs(left)).bit_length()) if isinstance(left, int) else 0
        return bool(bits <= _MAX_BITS)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str | list | tuple) and isinstance(op, ast.Mult):
            return isinstance(other, int) and len(one) * other <= _MAX_LENGTH
        # "%" with a width can be as long as it likes.
        if isinstance(one, str) and isinstance(op, ast.Mod):
            return not any(letter.isdigit() for letter in one)
    return True


def _joined(node: ast.JoinedStr, lookup: Lookup) -> str:
    return "".join(str(evaluate(part, lookup)) for part in node.values)


def _formatted(node: ast.FormattedValue, lookup: Lookup) -> str:
    value = evaluate(node.value, lookup)
    spec = str(evaluate(node.format_spec, lookup)) if node.format_spec else ""
    if sum(map(str.isdigit, spec)) > 3:  # noqa: PLR2004 a width of four digits is no number format
        raise NotKnown("a long format")
    convert: dict[int, Callable[[Any], Any]] = {ord("r"): repr, ord("s"): str, ord("a"): ascii}
    return format(convert.get(node.conversion, lambda v: v)(value), spec)


def _choice(node: ast.IfExp, lookup: Lookup) -> Any:
    return evaluate(node.body if evaluate(node.test, lookup) else node.orelse, lookup)


def _boolean(node: ast.BoolOp, lookup: Lookup) -> Any:
    value: Any = None
    for part in node.values:
        value = evaluate(part, lookup)
        if bool(value) is isinstance(node.op, ast.Or):
            return value
    return value


def _call(node: ast.Call, lookup: Lookup) -> Any:
    values = [evaluate(argument, lookup) for argument in node.args]
    keywords = {str(k.arg): evaluate(k.value, lookup) for k in node.keywords}
    if isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
        return BUILTINS[node.func.id](*values, **keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS - {"format"}:
        text = evaluate(node.func.value, lookup)
        if isinstance(text, str):
            return getattr(text, node.func.attr)(*values, **keywords)
    raise NotKnown("a call")


def _list(node: ast.List, lookup: Lookup) -> list[Any]:
    return [evaluate(element, lookup) for element in node.elts]


def _tuple(node: ast.Tuple, lookup: Lookup) -> tuple[Any, ...]:
    return tuple(evaluate(element, lookup) for element in node.elts)


def _dict(node: ast.Dict, lookup: Lookup) -> dict[Any, Any]:
    if None in node.keys:
        raise NotKnown("a spread")
    keys = [evaluate(key, lookup) for key in node.keys if key is not None]
    return dict(zip(keys, (evaluate(value, lookup) for value in node.values), strict=True))


def _named(node: ast.NamedExpr, lookup: Lookup) -> Any:
    return evaluate(node.value, lookup)


_HANDLERS: dict[type[ast.expr], Callable[[Any, Lookup], Any]] = {
    ast.Constant: _constant,
    ast.Name: _looked_up,
    ast.Attribute: _looked_up,
    ast.Subscript: _looked_up,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.IfExp: _choice,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.Call: _call,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Dict: _dict,
    ast.NamedExpr: _named,
}

"""Constant keywords of classes: ``m = Forest(n_estimators=100)`` gives ``m.n_estimators``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.notebook.capture.evaluate import NotKnown
from nbtrack.notebook.capture.knowledge import keywords_are_params
from nbtrack.notebook.capture.resolve import resolve
from nbtrack.notebook.capture.values import NO_SCALAR, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.notebook.capture.judge import Judge
    from nbtrack.notebook.capture.scan import Binding


class Keyword(NamedTuple):
    """A keyword argument of a class: its key as a param, and its value (`NO_SCALAR` if unknown)."""

    key: str
    value: Any


class ClassCall(NamedTuple):
    """A call of a class in an assignment."""

    kind: type
    call: ast.Call
    nested: bool


def class_calls(node: ast.expr, namespace: Mapping[str, Any]) -> Iterator[ClassCall]:
    """Find the class that an assignment's value is made by.

    That is the outermost call, or the one that methods are chained to (``Forest(…).fit(X, y)``);
    where a function is called, the classes among its arguments (``cross_val_score(SVC(C=2), X,
    y)``).
    """
    part: ast.expr = node
    while isinstance(part, ast.Await | ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(part, ast.Call):
            callee = resolve(part.func, namespace)
            if isinstance(callee, type):
                yield ClassCall(callee, part, nested=False)
                return
            for argument in (*part.args, *(keyword.value for keyword in part.keywords)):
                if isinstance(argument, ast.Call):
                    yield from _nested(argument, namespace)
            part = part.func
        else:
            part = part.value


def _nested(call: ast.Call, namespace: Mapping[str, Any]) -> Iterator[ClassCall]:
    callee = resolve(call.func, namespace)
    if isinstance(callee, type):
        yield ClassCall(callee, call, nested=True)


def keyword_params(name: str, binding: Binding, value: Any, judge: Judge) -> Iterator[Keyword]:
    """Yield the constant keywords of the classes called in one assignment to ``name``."""
    if binding.value is None:
        return
    described = hasattr(type(value), "get_params")
    for kind, call, nested in class_calls(binding.value, judge.namespace):
        # An estimator tells all its parts itself.
        if not keywords_are_params(kind) or (nested and described):
            continue
        prefix = name if isinstance(value, kind) and not nested else kind.__name__
        for keyword in call.keywords:
            if keyword.arg is None or not judge.is_constant(keyword.value):
                continue
            yield Keyword(f"{prefix}.{keyword.arg}", _value(keyword, value, judge))


def _value(keyword: ast.keyword, instance: Any, judge: Judge) -> Any:
    try:
        value = judge.value(keyword.value)
    except NotKnown:
        # Assigned more than once: the object may say which value it got.
        return (
            scalar(vars(instance).get(str(keyword.arg), NO_SCALAR))
            if _has_dict(instance)
            else NO_SCALAR
        )
    if isinstance(value, list | tuple):
        return value if all(scalar(item) is not NO_SCALAR for item in value) else NO_SCALAR
    return scalar(value)


def _has_dict(value: Any) -> bool:
    return hasattr(value, "__dict__")


def loop_keywords(bindings: list[Binding], judge: Judge) -> set[str]:
    """Give keywords that differ from turn to turn of a loop: their last value would mislead."""
    return {
        str(keyword.arg)
        for binding in bindings
        if binding.in_loop and binding.value is not None
        for found in class_calls(binding.value, judge.namespace)
        for keyword in found.call.keywords
        if not judge.is_constant(keyword.value)
    }

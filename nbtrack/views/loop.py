"""Which names the body of a loop assigns: the numbers that `nbtrack.progress` turns into curves.

The loop is found in the syntax tree of its source by the exact position of the instruction that
asks for the next item (``co_positions``, PEP 657), so several loops on one line are told apart.
Cells are known to `linecache` under the names that IPython compiles them with.
"""

from __future__ import annotations

import ast
import linecache
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import FrameType

_ANOTHER_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
# A name that only holds what one of these returned is a time of day, not a measurement.
_CLOCKS = {
    *("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns"),
    *("process_time", "process_time_ns", "thread_time", "now", "utcnow"),
}
_LOGGERS = {"log", "log_metric", "log_metrics"}
# Keywords of log_metric and log_metrics that hold keys.
_KEYS = {"key", "metrics"}

_one_at_a_time = threading.Lock()


@dataclass(slots=True)
class LoopNames:
    """Names that a loop's body assigns, in the order in which they stand there.

    Attributes
    ----------
    names : list of str
        All of them.
    always : set of str
        Those that every iteration which comes to its end assigns. Any other is assigned in some
        branch only, so its value may be left from an earlier iteration.
    logged : set of str
        Keys that the body itself logs by a constant name.
    """

    names: list[str]
    always: set[str]
    logged: set[str]


def loop_names(frame: FrameType) -> LoopNames | None:
    """Return the names assigned in the loop for which this frame is asking for an item.

    None if there is no such loop: something else than a ``for`` statement asks, or its source is
    not known.
    """
    loop = _loop_at(frame)
    if loop is None:
        return None
    seen = _Assignments()
    always, sometimes = _assigned(loop.body, seen)
    left_out = {*_stored(loop.target), *seen.targets} | (seen.clocks - seen.others)
    wanted = {name for name in always | sometimes if not name.startswith("_")} - left_out
    in_order = dict.fromkeys(
        node.id
        for statement in loop.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id in wanted
    )
    return LoopNames(list(in_order), always & wanted, _logged(loop.body))


def _loop_at(frame: FrameType) -> ast.For | None:
    place = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    for source in _sources(frame):
        tree = _parsed(source)
        loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)] if tree else []
        for loop in loops:
            # Python 3.11 and 3.12 give the place of the statement, later ones that of its iterable.
            if place in {_place(loop), _place(loop.iter)}:
                return loop
            if (place is None or place[2] is None) and loop.lineno == frame.f_lineno:
                return loop  # python -X no_debug_ranges
    return None


def _place(node: ast.stmt | ast.expr) -> tuple[int | None, int | None, int | None, int | None]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _sources(frame: FrameType) -> Iterable[str]:
    yield "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    if frame.f_code.co_filename.startswith("<timed"):
        # %%time compiles the body of its cell under a name that linecache does not know.
        yield _body_of_cell()


def _body_of_cell() -> str:
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    if shell is None:
        return ""
    lines = shell.history_manager.input_hist_raw[-1].splitlines(keepends=True)
    magics = [index for index, line in enumerate(lines) if line.startswith("%%")]
    body = "".join(lines[magics[-1] + 1 :] if magics else lines)
    return str(shell.transform_cell(body))


def _parsed(source: str) -> ast.Module | None:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    # CPython 3.11 counts the depth of a tree it builds for all threads together, and complains with
    # a SystemError if two are built at once (gh-106905).
    with _one_at_a_time, suppress(SyntaxError, ValueError, RecursionError, SystemError):
        tree = compile(source, "<source>", "exec", flags, dont_inherit=True)
        return tree if isinstance(tree, ast.Module) else None
    return None


@dataclass(slots=True)
class _Assignments:
    """What was met on the way through a body."""

    targets: set[str] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)


def _assigned(body: Sequence[ast.stmt], seen: _Assignments) -> tuple[set[str], set[str]]:
    """Return the names that are assigned for certain, and those that may be."""
    always: set[str] = set()
    sometimes: set[str] = set()
    certain = True
    for statement in body:
        names, perhaps = _of_statement(statement, seen)
        sometimes |= perhaps | names
        if certain:
            always |= names
        # What stands below a `continue` is not reached by every iteration.
        certain = certain and not _may_continue(statement)
    return always, sometimes


def _of_statement(statement: ast.stmt, seen: _Assignments) -> tuple[set[str], set[str]]:
    if isinstance(statement, _ANOTHER_SCOPE):
        return set(), set()
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        names = _of_assignment(statement, seen)
        return names, _walruses(statement)
    blocks = [
        _assigned(block, seen) for block in _blocks(statement) if not _has_own_progress(statement)
    ]
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        seen.targets |= _stored(statement.target)
    always: set[str] = set()
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        always = blocks[0][0]
    elif isinstance(statement, ast.If) and statement.orelse:
        always = set.intersection(*(names for names, _ in blocks))
    elif isinstance(statement, ast.Try):
        always = set() if statement.handlers else blocks[0][0]
    sometimes = set().union(*(names for _, names in blocks)) | _walruses(statement)
    return always, sometimes


def _of_assignment(
    statement: ast.Assign | ast.AnnAssign | ast.AugAssign, seen: _Assignments
) -> set[str]:
    if statement.value is None:  # a bare annotation
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    names = set().union(*(_stored(target) for target in targets))
    if isinstance(statement.value, ast.Call) and _called(statement.value) in _CLOCKS:
        seen.clocks |= names
    else:
        seen.others |= names
    return names


def _blocks(statement: ast.stmt) -> Iterable[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _has_own_progress(statement: ast.stmt) -> bool:
    # An inner loop with a progress of its own logs its names itself, at its own steps.
    if not isinstance(statement, (ast.For, ast.AsyncFor)):
        return False
    calls = (node for node in ast.walk(statement.iter) if isinstance(node, ast.Call))
    return any(_called(call) == "progress" for call in calls)


def _may_continue(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Continue):
        return True
    if isinstance(statement, (*_ANOTHER_SCOPE, *_LOOPS)):
        return False
    return any(_may_continue(inner) for block in _blocks(statement) for inner in block)


def _stored(target: ast.expr) -> set[str]:
    return {
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _walruses(statement: ast.stmt) -> set[str]:
    return {node.target.id for node in _own_nodes(statement) if isinstance(node, ast.NamedExpr)}


def _own_nodes(node: ast.AST) -> Iterable[ast.AST]:
    """Yield the node and what is below it, without what belongs to another scope."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _ANOTHER_SCOPE):
            yield from _own_nodes(child)


def _logged(body: Sequence[ast.stmt]) -> set[str]:
    keys: set[str] = set()
    calls = (node for one in body for node in ast.walk(one) if isinstance(node, ast.Call))
    for call in calls:
        if _called(call) not in _LOGGERS:
            continue
        given = [*call.args[:1], *(word.value for word in call.keywords if word.arg in _KEYS)]
        if _called(call) == "log":
            keys |= {keyword.arg for keyword in call.keywords if keyword.arg}
        for argument in given:
            constants = argument.keys if isinstance(argument, ast.Dict) else [argument]
            keys |= {
                one.value
                for one in constants
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    return keys


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""

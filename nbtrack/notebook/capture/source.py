"""A cell's text as a syntax tree, whatever IPython allows in a cell.

Leading ``%%`` lines are taken off (lines become empty, so line numbers stay the editor's). The body
of ``%%time``, ``%%timeit``, ``%%prun``, ``%%capture`` and of ``%%track`` itself is Python that runs
in the notebook's namespace; other cell magics are other languages. Line magics, ``!commands`` and
``?help`` are turned into calls by IPython's own transformer, and the code behind ``%time`` is put
where it stands.

IPython's ``In`` holds cells that are already transformed; the same function reads both forms.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from typing import NamedTuple

# Cell magics whose body is Python of the notebook, and whether names assigned there stay.
PYTHON_BODIES = {"track": True, "time": True, "prun": True, "capture": True, "timeit": False}
# Line magics whose argument is a statement of the notebook.
STATEMENT_MAGICS = {"time", "prun"}

_CELL_MAGIC = re.compile(r"%%(\w+)")
_NEEDS_IPYTHON = re.compile(r"^[ \t]*(?:[%!?,;/]|>>>|In ?\[)|=\s*[%!]|\?[ \t]*$", re.MULTILINE)
_FLAGS = re.compile(r"^(?:\s*-[a-zA-Z](?:[ \t]+(?=\S*\d)\S+)?)*\s*")


class Parsed(NamedTuple):
    """The statements of a cell; ``problem`` says why there are none."""

    body: list[ast.stmt]
    names_stay: bool = True
    problem: str = ""


def parse_cell(source: str) -> Parsed:
    """Parse a cell as written (or as in IPython's ``In``); never raises."""
    text, magics = strip_cell_magics(source)
    foreign = [magic for magic in magics if magic not in PYTHON_BODIES]
    if foreign:
        return Parsed([], problem=f"the body of %%{foreign[0]} is not read")
    try:
        body = _parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return Parsed([], problem=f"the cell cannot be parsed: {message}")
    names_stay = all(PYTHON_BODIES[magic] for magic in magics)
    return _unfold(body, names_stay=names_stay)


def strip_cell_magics(source: str) -> tuple[str, list[str]]:
    """Give the text with its leading ``%%`` lines emptied, and the names of these magics."""
    magics: list[str] = []
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _CELL_MAGIC.match(line)
        if found is None:
            break
        magics.append(found[1])
        lines[number] = ""
        if found[1] not in PYTHON_BODIES:
            break
    return "\n".join(lines), magics


def _parse(text: str) -> list[ast.stmt]:
    try:
        return _compile(text)
    except SyntaxError:
        if not _NEEDS_IPYTHON.search(text):
            raise
    return _compile(_transformed(text))


def _compile(text: str) -> list[ast.stmt]:
    if "\\" not in text:
        return _tree(text)
    # A wrong escape warns while it is parsed; the cell's own compilation says it again.
    # Elsewhere the filters stay untouched: changing them makes Python show old warnings again.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _tree(text)


def _tree(text: str) -> list[ast.stmt]:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(text, "<cell>", "exec", flags=flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree.body


def _transformed(text: str) -> str:
    if "IPython" not in sys.modules:
        return _without_magic_lines(text)
    from IPython.core.inputtransformer2 import TransformerManager

    transformed: str = TransformerManager().transform_cell(text)  # type: ignore[no-untyped-call] # IPython 9
    return transformed


def _without_magic_lines(text: str) -> str:
    return re.sub(r"(?m)^([ \t]*)[%!?].*$", r"\1pass", text)


def _unfold(body: list[ast.stmt], *, names_stay: bool) -> Parsed:
    """Replace calls of magics that hold notebook code by that code."""
    statements: list[ast.stmt] = []
    for statement in body:
        call = _magic_call(statement)
        if call is None:
            statements.append(statement)
            continue
        kind, name, code = call
        if kind == "run_cell_magic" and name not in PYTHON_BODIES:
            return Parsed([], problem=f"the body of %%{name} is not read")
        inner = parse_cell(code if kind == "run_cell_magic" else _FLAGS.sub("", code))
        statements.extend(inner.body)
        names_stay = names_stay and inner.names_stay and PYTHON_BODIES.get(name, True)
    return Parsed(statements, names_stay)


def _magic_call(statement: ast.stmt) -> tuple[str, str, str] | None:
    """Find ``get_ipython().run_cell_magic(name, line, body)`` and such line magics."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    kind = call.func.attr
    if kind not in {"run_cell_magic", "run_line_magic"}:
        return None
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    if len(texts) < 2 or not all(isinstance(text, str) for text in texts):  # noqa: PLR2004 name and code
        return None
    name, code = str(texts[0]), str(texts[-1])
    if kind == "run_line_magic" and name not in STATEMENT_MAGICS:
        return None
    return kind, name, code

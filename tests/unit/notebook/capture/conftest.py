"""`track` runs cells as a notebook does and gives what the capture rule takes from the last one."""

import ast
import sys
import types
from textwrap import dedent

import pytest

from nbtrack.notebook.capture.rule import CaptureOptions, analyse, collect, observe


class Notebook:
    """A namespace and the sources of its cells, as IPython keeps them."""

    def __init__(self):
        self.module = types.ModuleType("__main__")
        self.namespace = self.module.__dict__
        self.history = [""]

    def run(self, cell):
        """Run a cell and give the value of its last line."""
        body = ast.parse(cell).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "<cell>", "exec"), self.namespace)
        if last is None:
            return None
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), self.namespace)

    def track(self, cell, *, options=None, logged=()):
        """Run a cell as a tracked one and give what was captured."""
        plan = analyse(cell, history=self.history)
        before = observe(plan, self.namespace)
        result, failed = None, False
        try:
            result = self.run(cell)
        except ZeroDivisionError:
            failed = True
        captured = collect(
            plan,
            self.namespace,
            before=before,
            options=options,
            logged=logged,
            result=result,
            failed=failed,
        )
        self.history.append(cell)
        return captured


@pytest.fixture
def notebook(monkeypatch):
    """Give an empty notebook; dataclasses look for their module where IPython has it."""
    made = Notebook()
    monkeypatch.setitem(sys.modules, "__main__", made.module)
    return made


@pytest.fixture
def track(notebook):
    """Give a function that runs cells and returns what was captured of the last one."""

    def run(*cells, logged=(), **options):
        *earlier, last = [dedent(cell).strip("\n") for cell in cells]
        for cell in earlier:
            notebook.run(cell)
            notebook.history.append(cell)
        chosen = CaptureOptions(**options) if options else None
        return notebook.track(last, options=chosen, logged=logged)

    return run


@pytest.fixture
def shell():
    """Give a real IPython shell that keeps its history in memory."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    made = InteractiveShell.instance(config=config)
    yield made
    made.history_manager.end_session()
    made.restore_sys_module_state()
    InteractiveShell.clear_instance()

"""A notebook in JupyterLab, driven through JupyterLab's own commands.

Clicks on cells and pressed keys get lost while a notebook is being set up, commands do not.
"""

from __future__ import annotations

import uuid

import nbformat

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_IDLE = """
    () => {
      const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
      return context?.isReady && context.session?.kernel?.status === "idle";
    }"""
_RUN = """
    async (index) => {
      const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
      notebook.activeCellIndex = index;
      await app.commands.execute("notebook:run-cell");
    }"""


class Notebook:
    """A notebook that is open in a page of JupyterLab.

    Parameters
    ----------
    page : Page
        Of Playwright.
    jupyter : JupyterServer
        Serves JupyterLab.
    path : str
        Of the notebook, below the server's root.
    """

    def __init__(self, page, jupyter, path):
        self.page = page
        self.jupyter = jupyter
        self.path = path
        page.goto(
            f"http://{jupyter.address}{jupyter.base_url}lab/workspaces/{uuid.uuid4().hex}"
            f"/tree/{path}?token={jupyter.token}"
        )
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)

    @classmethod
    def of(cls, page, jupyter, *sources):
        """Open a new notebook with cells of code."""
        made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
        made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        path = f"{uuid.uuid4().hex[:8]}.ipynb"
        nbformat.write(made, jupyter.root / path)
        return cls(page, jupyter, path)

    def wait_until_idle(self):
        """Wait for the kernel to have done what it was asked."""
        self.page.wait_for_function(_IDLE, timeout=60_000)

    def start(self, index):
        """Run a cell and do not wait for its end."""
        self.wait_until_idle()
        self.page.evaluate("([run, index]) => void eval(run)(index)", [_RUN, index])

    def run(self, index):
        """Run a cell to its end and return what it printed."""
        self.wait_until_idle()
        self.page.evaluate(_RUN, index)
        return self.output(index).inner_text()

    def output(self, index):
        """Return the output area of a cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-OutputArea")

    def save_copy(self, *, trusted):
        """Save the notebook and return the path of a copy, which no kernel belongs to.

        JupyterLab trusts what it has signed: a notebook whose code and outputs it has seen.
        """
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        made = nbformat.read(self.jupyter.root / self.path, as_version=4)
        if not trusted:
            made.cells[0].source += "\n# changed elsewhere"
        path = f"copy-{self.path}"
        nbformat.write(made, self.jupyter.root / path)
        return path

"""nbtrack in JupyterLab: widgets with a kernel, saved views without one, the tile and the panel."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Notebook
from tests.jupyter_servers import running_jupyter

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab with nbtrack's extension, on a folder of its own."""
    with running_jupyter(tmp_path_factory.mktemp("lab"), lab=True) as running:
        yield running


def test_the_tile_opens_a_panel_with_the_pages(lab, page):
    notebook = Notebook.of(page, lab, "1 + 1")
    assert "2" in notebook.run(0)
    page.evaluate("window.jupyterapp.commands.execute('launcher:create')")
    page.locator(".jp-LauncherCard", has_text="nbtrack").click()
    expect(page.locator(".nbtrack-pages")).to_be_visible()

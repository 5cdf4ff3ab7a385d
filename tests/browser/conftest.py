"""Tests of the front end in a real browser, against real servers.

What they need that pip does not bring: Chromium (``apt-get install chromium``), the built front end
(``cd jupyter_extension/ui && npm ci && npm run build``; the same command brings axe-core).

=================== =========================================================================
fixture             what it is
=================== =========================================================================
``page``            a new page in a new browser profile; its ``url``s are those of a test's server
``new_page``        makes more of them: ``new_page(color_scheme="dark")``, any option of
                    Playwright's ``browser.new_context``
``console``         what went wrong in the pages of this test: errors of scripts, of the console,
                    of the content security policy. The test fails if there is anything, except
                    what it announced by ``console.expect("404")``
``server``          ``nbtrack server`` (`tests.servers.RunningServer`) for the whole session
``sample``          what `tests.browser.sample` put into it; do not change it: make an experiment
                    of your own by `tests.browser.sample.make_experiment`
``jupyter``         a Jupyter server with a token under ``/user/ada/``
                    (`tests.jupyter_servers.JupyterServer`) for the whole session
=================== =========================================================================

`tests.browser.axe.assert_accessible` looks at a page as axe-core does. Wait for states
(``expect(locator).to_have_text(…)``), never for a time.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import sample as samples
from tests.jupyter_servers import running_jupyter
from tests.needs import needs
from tests.servers import running_server

UI = Path(__file__).parents[2] / "nbtrack" / "ui"
# Root has no sandbox; the rest keeps Chromium from asking the network for things of its own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)
SECONDS = 20
# Errors that the policy makes are told by an event, too: some are not written to the console.
_TELL_VIOLATIONS = """
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`Policy violated: ${event.effectiveDirective} by ${event.blockedURI}`));
"""


class Console:
    """What went wrong in the pages of a test."""

    def __init__(self):
        self.problems = []
        self._expected = []

    def expect(self, pattern):
        """Pass over problems that a regular expression finds."""
        self._expected.append(re.compile(pattern))

    def watch(self, page):
        page.on("console", self._on_message)
        page.on("pageerror", lambda error: self.problems.append(f"{error.message}\n{error.stack}"))

    def unexpected(self):
        return [
            problem
            for problem in self.problems
            if not any(pattern.search(problem) for pattern in self._expected)
        ]

    def _on_message(self, message):
        if message.type in {"error", "assert"}:
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture(scope="module")
def browser():
    """Chromium; of a module, since asyncio cannot be used beside it in other tests."""
    if not (UI / "nbtrack.js").exists():
        sentence = "The front end is not built: cd jupyter_extension/ui && npm ci && npm run build"
        pytest.fail(sentence, pytrace=False)
    chromium = needs("chromium", "Install Chromium: apt-get install chromium.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def console():
    """What went wrong in the pages of this test, which fails if anything did."""
    console = Console()
    yield console
    assert console.unexpected() == []


@pytest.fixture
def new_page(browser, console):
    """Make pages, each in a browser profile of its own."""
    contexts = []

    def make(**options):
        options = {"viewport": {"width": 1280, "height": 800}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("page", console.watch)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """A page in a new browser profile."""
    return new_page()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server with a new SQLite store; requests of this user need no token."""
    with running_server(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="session")
def sample(server):
    """What the server has."""
    return samples.fill(server)


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """A Jupyter server with a token under ``/user/ada/``."""
    with running_jupyter(tmp_path_factory.mktemp("browser-jupyter")) as running:
        yield running

"""Plain pages for people who open the server's address: experiments, runs, a run.

They are made on the server, hold no script, and link only relatively, so that they work under any
prefix. `PAGES` is their table; both hosts mount it beside the API.
"""

from nbtrack.server.pages.document import Page, error_page
from nbtrack.server.pages.table import PAGES

__all__ = ["PAGES", "Page", "error_page"]

"""The pages for people who open the server's address, and the files that draw them.

Every page is the same small document, which loads the front end (``nbtrack/ui/``, built from
``jupyter_extension/ui/``); addresses in it are relative, so that it works under any prefix. `PAGES`
is their table; both hosts mount it beside the API.
"""

from nbtrack.server.pages.table import PAGES

__all__ = ["PAGES"]

"""`NbtrackExtension`: what Jupyter Server loads, configures and stops."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_server.extension.application import ExtensionApp
from tornado.routing import URLSpec
from traitlets import List, Unicode

if TYPE_CHECKING:
    from nbtrack.errors import NbtrackError
    from nbtrack.store.location import StoreLocation
    from nbtrack_jupyter.stores import Stores

KERNEL_VARIABLE = "NBTRACK_JUPYTER_STORE"
ROOT_VARIABLE = "NBTRACK_JUPYTER_ROOT"


class NbtrackExtension(ExtensionApp):
    """Serves nbtrack's REST API and pages under ``<base_url>nbtrack/``."""

    name = "nbtrack"
    extension_url = "/nbtrack/"
    load_other_extensions = True

    store_url = Unicode(
        "",
        help="The default store: a folder, a database file, sqlite:///…, postgresql://… or "
        "mysql://…. Empty: found from Jupyter's root folder by the rules of %track.",
    ).tag(config=True)
    artifact_root = Unicode(
        "",
        help="Where the default store keeps files: a path or an fsspec URL. Needed once, for a new "
        "store on a database server.",
    ).tag(config=True)
    allowed_artifact_roots = List(
        Unicode(),
        help="More places whose files are opened for runs that name them, beside the store's own.",
    ).tag(config=True)

    _stores: Stores | None = None

    def initialize_settings(self) -> None:
        """Find the default store, without opening it, and tell kernels where it is."""
        from nbtrack_jupyter.stores import Choices, Stores

        assert self.serverapp is not None
        logging.getLogger("nbtrack.server").parent = self.log
        root = Path(self.serverapp.root_dir)
        choices = Choices(
            artifact_root=self.artifact_root or None,
            allowed_roots=tuple(self.allowed_artifact_roots),
            named=bool(self.store_url),
        )
        default = self._default_store(root)
        self._stores = Stores(default, root, choices, self.log)

    def initialize_handlers(self) -> None:
        """Mount the table, for the default store and for each other below the root folder."""
        from nbtrack.server.routes import routes
        from nbtrack_jupyter.handlers import EndpointHandler

        assert self.serverapp is not None
        app = self.serverapp.web_app
        prefix = re.escape(app.settings["base_url"].rstrip("/") + "/nbtrack")
        reason = self._too_old()
        arguments = {"stores": self._stores, "reason": reason}
        handlers = [
            *routes(EndpointHandler, prefix, arguments),
            *routes(EndpointHandler, f"{prefix}/s/(?P<store_id>[^/]+)", arguments),
            URLSpec(f"{prefix}(?:/.*)?$", EndpointHandler, {"methods": {}, **arguments}),
        ]
        app.add_handlers(".*$", handlers)  # type: ignore[no-untyped-call]  # Jupyter's has no types

    async def stop_extension(self) -> None:
        """Answer what was asked, then close the stores."""
        if self._stores is not None:
            await self._stores.close()

    def _too_old(self) -> str | None:
        from nbtrack.errors import Refused
        from nbtrack.server.requirements import require_floors

        try:
            require_floors("jupyter-server", "tornado")
        except Refused as error:
            self.log.error("nbtrack: %s", error.message)  # noqa: TRY400 - the trace says no more
            return error.public
        return None

    def _default_store(self, root: Path) -> StoreLocation | NbtrackError:
        from nbtrack.errors import NbtrackError, Unavailable
        from nbtrack.redaction.redact import redact_url

        try:
            location = self._location(root)
        except OSError as error:
            self.log.error("nbtrack has no default store: %s", error)  # noqa: TRY400 - as below
            return Unavailable(f"The default store was not found: {error.strerror}.")
        except NbtrackError as error:
            self.log.error("nbtrack has no default store: %s", error.message)  # noqa: TRY400 - the trace says no more
            return error
        for notice in location.notices:
            self.log.warning("nbtrack: %s", notice)
        self.log.info(
            "nbtrack: the default store is %s. %s", redact_url(location.uri), location.rule
        )
        os.environ[KERNEL_VARIABLE] = location.uri
        os.environ[ROOT_VARIABLE] = str(root)
        return location

    def _location(self, root: Path) -> StoreLocation:
        from nbtrack.errors import InvalidValue
        from nbtrack.store.location import find_store
        from nbtrack.store.project import find_project
        from nbtrack.store_folder import STORE_FOLDER

        if self.store_url:
            location = find_store(self.store_url, start=root, create=False)
            if _is_server(location):
                raise InvalidValue(
                    "c.NbtrackExtension.store_url names another server. Name a folder or a "
                    "database; clients reach the other server themselves."
                )
            return replace(location, rule="c.NbtrackExtension.store_url names it.")
        location = find_store(start=root, create=False)
        if not _is_server(location):
            return location
        # The environment names a server for programs, perhaps this very one.
        project = find_project(root)
        folders = [folder for folder in project.folders() if (folder / STORE_FOLDER).is_dir()]
        folder = (folders or [project.root])[0] / STORE_FOLDER
        return replace(
            find_store(str(folder), start=root, create=False),
            rule=f"It is {folder}, since the environment names a server, which cannot be served.",
        )


def _is_server(location: StoreLocation) -> bool:
    return location.uri.lower().startswith(("http://", "https://"))

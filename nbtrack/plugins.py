"""Every place where nbtrack can be extended, as data.

An extension point is a group of names, each with a reference ``"module:attribute"`` that is
imported when it is first used. nbtrack's own are the tables below; another package adds to a group
with an entry point of the same name in its pyproject.toml:

.. code-block:: toml

    [project.entry-points."nbtrack.stores"]
    duckdb = "my_package:DuckStore"
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# URI scheme -> callable (uri, *, artifact_root, create[, patience]) that returns a Store.
STORES: dict[str, str] = {
    "sqlite": "nbtrack.store.sqlite_store:open_file",
    "postgresql": "nbtrack.store.server_store:open_database",
    "mysql": "nbtrack.store.server_store:open_database",
    "mariadb": "nbtrack.store.server_store:open_database",
    "mssql": "nbtrack.store.server_store:open_database",
}

# Name -> callable (run, cell) that adds to the run what it knows of a tracked cell, after the cell.
CAPTURES: dict[str, str] = {}

EXTENSION_POINTS: dict[str, dict[str, str]] = {
    "nbtrack.stores": STORES,
    "nbtrack.capture": CAPTURES,
}


def load(reference: str) -> Any:
    """Import what a reference ``"module:attribute"`` names; the attribute may have dots."""
    module, _, path = reference.partition(":")
    value: Any = import_module(module)
    for name in path.split("."):
        value = getattr(value, name)
    return value


def installed(group: str) -> dict[str, str]:
    """Return the references of a group by name: nbtrack's own and those of installed packages.

    nbtrack's own come first and cannot be replaced by a package that happens to be installed.
    """
    from importlib.metadata import entry_points

    added = {point.name: point.value for point in entry_points(group=group)}
    return EXTENSION_POINTS[group] | {
        name: reference for name, reference in added.items() if name not in EXTENSION_POINTS[group]
    }


def find(group: str, name: str) -> Any | None:
    """Import the extension of this name, or return None where there is none."""
    # Looking through the installed packages takes milliseconds: only for names that are not ours.
    reference = EXTENSION_POINTS[group].get(name) or installed(group).get(name)
    return None if reference is None else load(reference)

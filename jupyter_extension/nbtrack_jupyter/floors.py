"""The oldest versions with which the extension serves anything (it installs on older ones)."""

from __future__ import annotations

import jupyter_server
import tornado

JUPYTER_SERVER = (2, 20)
TORNADO = (6, 5, 8)


def too_old() -> str | None:
    """Say which package is too old and what to do, or None.

    Older versions have known holes in how requests are read and cookies are checked.
    """
    found = {
        "jupyter-server": (tuple(jupyter_server.version_info[:3]), JUPYTER_SERVER),
        "tornado": (tuple(tornado.version_info[:3]), TORNADO),
    }
    wanted = [
        f"{name}>={_text(floor)}" for name, (version, floor) in found.items() if version < floor
    ]
    if not wanted:
        return None
    quoted = " ".join(f"'{one}'" for one in wanted)
    return (
        f"nbtrack serves nothing here, because it needs {' and '.join(wanted)}. "
        f"Upgrade and restart Jupyter: pip install --upgrade {quoted}"
    )


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))

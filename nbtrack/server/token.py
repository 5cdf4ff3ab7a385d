"""The token of a server: made once for each store and user, kept in a file that only they can read.

It stays the same over restarts, because ``MLFLOW_TRACKING_TOKEN`` stands in the environments of
training jobs that outlive a restart. Deleting the file makes a new one at the next start.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from nbtrack import platforms
from nbtrack.errors import InvalidValue

VARIABLE = "NBTRACK_SERVER_TOKEN"
_BYTES = 24
_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")


def chosen_token(text: str) -> str | None:
    """Return the token that the operator chose, None if they did not.

    Raises
    ------
    InvalidValue
        If it is too short to be safe, or does not fit into a header.
    """
    if not text:
        return None
    if _FORM.fullmatch(text) is None:
        raise InvalidValue(
            f"{VARIABLE} must have 16 to 512 characters, of letters, digits and . _ ~ + / = - only."
        )
    return text


def kept_token(store_id: str) -> str:
    """Return the token of a store, made and kept if there is none yet.

    Where no file can be written the token is a new one each time.
    """
    path = token_file(store_id)
    with suppress(OSError):
        if (found := _read(path)) is not None:
            return found
        platforms.make_private_dir(path.parent)
        platforms.write_private(path, secrets.token_hex(_BYTES).encode())
        if (found := _read(path)) is not None:  # of two servers that start at once, the last one's
            return found
    return secrets.token_hex(_BYTES)


def token_file(store_id: str) -> Path:
    """Return where this user's token of a store is kept."""
    import platformdirs

    return Path(platformdirs.user_state_dir("nbtrack", appauthor=False)) / "tokens" / store_id


def _read(path: Path) -> str | None:
    if not path.exists() or not platforms.owned_by_this_user(path):
        return None
    with os.fdopen(platforms.open_for_reading(path), "rb") as file:
        text = file.read(1024).decode("ascii", "replace").strip()
    return text if _FORM.fullmatch(text) else None

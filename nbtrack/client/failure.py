"""How a run ended, told from the exception that ended it."""

from __future__ import annotations

import asyncio
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from nbtrack import tags
from nbtrack.entities import RunStatus

if TYPE_CHECKING:
    from nbtrack.client.active_run import ActiveRun

ERROR_FILE = "error.txt"
_MAX_MESSAGE = 8000  # what MLflow's wire carries in a tag

_INTERRUPTIONS = (KeyboardInterrupt, asyncio.CancelledError)
# A closed generator or coroutine was not asked for more: nothing went wrong.
_NO_FAILURES = (GeneratorExit,)


def status_of(error: BaseException | None) -> RunStatus:
    """Return the status of a run that this exception (None: nothing) ended."""
    if error is None or isinstance(error, _NO_FAILURES):
        return RunStatus.FINISHED
    if isinstance(error, _INTERRUPTIONS):
        return RunStatus.KILLED
    if isinstance(error, SystemExit):
        return RunStatus.FINISHED if error.code in (None, 0) else RunStatus.FAILED
    return RunStatus.FAILED


def error_tags(error: BaseException) -> dict[str, str]:
    """Return the tags that keep an exception's type and message, without what looks secret."""
    from nbtrack.redaction.redact import redact  # its patterns take milliseconds: only when failed

    kind = type(error)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - __str__ is the user's code
        message = "(its message cannot be read)"
    message = message.encode("utf-8", "backslashreplace").decode()
    # Redacted before it is cut: half a token is not recognised.
    message = redact(message[: 2 * _MAX_MESSAGE])[:_MAX_MESSAGE]
    return {tags.ERROR_TYPE: name, tags.ERROR_MESSAGE: message}


def keep_error(run: ActiveRun, error: BaseException) -> None:
    """Keep an exception with its run: type and message in tags, the traceback as a file.

    Secrets are taken out. Nothing of this may replace the exception that is on its way, so nothing
    is raised.
    """
    from nbtrack.redaction.redact import redact

    with suppress(Exception):
        run.set_tags(error_tags(error))
    with suppress(Exception):
        text = "".join(traceback.format_exception(error))
        run.artifacts.write(ERROR_FILE, redact(text).encode("utf-8", "backslashreplace"))

"""One line for each request, on standard error; no query, so that no secret of one is in it."""

from __future__ import annotations

import logging
import sys
import time

log = logging.getLogger("nbtrack.access")

# Status in the log, as other servers have it, of a request whose client went away first.
WENT_AWAY = 499
_LONGEST_PATH = 300
_TIME = "%Y-%m-%dT%H:%M:%S"


def write(*, peer: str, method: str, target: str, status: int, seconds: float, number: str) -> None:
    """Log a request that was answered.

    Parameters
    ----------
    peer : str
        Address of the client.
    method, target : str
        As the request has them.
    status : int
        Of the answer, or `WENT_AWAY`.
    seconds : float
        From the head of the request to the end of the answer.
    number : str
        Id of the request.
    """
    path = target.partition("?")[0][:_LONGEST_PATH]
    log.info(
        "%s %s %s %d %.1f ms %s",
        peer, _plain(method), _plain(path), status, seconds * 1000, number,
    )  # fmt: skip


def start(*, secret: str | None) -> None:
    """Write what the server logs to standard error, without this secret."""
    logging.raiseExceptions = False  # a line that cannot be written would be shown as it was
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(secret))
    for name in ("nbtrack", "tornado", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if name == "nbtrack" else logging.ERROR)


class _Formatter(logging.Formatter):
    """Puts the time before a message and takes a secret out of it."""

    converter = staticmethod(time.gmtime)

    def __init__(self, secret: str | None) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(message)s", _TIME)
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text.replace(self._secret, "[token]") if self._secret else text


def _plain(text: str) -> str:
    """Return a text of the client without anything that could look like another line."""
    return "".join(
        letter if letter.isascii() and letter.isprintable() else f"\\x{ord(letter):02x}"
        for letter in text
    )

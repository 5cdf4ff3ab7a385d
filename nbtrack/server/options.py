"""What an operator may choose about a standalone server."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbtrack.errors import InvalidValue

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The choices; the command line fills them in.

    Attributes
    ----------
    store_uri : str or None
        The store; None: the one that the rules of `find_store` give.
    artifact_root : str or None
        ``--default-artifact-root``: where new experiments have their files.
    artifacts_destination : str or None
        What ``mlflow-artifacts:/`` stands for.
    serve_artifacts : bool
        Whether files go through the server; otherwise clients go to the artifact root themselves.
    artifacts_only : bool
        Whether nothing but files is served.
    allowed_roots : tuple of str
        More places whose files the server opens.
    host : str
        Address to listen at.
    port : int
        Port; 0 for any free one.
    workers : int
        Number of processes.
    prefix : str
        What comes before every path, such as ``/tracking``.
    allowed_hosts, allowed_origins : tuple of str
        Names under which the server also answers, and sites whose pages may use it.
    asks_everybody : bool
        Whether the user who started the server needs the token as well.
    no_auth : bool
        Whether nobody needs it.
    frames : str
        ``SAMEORIGIN``, ``DENY`` or ``NONE``: who may show its pages inside theirs.

    Raises
    ------
    InvalidValue
        If choices are not possible, or not together.
    """

    store_uri: str | None = None
    artifact_root: str | None = None
    artifacts_destination: str | None = None
    serve_artifacts: bool = True
    artifacts_only: bool = False
    allowed_roots: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 5000
    workers: int = 1
    prefix: str = ""
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    asks_everybody: bool = False
    no_auth: bool = False
    frames: str = "SAMEORIGIN"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if _PREFIX.fullmatch(self.prefix) is None:
            raise InvalidValue(
                f"--static-prefix is {self.prefix!r}; it must start with a slash and end without "
                "one, such as /tracking."
            )
        if self.no_auth and self.asks_everybody:
            raise InvalidValue("--token asks everybody for the token and --no-auth nobody.")
        if self.artifact_root and self.artifacts_destination and self._names_two_places():
            raise InvalidValue(
                "--default-artifact-root and --artifacts-destination name two places, but a server "
                "keeps the files of runs in one. Leave one of them out."
            )
        if self.artifacts_only and not self.serve_artifacts:
            raise InvalidValue("--artifacts-only and --no-serve-artifacts leave nothing to serve.")

    def _names_two_places(self) -> bool:
        return self.artifact_root not in {self.artifacts_destination, "mlflow-artifacts:/"}

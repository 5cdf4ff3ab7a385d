"""What an operator may choose about a standalone server."""

from __future__ import annotations

from dataclasses import dataclass


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
        What comes before every path, such as ``/tracking``; without a slash at its end.
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

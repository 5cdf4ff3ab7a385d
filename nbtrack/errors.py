"""What nbtrack raises: one exception class for each kind of mistake.

Every class carries the ``error_code`` and HTTP status that MLflow's wire protocol uses for it, so
the same exception is raised by a local store, sent by a server, and raised again by the client that
called it.
"""

from __future__ import annotations


class NbtrackError(Exception):
    """Something nbtrack could not do; the message says what to do next.

    Parameters
    ----------
    message : str
        One or two sentences for the person who reads it.
    public : str, optional
        The same for clients of a server, where ``message`` has paths of this machine, addresses or
        what a database said.
    """

    error_code = "INTERNAL_ERROR"
    http_status = 500

    def __init__(self, message: str, *, public: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.public = message if public is None else public


class InvalidValue(NbtrackError):
    """An argument is malformed, too long, of the wrong type, or not allowed in this state."""

    error_code = "INVALID_PARAMETER_VALUE"
    http_status = 400


class NotFound(NbtrackError):
    """No experiment, run, tag, file or store has this name."""

    error_code = "RESOURCE_DOES_NOT_EXIST"
    http_status = 404


class AlreadyExists(NbtrackError):
    """The name is taken."""

    error_code = "RESOURCE_ALREADY_EXISTS"
    http_status = 400


class Refused(NbtrackError):
    """Permission denied: a path outside the artifact root, another user's store."""

    error_code = "PERMISSION_DENIED"
    http_status = 403


class Unavailable(NbtrackError):
    """The store cannot answer now (locked, full disk, away); trying again later can succeed."""

    error_code = "TEMPORARILY_UNAVAILABLE"
    http_status = 503


class StorageFull(Unavailable):
    """There is no room to write; reading goes on, and writing does when room is made.

    Its status is 507: MLflow's client repeats a 503 for minutes, and shows this one with its
    message at once. Nobody makes room within a few seconds.
    """

    http_status = 507


class WrongStore(NbtrackError):
    """The database is not nbtrack's, or its schema number is not the one this version reads."""

    # Behind a server it is no mistake of the client, who keeps what it has and tries again.
    error_code = "TEMPORARILY_UNAVAILABLE"
    http_status = 503


class Unsupported(NbtrackError):
    """The store behind this cannot do it, and never will; another way must be taken."""

    error_code = "NOT_IMPLEMENTED"
    http_status = 501

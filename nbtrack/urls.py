"""Local paths and URLs: which is which, and what lies below one."""

from __future__ import annotations

import re

# Two letters at least: C:\ is a drive of Windows.
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):")

_PASSWORD = re.compile(r"(://[^:/@?]*):.*@")
_SECRET_OPTION = re.compile(r"(?i)([?&]\w*(?:password|passwd|secret|token)\w*=)[^&]*")


def without_password(place: str) -> str:
    """Return a URL as people may see it; anything else stays as it is.

    Examples
    --------
    >>> without_password("postgresql://ada:secret@host/runs?sslpassword=x")
    'postgresql://ada@host/runs?sslpassword=***'
    """
    return _SECRET_OPTION.sub(r"\1***", _PASSWORD.sub(r"\1@", place))


def without_query(place: str) -> tuple[str, str]:
    """Split a URL into what is before its query, and the query with its ``?``.

    A local path has no query: ``?`` is a letter of it.

    Examples
    --------
    >>> without_query("s3://bucket/a?region=x")
    ('s3://bucket/a', '?region=x')
    >>> without_query("/data/what?/a")
    ('/data/what?/a', '')
    """
    if SCHEME.match(place) is None:
        return place, ""
    before, mark, query = place.partition("?")
    return before, mark + query


def below(place: str, path: str) -> str:
    """Return a path below a place; in a URL it goes before the query."""
    before, query = without_query(place)
    return f"{before.rstrip('/')}/{path}{query}"

"""Values that names of the notebook and the environment say are secret, taken out of texts.

``print(password)`` prints a word that looks like any other; only the name it came from tells.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nbtrack.redaction.redact import REDACTED, redact
from nbtrack.redaction.secret_names import name_is_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# A shorter one would be found inside ordinary words.
_SHORTEST = 6
_LONGEST = 4_096
# What such a name holds is secret even if it is a plain word; a ``token`` may be a word of a text.
_PLAIN_WORDS_TOO = re.compile(r"(?i)pass|pwd|secret|credential|api_?key")
_HINT = re.compile(r"(?i)key|token|secret|pass|pwd|pw|credential")
# Entries of one dict, and secrets in all, that are looked at.
_MOST_ENTRIES = 100
_MOST = 200


def secrets_in(namespace: Mapping[str, Any]) -> frozenset[str]:
    """Return the secret texts that names, entries of dicts and environment variables hold."""
    found: set[str] = set()
    for name, value in _named_texts(namespace):
        if not (_SHORTEST <= len(value) <= _LONGEST and _may_be_secret(name)):
            continue
        if not name_is_secret(name, value):
            continue
        if not value.isalpha() or _PLAIN_WORDS_TOO.search(name):
            found.add(value)
        if len(found) >= _MOST:
            break
    return frozenset(found)


def without_secrets(text: str, known: Iterable[str]) -> str:
    """Redact a text, and these values in it where they stand as words of their own."""
    # The longest first: one may begin with another.
    values = sorted((value for value in known if value in text), key=len, reverse=True)
    if values:
        one_of = "|".join(map(re.escape, values))
        text = re.sub(rf"(?<!\w)(?:{one_of})(?!\w)", REDACTED, text)
    return redact(text)


@lru_cache(maxsize=50_000)
def _may_be_secret(name: str) -> bool:
    """Whether a name is worth judging: quick for the thousands of names of a large notebook."""
    return _HINT.search(name) is not None


def _named_texts(namespace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    # A thread of the user's may assign a name meanwhile; `list` of a dict is one step.
    for name, value in list(namespace.items()):
        if name.startswith("_"):
            continue
        if type(value) is str:
            yield name, value
        elif type(value) is dict and len(value) <= _MOST_ENTRIES:
            yield from _texts_of(value)
    yield from _texts_of(dict(os.environ))


def _texts_of(entries: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for key, value in list(entries.items()):
        if type(key) is str and type(value) is str:
            yield key, value

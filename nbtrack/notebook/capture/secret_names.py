"""Which names say that their value is a secret, and which only sound like it (``pad_token``)."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from nbtrack.notebook.capture.words import words

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Always a secret, whatever stands beside them; numbers count too.
_STRONG = words(
    "password passwords passwd passphrase pwd secret secrets credential credentials apikey "
    "apikeys privatekey secretkey accesskey authtoken accesstoken"
)
# A secret as the last word of a name.
_LAST = frozenset({"pass", "pw"})
# A secret unless a word beside it says otherwise.
_WEAK = {
    "token": words(
        "pad eos bos unk mask sep cls special end start stop max min num n count image class "
        "next first last new per id ids type index text len length embedding name names col "
        "column"
    ),
    "key": words(
        "primary foreign sort sorting group index dict map partition join col column metric "
        "param label target score loss feature value input output image data public kv query "
        "attention row order cache lookup merge by name on hot step tag run experiment title "
        "text color colour type id idx x y z hue best word min max stat state batch field json"
    ),
}
# Alone they mean too many things: only what looks random is a secret.
_ALONE_LENGTH = 16
_ALONE_MIXED_LENGTH = 6


@lru_cache(maxsize=4_096)
def _sign(name: str) -> str:
    """Give "strong", "weak" or "alone" for a name that says secret, else ""."""
    words = [word.lower() for word in _WORDS.findall(name)]
    joined = {one + two for one, two in pairwise(words)}
    if _STRONG & {*words, *joined} or (words and words[-1] in _LAST):
        return "strong"
    for word, harmless in _WEAK.items():
        if word in words and not harmless & set(words):
            return "alone" if words == [word] and word == "key" else "weak"
    return ""


def name_is_secret(name: str, value: Any) -> bool:
    """Whether a name says that this value is a secret."""
    sign = _sign(name)
    if not sign or isinstance(value, bool) or value is None:
        return False
    if isinstance(value, list | tuple):
        return sign == "strong" and bool(value)
    if not isinstance(value, str):
        return sign == "strong"
    if not value or value == "[redacted]":
        return False
    if sign == "alone":
        mixed = value.isalnum() and not value.isalpha()
        return len(value) >= (_ALONE_MIXED_LENGTH if mixed else _ALONE_LENGTH)
    return True

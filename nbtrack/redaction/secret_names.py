"""Which names say that their value is a secret, and which only sound like it (``pad_token``)."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from nbtrack.words import words

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Always a secret, whatever stands beside them; numbers count too.
_STRONG = words(
    "password passwords passwd passphrase pwd secret secrets credential credentials apikey "
    "apikeys privatekey secretkey accesskey authtoken accesstoken"
)
# A secret as the last word of a longer name: db_pass.
_LAST = frozenset({"pass", "pw"})
# Beside "key" they make it a secret; with any other word only a value that looks random is one.
_KEY_OF = words(
    "api access private auth account storage ssh encryption decryption signing client "
    "subscription license service aws gcp azure openai anthropic hf huggingface wandb comet "
    "neptune mlflow s3 db database admin master session consumer app shared user"
)
# Beside these "token" and "key" mean something else.
_HARMLESS = words(
    "pad eos bos unk mask sep cls special end start stop max min num n count image class next "
    "first last new per id ids type index text len length embedding name names col column "
    "primary foreign sort sorting group dict map partition join metric param label target score "
    "loss feature value input output data public kv query attention row order cache lookup merge "
    "by on hot step tag run experiment title color colour idx x y z hue best word stat state "
    "batch field json error errors separator press board code path prefix suffix function func fn"
)
_RANDOM = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9_+/=.\-]{8,}")
_LONG_RANDOM = re.compile(r"[A-Za-z0-9_+/=.\-]{20,}")


@lru_cache(maxsize=4_096)
def _sign(name: str) -> str:
    """Give "sure" or "perhaps" for a name that says secret, else ""."""
    parts = [word.lower() for word in _WORDS.findall(name) if not word.isdigit()]
    joined = {one + two for one, two in pairwise(parts)}
    if _STRONG & {*parts, *joined} or (len(parts) > 1 and parts[-1] in _LAST):
        return "sure"
    if _HARMLESS & set(parts):
        return ""
    if "token" in parts or ("key" in parts and _KEY_OF & set(parts)):
        return "sure"
    return "perhaps" if "key" in parts else ""


def name_is_secret(name: str, value: Any) -> bool:
    """Whether a name says that this value is a secret."""
    sign = _sign(name)
    if not sign or isinstance(value, bool) or value is None:
        return False
    if isinstance(value, list | tuple):
        return sign == "sure" and any(isinstance(item, str) and item for item in value)
    if not isinstance(value, str):
        # password = 1234, but not password_length = 12.
        return name.lower() in _STRONG
    if not value or value == "[redacted]":
        return False
    return sign == "sure" or bool(_RANDOM.fullmatch(value) or _LONG_RANDOM.fullmatch(value))

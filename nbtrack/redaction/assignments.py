"""Where the texts are that an assignment or a connection string gives to a secret name.

``api_key = load() or "abc123"`` hides its secret behind an expression, and ``"Server=x;Pwd=abc;"``
within a text. Both are found line by line, with bounded patterns, without parsing: the text may be
a patch or output as well as a cell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbtrack.redaction.secret_names import name_is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

# Shorter literals behind an expression are modes and separators: ``secret = f(x, "rb")``.
_SHORTEST = 6
# How far a statement is followed: a text of nothing but openings must not take quadratic time.
_LONGEST = 2_000
_MOST_LINES = 8

# Before the name of a target: indentation, the signs of a patch, ``self.``, ``user, ``, ``x["``.
_BEFORE_TARGET = re.compile(r"""[ \t+\->]*(?:[\w.]+[ \t]*,[ \t]*)*(?:[\w.]*\.|[\w.]+\[["'])?""")
# After it: the rest of the targets, an annotation, and the sign.
_AFTER_TARGET = re.compile(
    r"""(?:["']\])?(?:[ \t]{0,4},[ \t]{0,4}[\w.]{1,80}){0,10}[ \t]{0,8}"""
    r"""(?::[ \t]{0,4}[\w.\[\], |]{1,40}?)?=(?!=)"""
)
_PIECE = re.compile(
    r"""(?P<text>[rbufRBUF]{0,2}(?:'''(?:[^'\\]|\\.|'(?!''))*+'''|\"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\""""
    r"""|'(?:[^'\\\n]|\\.)*+'|"(?:[^"\\\n]|\\.)*+"))"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<next>,[ \t]*\w+[ \t]*=(?!=))|(?P<end>\n|\#)""",
    re.DOTALL,
)
_QUOTES = re.compile(r"""[rbufRBUF]{0,2}('''|\"\"\"|'|")""")
# What stands in these names a secret, and is none: ``os.environ["API_KEY"]``.
_NAMES_ONE = re.compile(
    r"""(?:\w\[|\b(?:getenv|get|pop|getpass|input|open|get_password|get_secret"""
    r"""|get_secret_value)\()\s*$"""
)
_KEY = re.compile(r"[ \t]*:")

_CONNECTION = re.compile(
    r"""(?i)(?<!\w)((?:password|passwd|pwd|(?:account|shared[ ]?access|access|secret|api)[ ]?key"""
    r"""|(?:shared|client)[ ]?secret)[ \t]?=[ \t]?)"""
    r"""(\{[^{}\n'"]{1,256}+\}|(?![\s=;'"{])[^;'"\n]{1,500}+)"""
)
_PAIR = re.compile(r"(?<!\w)(?:host|hostaddr|dbname|server|user|uid|port)[ \t]?=", re.IGNORECASE)
_CODE = re.compile(r"[(\[]")
_MOST_BEFORE = 400


def without_connection_secrets(text: str, instead: str) -> str:
    """Replace what ``Password=…;`` and its kind give in connection strings."""
    if "=" not in text:
        return text
    return _CONNECTION.sub(lambda found: _replaced(found, instead), text)


def _replaced(found: re.Match[str], instead: str) -> str:
    text, start = found.string, found.start()
    before = text[max(0, start - _MOST_BEFORE) : start].rpartition("\n")[2]
    value = found[2]
    quoted = before.count('"') % 2 == 1 or before.count("'") % 2 == 1
    last = before.rstrip()[-1:]
    ends = text[found.end() : found.end() + 1]
    if last == ";" or (quoted and last in {"'", '"'} and ends == ";"):
        inside = quoted or not _CODE.search(value)
    elif not last:
        inside = ends == ";" and " " not in found[1][-2:] and not _CODE.search(value)
    else:
        # "host=db user=ada password=abc": libpq separates by spaces.
        inside = before[-1:].isspace() and _PAIR.search(before) is not None
        inside = inside and (quoted or not _CODE.search(before + value))
        value = value.split()[0] if inside else value
    if not inside:
        return found.group()
    return found[1] + instead + found[2][len(value) :]


def literals_given_to(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the longer literals are in the statement that assigns to ``start:end``."""
    before = text[max(0, start - _MOST_BEFORE) : start].rpartition("\n")[2]
    sign = _AFTER_TARGET.match(text, end)
    if sign is None or _BEFORE_TARGET.fullmatch(before) is None:
        return
    name, depth, lines, position = text[start:end], 0, 0, sign.end()
    # What ``token`` or ``token_counts`` is made of by a call is about words as often as not.
    deep = not name.lower().startswith("token")
    while (piece := _PIECE.search(text, position, sign.end() + _LONGEST)) is not None:
        position = piece.end()
        if piece["open"] or piece["close"]:
            depth += 1 if piece["open"] else -1
        lines += piece.group() == "\n"
        over = depth == 0 and (piece["next"] or piece.group() == "\n")
        if over or depth < 0 or lines > _MOST_LINES:
            return
        if piece.group() == "#":
            line_end = text.find("\n", position)
            position = len(text) if line_end < 0 else line_end
        elif piece["text"] and (deep or depth == 0):
            span = _inner(piece)
            if span is not None and name_is_secret(name, text[span[0] : span[1]]):
                yield span


def _inner(piece: re.Match[str]) -> tuple[int, int] | None:
    """Return where a literal's text is; None for a short one, a key and the name of a secret."""
    text, quotes = piece.string, _QUOTES.match(piece.group())
    if quotes is None:
        return None
    start, end = piece.start() + quotes.end(), piece.end() - len(quotes[1])
    named = _NAMES_ONE.search(text[max(0, piece.start() - 40) : piece.start()])
    if end - start < _SHORTEST or named or _KEY.match(text, piece.end()):
        return None
    return start, end

"""From the text of a filter to its words."""

from __future__ import annotations

import re
from typing import NamedTuple

from nbtrack.filters.complaint import complaint

# An identifier is one token: "metrics.acc", "tags.mlflow.source.name", "params.`a b`",
# "`Run Name`". What follows the first dot may begin with a digit, or be any text between quotes or
# backticks. A quote doubled inside a quoted value is part of it, both of them: MLflow's grammar has
# no escape.
_TOKEN = re.compile(
    r"""
      (?P<blank>  \s+ )
    | (?P<name>   (?: [^\W\d]\w* | `[^`]+` )
                  (?: \. (?: \w+ (?:\.\w+)* | `[^`]+` | "[^"]+" | '[^']+' ) )? )
    | (?P<number> -? (?: \d+ (?:\.\d*)? | \.\d+ ) (?: [eE] [+-]? \d+ )? (?![\w.]) )
    | (?P<text>   ' (?: [^'] | '' )* ' | " (?: [^"] | "" )* " )
    | (?P<sign>   <= | >= | != | == | <> | [=<>(),] )
    """,
    re.VERBOSE,
)

_KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE"})

_HINTS = {
    "'": " The quote is not closed.",
    '"': " The quote is not closed.",
    "`": " The backtick is not closed.",
    ";": " A filter is one expression, not multiple expressions.",
    "+": " Numbers have no plus sign.",
}


class Token(NamedTuple):
    """One word of a filter.

    Attributes
    ----------
    kind : str
        ``name``, ``number``, ``text``, ``end``, or the sign or keyword itself in upper case.
    text : str
        As written.
    position : int
        Index of its first character.
    """

    kind: str
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Split a filter into words, with an ``end`` token after the last.

    Raises
    ------
    InvalidValue
        At a character that begins nothing.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _stray(text, position, tokens)
        if match.lastgroup != "blank":
            tokens.append(Token(_kind(match), match[0], position))
        position = match.end()
    return [*tokens, Token("end", "", len(text))]


def _kind(match: re.Match[str]) -> str:
    assert match.lastgroup is not None
    word = match[0].upper()
    if match.lastgroup == "sign" or (match.lastgroup == "name" and word in _KEYWORDS):
        return word
    return match.lastgroup


def _stray(text: str, position: int, before: list[Token]) -> Exception:
    sign = text[position]
    hint = _HINTS.get(sign, "")
    last = before[-1] if before else None
    if last and last.kind == "name" and last.position + len(last.text) == position and not hint:
        hint = (
            " A key with other signs than letters, digits, underscores and dots stands between "
            "backticks: metrics.`val-loss`."
        )
    return complaint(
        text, position, f"Invalid clause(s) in filter string: unexpected {sign!r}.{hint}"
    )

"""Takes secrets out of source text, patches, output and captured values.

The signs: the shape of well-known tokens, the password in a URL or connection string, and a name
like key, token, secret or password in front of a text. What is found becomes ``[redacted]``; line
counts stay. Every pattern starts at a word's beginning and is bounded, so the time is linear in the
text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbtrack.redaction.assignments import literals_given_to, without_connection_secrets
from nbtrack.redaction.secret_names import name_is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

REDACTED = "[redacted]"

# Prefixes of tokens as their issuers document them (AWS, GitHub, GitLab, Slack, OpenAI, Anthropic,
# Hugging Face, Google, npm, PyPI, DigitalOcean, Stripe, SendGrid) and JSON web tokens.
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9_\-])(?:"
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}+"
    r"|github_pat_[A-Za-z0-9_]{20,255}+"
    r"|glpat-[A-Za-z0-9_\-]{16,255}+"
    r"|xox[abeoprs]-[A-Za-z0-9\-]{10,255}+"
    r"|xapp-[A-Za-z0-9\-]{10,255}+"
    r"|sk-[A-Za-z0-9_\-]{20,255}+"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}+"
    r"|hf_[A-Za-z0-9]{20,255}+"
    r"|AIza[A-Za-z0-9_\-]{35}+"
    r"|ya29\.[A-Za-z0-9_\-]{20,500}+"
    r"|npm_[A-Za-z0-9]{36}+"
    r"|pypi-[A-Za-z0-9_\-]{32,500}+"
    r"|dop_v1_[a-f0-9]{40,64}+"
    r"|SG\.[A-Za-z0-9_\-]{16,64}+\.[A-Za-z0-9_\-]{16,64}+"
    r"|eyJ[A-Za-z0-9_\-]{8,8000}+\.[A-Za-z0-9_\-]{4,8000}+(?:\.[A-Za-z0-9_\-]{0,8000}+)?"
    r")"
)
_BEARER = re.compile(
    r"(?i)(?<!\w)(bearer\s{1,3})(?=[A-Za-z._~+/\-]{0,200}\d)[A-Za-z0-9._~+/\-]{12,4000}+=*"
)
_URL_PASSWORD = re.compile(
    r"""(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9+.\-]{1,30}://[^\s/:@'"]{0,200}:)([^\s/@'"]{1,200})(?=@)"""
)
_URL_QUERY = re.compile(
    r"""(?i)(?<=[?&])((?:[a-z_\-]{0,30})(?:key|token|secret|password|sig|signature)=)[^\s&'"#]{4,2000}+"""
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----")
_HINT = re.compile(r"(?i)key|token|secret|passw|passphrase|pwd|credential|pass\b|pw\b")

_STRONG = re.compile(r"(?i)secret|passw|passphrase|credential|api_?key")
_WORD_END = re.compile(r"\w*")
# Between a name and its value: the end of a subscript or key, an annotation, = : == or a comma.
_ASSIGNED = re.compile(
    r"""(?:["'][ \t]{0,4}\]?|\])?[ \t]{0,8}"""
    r"""(?::[ \t]{0,4}[\w.\[\], |]{1,40}?=|[:=!]?=|:|(?<=["']),)(?!=)"""
    r"""[ \t]{0,8}(?:\(\s{0,80})?"""
)
_QUOTED = re.compile(r"""[rbufRBUF]{0,2}(\"\"\"|'''|"|')""")
_BARE = re.compile(r"""[^\s'"()\[\]{},;#<>$=]{4,256}+(?![(\[])""")
_REST = re.compile(r"""[^\s'"()\[\]{},;#<>$]*+""")
_FLAG_VALUE = re.compile(r"""(?:[ =])\s{0,4}(?=[^\s\-])""")
_LINE_END = re.compile(r"[ \t\r]{0,80}(?:\n|\Z)")
_MAX_NAME = 80


def redact(text: str) -> str:
    """Replace what looks like a secret; the number of lines stays the same."""
    if not text:
        return text
    text = _without_private_keys(text)
    if "://" in text:
        text = _URL_PASSWORD.sub(rf"\1{REDACTED}", text)
        text = _URL_QUERY.sub(rf"\1{REDACTED}", text)
    text = _SHAPES.sub(REDACTED, text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    text = without_connection_secrets(text, REDACTED)
    return _without_named(text)


def redact_url(url: str) -> str:
    """Take user and password out of a URL (a git remote): neither is needed."""
    return redact(re.sub(r"(?<=://)[^/@\s]{1,400}@", "", url))


def is_secret(name: str, value: Any) -> bool:
    """Whether a captured value must not be stored, judged by its name, part by part."""
    return any(name_is_secret(part, value) for part in name.split("."))


def _without_private_keys(text: str) -> str:
    pieces: list[str] = []
    position = 0
    while (found := _PRIVATE_KEY.search(text, position)) is not None:
        end = text.find("-----END", found.end())
        end = len(text) if end < 0 else end
        pieces += [text[position : found.end()], _blank(text[found.end() : end])]
        position = end
    return "".join([*pieces, text[position:]]) if pieces else text


def _blank(text: str) -> str:
    return REDACTED + "\n" * text.count("\n")


def _without_named(text: str) -> str:
    pieces: list[str] = []
    position = written = 0
    while (hint := _HINT.search(text, position)) is not None:
        start = _word_start(text, hint.start(), written)
        matched = _WORD_END.match(text, hint.end())
        end = position = matched.end() if matched else hint.end()
        if end - start > _MAX_NAME:
            continue
        for first, last in _value_spans(text, start, end):
            pieces += [text[written:first], _blank(text[first:last])]
            position = written = last
    return "".join([*pieces, text[written:]]) if pieces else text


def _word_start(text: str, position: int, least: int) -> int:
    least = max(least, position - _MAX_NAME - 1)
    while position > least and (text[position - 1].isalnum() or text[position - 1] in "_-"):
        position -= 1
    return position


def _value_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what is given to the name: the value itself, and literals in the rest of its line."""
    after = end
    span = _value_span(text, start, end)
    if span is not None and name_is_secret(text[start:end], text[span[0] : span[1]]):
        yield span
        after = span[1]
    for first, last in literals_given_to(text, start, end):
        if first >= after:
            yield first, last


def _value_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the text that is given to the name at ``start:end``, without its quotes."""
    assigned = _ASSIGNED.match(text, end)
    if assigned is None:
        return _flag_span(text, start, end)
    quoted = _QUOTED.match(text, assigned.end())
    if quoted is not None:
        if not _sign_fits(text, start, end, assigned.group()):
            return None
        close = _closing(text, quoted.end(), quoted[1])
        return None if close <= quoted.end() else (quoted.end(), close)
    bare = _BARE.match(text, assigned.end())
    if bare is None or not _bare_is_a_value(text[start:end], assigned.group(), bare):
        return None
    return bare.start(), _rest(text, bare)


def _sign_fits(text: str, start: int, end: int, sign: str) -> bool:
    """Tell ``"password": "x"``, ``f("password", "x")`` and YAML from texts that only look so."""
    name = text[start:end]
    as_key = sign[0] in "\"'" and text[start - 1 : start] == sign[0]
    if "==" in sign or "!=" in sign or "," in sign:
        # Comparisons and lists of words are about tokens of a language as often as not.
        return (as_key or "," not in sign) and (name.isupper() or _STRONG.search(name) is not None)
    if "=" in sign or as_key:
        return True
    before = text[max(0, start - _MAX_NAME) : start].rpartition("\n")[2]
    return ":" in sign and not before.strip(" \t+-")


def _closing(text: str, position: int, quote: str) -> int:
    """Find where a quoted text ends; one that is not closed ends with its line or the text."""
    line = -1 if len(quote) > 1 else text.find("\n", position)
    stop = len(text) if line < 0 else line
    while (end := text.find(quote, position, stop)) >= 0:
        slashes = 0
        while text[end - 1 - slashes] == "\\":
            slashes += 1
        if slashes % 2 == 0:
            return end
        position = end + 1
    return stop


def _bare_is_a_value(name: str, sign: str, bare: re.Match[str]) -> bool:
    """Tell ``API_KEY=abc1`` (shell, .env) and ``password: ab-1`` (YAML) from Python."""
    value = bare.group()
    if sign == "=":
        if name.startswith("--"):
            return True
        constant = value.replace("_", "A").isupper()
        return name.isupper() and not constant and "." not in value[:-1]
    mixed = any(map(str.isdigit, value)) or not value.replace("_", "").replace(".", "").isalnum()
    return sign.strip() == ":" and mixed and _LINE_END.match(bare.string, bare.end()) is not None


def _flag_span(text: str, start: int, end: int) -> tuple[int, int] | None:
    if not text.startswith("--", start):
        return None
    sign = _FLAG_VALUE.match(text, end)
    bare = _BARE.match(text, sign.end()) if sign else None
    return (bare.start(), _rest(text, bare)) if bare else None


def _rest(text: str, bare: re.Match[str]) -> int:
    rest = _REST.match(text, bare.end())
    return rest.end() if rest else bare.end()

"""LIKE and ILIKE that mean the same on every database.

``%`` stands for any text, ``_`` for any character, everything else, backslashes and brackets
included, for itself. LIKE respects case. ILIKE does not: a pattern of ASCII letters matches these
letters in both cases, any other pattern what Unicode's case folding makes equal. Letters that fold
to several (ligatures, some of Greek) do so on SQLite and from PostgreSQL 18 on only; the German
sharp s also on MySQL and MariaDB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, ColumnElement, String, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

_EXACT, _ASCII, _FOLDED = "exact", "ascii", "folded"
_TO_GLOB = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})

# SQLite's LIKE ignores the case of ASCII letters, its GLOB none. The others would let a backslash
# take away the meaning of the next sign (MariaDB also after ESCAPE ''): `|` does instead.
_SPELLED = {
    "sqlite": {
        _EXACT: "{text} GLOB {pattern}",
        _ASCII: "{text} LIKE {pattern}",
        _FOLDED: "nb_casefold({text}) GLOB {pattern}",
    },
    "postgresql": {
        _EXACT: "{text} LIKE {pattern} ESCAPE '|'",
        _ASCII: "lower({text} COLLATE \"C\") LIKE {pattern} ESCAPE '|'",
        _FOLDED: "{folded_text} LIKE {folded_pattern} ESCAPE '|'",
    },
    "mysql": {
        _EXACT: "{text} LIKE {pattern} ESCAPE '|'",
        _ASCII: "lower({text}) LIKE {pattern} ESCAPE '|'",
        _FOLDED: "{folded_text} LIKE {folded_pattern} ESCAPE '|'",
    },
}
_SPELLED["mariadb"] = _SPELLED["mssql"] = _SPELLED["mysql"]
_TO_LIKE = {
    "postgresql": {"|": "||"},
    "mysql": {"|": "||"},
    "mariadb": {"|": "||"},
    "mssql": {"|": "||", "[": "|["},
}

# How texts that differ in case become equal. Both ways and back, because of letters such as the
# two small sigmas. The collation that knows the letters is named: the database's own may know the
# case of ASCII letters only, or of those in an old Unicode. PostgreSQL: by the version it came in.
_FOLD_MYSQL = (
    "replace(upper(lower({} COLLATE utf8mb4_unicode_520_ci)) COLLATE utf8mb4_bin, 'ß', 'SS')"
)
_FOLD = {"mysql": _FOLD_MYSQL, "mariadb": _FOLD_MYSQL, "mssql": "upper(lower({}))"}
_FOLD_BY_VERSION = (
    (18, 'casefold({} COLLATE "pg_unicode_fast")'),
    (17, 'upper(lower({} COLLATE "pg_c_utf8"))'),
    (0, 'upper(lower({} COLLATE "und-x-icu"))'),
)


class _Pattern(TypeDecorator[str]):
    """A pattern, as a database spells it."""

    impl = String
    cache_ok = True

    def __init__(self, case: str) -> None:
        super().__init__()
        self.case = case

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return value if self.case == _ASCII else self._glob(value)
        value = value.lower() if self.case == _ASCII else value
        return value.translate(str.maketrans(_TO_LIKE[dialect.name]))

    def _glob(self, pattern: str) -> str:
        return (pattern.casefold() if self.case == _FOLDED else pattern).translate(_TO_GLOB)


class _Matches(FunctionElement[bool]):
    """Whether a text matches a pattern."""

    inherit_cache = True
    type = Boolean()
    case: str


class _MatchesExactly(_Matches):
    inherit_cache = True
    case = _EXACT


class _MatchesAscii(_Matches):
    inherit_cache = True
    case = _ASCII


class _MatchesFolded(_Matches):
    inherit_cache = True
    case = _FOLDED


def matches(text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Compare a text with a pattern, letter by letter."""
    return _compared(_MatchesExactly, text, pattern)


def matches_in_any_case(text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Compare a text with a pattern; capital and small letters are the same."""
    return _compared(_MatchesAscii if pattern.isascii() else _MatchesFolded, text, pattern)


def _compared(kind: type[_Matches], text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    return kind(text, bindparam(None, pattern, type_=_Pattern(kind.case), unique=True))


@compiles(_Matches)
def _write(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern = (compiler.process(part, **options) for part in element.clauses)
    fold = _fold(compiler.dialect)
    return "({})".format(
        _SPELLED[compiler.dialect.name][element.case].format(
            text=text,
            pattern=pattern,
            folded_text=fold.format(text),
            folded_pattern=fold.format(pattern),
        )
    )


def _fold(dialect: Dialect) -> str:
    if dialect.name != "postgresql":
        return _FOLD.get(dialect.name, "{}")
    version = getattr(dialect, "server_version_info", (0,))
    return next(fold for first, fold in _FOLD_BY_VERSION if version[0] >= first)

"""What may stand behind ``%%track``: one table that parses the line, writes the help and the docs.

The line is ``%%track [NAME] [options]``. Words are separated by spaces; quotes keep spaces together
and a word that starts with ``#`` begins a comment. Backslashes are ordinary characters, so Windows
paths need no quoting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECTIONS = ("max", "min")
ON_RERUN = ("new", "replace")

_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)\'""")
_GLOB_SIGNS = frozenset("*?[./\\")


@dataclass(frozen=True)
class Options:
    """A parsed ``%%track`` line.

    Attributes
    ----------
    name : str or None
        Name of the run; None: a generated one, or the one of the cell's last attempt.
    experiment : str or None
        Name of the experiment; None: the notebook's.
    params, metrics : tuple of str, or None
        Names to capture instead of what the rule finds; None: the rule decides.
    directions : dict
        Metric name to ``"max"`` or ``"min"``, as far as given by ``-m``.
    resume : str or None
        Reference of the run to go on with; ``""`` for the cell's last attempt; None: a new run.
    """

    name: str | None = None
    experiment: str | None = None
    params: tuple[str, ...] | None = None
    metrics: tuple[str, ...] | None = None
    directions: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    note: str | None = None
    artifacts: tuple[str, ...] = ()
    on_rerun: str = "new"
    resume: str | None = None
    parent: str | None = None
    seed: int | None = None
    no_params: bool = False
    no_reads: bool = False
    no_metrics: bool = False
    no_source: bool = False
    no_git: bool = False
    no_figures: bool = False
    no_output: bool = False
    no_data: bool = False
    no_live: bool = False
    quiet: bool = False
    dry: bool = False


@dataclass(frozen=True)
class Option:
    """One row of the table.

    ``take`` receives the options so far and the words behind the flag, and returns the new options
    and how many words it used.
    """

    flags: tuple[str, ...]
    usage: str
    help: str
    take: Callable[[Options, list[str]], tuple[Options, int]]


def _switch(name: str) -> Callable[[Options, list[str]], tuple[Options, int]]:
    changes: dict[str, Any] = {name: True}
    return lambda options, _: (replace(options, **changes), 0)


def _value(
    name: str, convert: Callable[[str], Any] = str
) -> Callable[[Options, list[str]], tuple[Options, int]]:
    def take(options: Options, words: list[str]) -> tuple[Options, int]:
        return replace(options, **{name: convert(_first(words))}), 1

    return take


def _first(words: list[str]) -> str:
    if not words or words[0].startswith("--"):
        raise InvalidValue("needs a value behind it")
    return words[0]


def _whole_number(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise InvalidValue(f"takes a whole number, not {word!r}") from None


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word not in choices:
            raise InvalidValue(f"takes {' or '.join(choices)}, not {word!r}")
        return word

    return check


def _names(word: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in word.split(",")) if name)


def _take_metrics(options: Options, words: list[str]) -> tuple[Options, int]:
    names: list[str] = []
    directions = dict(options.directions)
    for name in _names(_first(words)):
        key, _, direction = name.partition(":")
        names.append(key)
        if direction:
            directions[key] = _one_of(DIRECTIONS)(direction)
    return replace(options, metrics=tuple(names), directions=directions), 1


def _take_tags(options: Options, words: list[str]) -> tuple[Options, int]:
    tags = dict(options.tags)
    used = 0
    for word in words:
        key, equals, value = word.partition("=")
        if word.startswith("-") or not (key and equals):
            break
        tags[key] = value
        used += 1
    if not used:
        raise InvalidValue("takes tags as K=V")
    return replace(options, tags=tags), used


def _take_artifacts(options: Options, words: list[str]) -> tuple[Options, int]:
    globs = [_first(words)]
    for word in words[1:]:
        if word.startswith("-") or not _GLOB_SIGNS & set(word):
            break
        globs.append(word)
    return replace(options, artifacts=(*options.artifacts, *globs)), len(globs)


def _take_resume(options: Options, words: list[str]) -> tuple[Options, int]:
    if words and not words[0].startswith("-"):
        return replace(options, resume=words[0]), 1
    return replace(options, resume=""), 0


OPTIONS: tuple[Option, ...] = (
    Option(("-e", "--experiment"), "-e EXPERIMENT", "experiment of the run", _value("experiment")),
    Option(
        ("-p", "--params"),
        "-p a,b",
        "record exactly these names as params",
        _value("params", _names),
    ),
    Option(("--no-params",), "--no-params", "record no params", _switch("no_params")),
    Option(
        ("--no-reads",),
        "--no-reads",
        "no params for values read from earlier cells",
        _switch("no_reads"),
    ),
    Option(
        ("-m", "--metrics"),
        "-m acc:max,loss:min",
        "record exactly these names as metrics; max or min says which way is better",
        _take_metrics,
    ),
    Option(("--no-metrics",), "--no-metrics", "record no metrics", _switch("no_metrics")),
    Option(("-t", "--tag"), "-t K=V …", "tags", _take_tags),
    Option(("-n", "--note"), "-n NOTE", "a note, in quotes", _value("note")),
    Option(
        ("-a", "--artifacts"),
        "-a GLOB …",
        "keep the files the cell writes that match",
        _take_artifacts,
    ),
    Option(
        ("--on-rerun",),
        "--on-rerun new|replace",
        "a re-run of the cell is a new attempt, or puts the last one into the trash",
        _value("on_rerun", _one_of(ON_RERUN)),
    ),
    Option(
        ("--resume",),
        "--resume [RUN]",
        "go on with a run: the cell's last one, or RUN",
        _take_resume,
    ),
    Option(("--parent",), "--parent RUN", "make the run a child of RUN", _value("parent")),
    Option(
        ("--seed",),
        "--seed N",
        "seed random, numpy and torch before the cell",
        _value("seed", _whole_number),
    ),
    Option(("--no-source",), "--no-source", "do not keep the source", _switch("no_source")),
    Option(("--no-git",), "--no-git", "do not ask git", _switch("no_git")),
    Option(("--no-figures",), "--no-figures", "do not keep figures", _switch("no_figures")),
    Option(("--no-output",), "--no-output", "do not keep what is printed", _switch("no_output")),
    Option(
        ("--no-data",), "--no-data", "do not describe the data that is read", _switch("no_data")
    ),
    Option(("--no-live",), "--no-live", "draw no live chart", _switch("no_live")),
    Option(("-q", "--quiet"), "-q", "show nothing under the cell", _switch("quiet")),
    Option(
        ("--dry",),
        "--dry",
        "run the cell, record nothing, say what would be captured",
        _switch("dry"),
    ),
)

_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}


def split(line: str) -> list[str]:
    """Return the words of a line.

    Raises
    ------
    InvalidValue
        If a quote is not closed.
    """
    words = []
    rest = line
    for match in _WORD.finditer(line):
        word = match.group()
        if word.startswith("#"):
            rest = line[: match.start()]
            break
        words.append(_QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or "", word))
    if "".join(_WORD.sub("", rest).split()):
        raise InvalidValue("a quote is opened but not closed")
    return words


def parse(line: str) -> Options:
    """Read what stands behind ``%%track``.

    Raises
    ------
    InvalidValue
        With a sentence that names the nearest option where one is unknown.
    """
    words = split(line)
    options = Options()
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            options = _with_name(options, word)
            continue
        flag, equals, value = word.partition("=")
        if flag.startswith("--") and equals:
            words.insert(0, value)
        options, used = _take(options, flag if flag.startswith("--") else word, words)
        if equals and flag.startswith("--") and not used:
            raise InvalidValue(f"{flag} takes no value")
        del words[:used]
    return options


def _take(options: Options, flag: str, words: list[str]) -> tuple[Options, int]:
    option = _BY_FLAG.get(flag)
    if option is None:
        raise InvalidValue(f"there is no option {flag}{nearest(flag, _BY_FLAG)}")
    try:
        return option.take(options, words)
    except InvalidValue as error:
        raise InvalidValue(f"{flag} {error.message}") from None


def _with_name(options: Options, word: str) -> Options:
    if options.name is not None:
        raise InvalidValue(
            f"a run has one name, but {options.name!r} and {word!r} were given; "
            f'a name with spaces needs quotes: "{options.name} {word}"'
        )
    return replace(options, name=word)


def nearest(word: str, known: Any) -> str:
    """Return `` (nearest: …)`` for an unknown word, or an empty string if nothing is like it.

    Examples
    --------
    >>> nearest("--on-rern", ["--on-rerun", "--resume"])
    ' (nearest: --on-rerun)'
    """
    found = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (nearest: {found[0]})" if found else ""


def usage() -> str:
    """Return the usage and a line of help for each option."""
    width = max(len(option.usage) for option in OPTIONS)
    rows = "\n".join(f"  {option.usage:<{width}}  {option.help}" for option in OPTIONS)
    return f"%%track [NAME] [options]\n\nTrack this cell as a run.\n\n{rows}\n"

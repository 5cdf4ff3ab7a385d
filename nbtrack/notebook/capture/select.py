"""From what could be captured to what is: options, limits, keys logged explicitly, secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValue
from nbtrack.notebook.capture.captured import (
    MAX_METRICS,
    MAX_PARAMS,
    Captured,
    CaptureOptions,
    LeftOut,
)
from nbtrack.notebook.capture.take import Candidate
from nbtrack.notebook.capture.values import (
    MAX_ITEMS,
    MAX_PLAIN_TEXT,
    MAX_TEXT,
    NO_SCALAR,
    is_prose,
    number,
    scalar,
    too_long,
)
from nbtrack.redaction.redact import REDACTED, is_secret, redact
from nbtrack.store.checks import check_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_MAX_LISTED = 50
_PROSE = f"a text of several lines or over {MAX_PLAIN_TEXT} characters; -p NAME takes it"
_BAD_SIGNS = re.compile(r"[^\w\-.: ]")


def select(
    found: Iterable[Candidate],
    options: CaptureOptions,
    logged: Collection[str],
    namespace: Mapping[str, Any],
) -> Captured:
    """Apply what the user asked for and the limits; the first candidate of a key wins."""
    selection = _Selection(options, frozenset(logged))
    listed = list(found)
    for candidate in listed:
        selection.take(candidate)
    selection.add_named(listed, namespace)
    selection.shorten()
    return selection.captured


class _Selection:
    def __init__(self, options: CaptureOptions, logged: frozenset[str]) -> None:
        self.options = options
        self.logged = logged
        self.captured = Captured()
        self.seen: set[str] = set()

    def take(self, candidate: Candidate) -> None:
        key = _key(candidate.key)
        if key is None or key in self.seen:
            return
        if key in self.logged and candidate.kind in {"param", "metric"}:
            self.seen.add(key)
            self.pass_over(key, "logged explicitly in the run")
        elif candidate.kind == "param":
            self.take_param(key, candidate)
        elif candidate.kind == "metric":
            self.take_metric(key, candidate)
        elif candidate.kind == "left out":
            self.leave_out(key, candidate.reason)
        else:
            self.pass_over(key, candidate.reason)

    def take_param(self, key: str, candidate: Candidate) -> None:
        options = self.options
        if options.no_params or (options.no_reads and candidate.cell):
            self.pass_over(key, "--no-params" if options.no_params else "--no-reads")
        elif options.metrics is not None and _named(key, options.metrics):
            return
        elif options.params is not None and not _named(key, options.params):
            self.leave_out(key, "not named by -p")
        elif options.params is None and len(self.captured.params) >= MAX_PARAMS:
            self.leave_out(key, f"only {MAX_PARAMS} params are taken unless named by -p")
        elif options.params is None and is_prose(candidate.value):
            self.leave_out(key, _PROSE)
        elif too_long(candidate.value):
            self.leave_out(key, f"more than {MAX_ITEMS} items or {MAX_TEXT:,} characters")
        else:
            self.add_param(key, candidate)

    def add_param(self, key: str, candidate: Candidate) -> None:
        self.seen.add(key)
        value = candidate.value
        if is_secret(key, value):
            value = REDACTED
        elif isinstance(value, str):
            value = redact(value)
        self.captured.params[key] = value
        self.captured.reasons[key] = candidate.reason
        if candidate.cell and candidate.cell != "?":
            self.captured.read_from[key] = candidate.cell

    def take_metric(self, key: str, candidate: Candidate) -> None:
        options = self.options
        if options.params is not None and _named(key, options.params):
            self.add_param(key, candidate)
        elif options.no_metrics:
            self.pass_over(key, "--no-metrics")
        elif options.metrics is not None and not _named(key, options.metrics):
            self.leave_out(key, "not named by -m")
        elif options.metrics is None and len(self.captured.metrics) >= MAX_METRICS:
            self.leave_out(key, f"only {MAX_METRICS} metrics are taken unless named by -m")
        else:
            self.add_metric(key, candidate.value, candidate.reason)

    def add_metric(self, key: str, value: float, reason: str) -> None:
        self.seen.add(key)
        self.captured.metrics[key] = value
        self.captured.reasons[key] = reason

    def leave_out(self, key: str, reason: str) -> None:
        self.seen.add(key)
        self.captured.left_out.append(LeftOut(key, reason))

    def pass_over(self, key: str, reason: str) -> None:
        self.seen.add(key)
        self.captured.passed_over.append(LeftOut(key, reason))

    # Names given by -p and -m that the rule alone would not have taken

    def add_named(self, found: list[Candidate], namespace: Mapping[str, Any]) -> None:
        values = {_key(c.key): c.value for c in reversed(found)}
        if self.options.metrics is not None and not self.options.no_metrics:
            for name in self._missing(self.options.metrics, self.captured.metrics):
                value = _as_metric(values.get(name), namespace.get(name))
                if value is None:
                    self._not_there(name, namespace, "is no number")
                else:
                    self._replace(name)
                    self.add_metric(name, value, "named by -m")
        if self.options.params is not None and not self.options.no_params:
            for name in self._missing(self.options.params, self.captured.params):
                value = _as_param(values.get(name), namespace.get(name))
                if value is NO_SCALAR:
                    self._not_there(name, namespace, "is no text, number or truth value")
                else:
                    self._replace(name)
                    self.add_param(name, Candidate("param", name, value, "named by -p"))

    def shorten(self) -> None:
        """Keep the list of what was left out short enough to store and to read."""
        for listed in (self.captured.left_out, self.captured.passed_over):
            if len(listed) > _MAX_LISTED:
                more = len(listed) - _MAX_LISTED
                listed[_MAX_LISTED:] = [LeftOut("…", f"{more:,} more")]

    def _missing(self, names: Iterable[str], taken: Mapping[str, Any]) -> list[str]:
        return [
            name
            for name in names
            if name not in self.logged and not any(_named(key, [name]) for key in taken)
        ]

    def _not_there(self, name: str, namespace: Mapping[str, Any], kind: str) -> None:
        self._replace(name)
        self.leave_out(name, f"it {kind}" if name in namespace else "there is no such name")

    def _replace(self, name: str) -> None:
        for listed in (self.captured.left_out, self.captured.passed_over):
            listed[:] = [item for item in listed if item.name != name]


def _named(key: str, names: Iterable[str]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in names)


def _as_metric(*values: Any) -> float | None:
    for value in values:
        found = float(value) if isinstance(value, bool) else number(value)
        if found is not None:
            return found
    return None


def _as_param(*values: Any) -> Any:
    for value in values:
        plain = NO_SCALAR if value is None else scalar(value)
        if plain is not NO_SCALAR:
            return plain
    return NO_SCALAR


def _key(text: str) -> str | None:
    """Make a name that every store takes; None where that is not possible."""
    try:
        return check_key(text, "param")
    except InvalidValue:
        pass
    try:
        return check_key(_BAD_SIGNS.sub("_", text), "param")
    except InvalidValue:
        return None

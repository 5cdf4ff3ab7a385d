"""``%track log``, ``tag``, ``note``, ``rm`` and ``undo``: changes to runs that are there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbtrack import tags
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.notebook.options import split
from nbtrack.sentences import count, say

if TYPE_CHECKING:
    from nbtrack.entities import Run
    from nbtrack.notebook.kernel import Kernel


def log(kernel: Kernel, rest: str) -> None:
    """Add numbers as metrics and anything else as params to the active or last run."""
    words = split(rest)
    correct = "--correct" in words
    pairs = _pairs([word for word in words if word != "--correct"], "log")
    run = kernel.run_to_log_to()
    for key, value in pairs.items():
        number = _number(value)
        if correct:
            run.correct_param(key, value)
        elif number is None:
            run.log_param(key, value)
        else:
            run.log_metric(key, number)
    run.session.flush()
    what = ", ".join(f"{key}={value}" for key, value in pairs.items())
    say(f"{'corrected' if correct else 'logged'} {what} in {run.info.run_name}.")


def tag(kernel: Kernel, rest: str) -> None:
    """Set tags of a run; the one before the first ``k=v``, else the last one."""
    run, words = _run_and_rest(kernel, split(rest))
    _set_tags(kernel, run, _pairs(words, "tag"), "the tags")


def note(kernel: Kernel, rest: str) -> None:
    """Set a run's note; without a run that the first word names, the last run's."""
    words = split(rest)
    if not words:
        raise InvalidValue("note needs a text: %track note [RUN] TEXT")
    run, text = kernel.find_run("last"), " ".join(words)
    if len(words) > 1:
        # Most notes begin with a word that names no run.
        with suppress(NotFound, InvalidValue):
            run, text = kernel.find_run(words[0]), " ".join(words[1:])
    _set_tags(kernel, run, {tags.NOTE: text}, "the note")


def remove(kernel: Kernel, rest: str) -> None:
    """Put runs into the trash."""
    words = split(rest)
    if not words:
        raise InvalidValue("rm needs a run: %track rm RUN …")
    runs = [kernel.find_run(word) for word in words]
    kernel.to_trash([run.info.run_id for run in runs], f"rm of {count(len(runs), 'run')}")
    names = ", ".join(run.info.run_name for run in runs)
    say(f"{names} went to the trash; %track undo brings back.")


def undo(kernel: Kernel, rest: str) -> None:  # noqa: ARG001 - every command takes the rest of its line
    """Take back the last change that a command or ``--on-rerun replace`` of this kernel made."""
    what = kernel.undo()
    say(f"undone: {what}." if what else "there is nothing to undo in this kernel.")


def _set_tags(kernel: Kernel, run: Run, changes: dict[str, str], what: str) -> None:
    session = kernel.session()
    run_id, before = run.info.run_id, run.data.tags
    session.store.log_batch(run_id, tags=_as_tags(changes))

    def take_back() -> None:
        kept = {key: before[key] for key in changes if key in before}
        session.store.log_batch(run_id, tags=_as_tags(kept))
        for key in changes.keys() - kept.keys():
            session.store.delete_tag(run_id, key)

    kernel.can_undo(f"{what} of {run.info.run_name}", take_back)
    say(f"set {what} of {run.info.run_name}.")


def _as_tags(values: dict[str, str]) -> Any:
    from nbtrack.client.active_run import checked_tags

    return checked_tags(values)


def _run_and_rest(kernel: Kernel, words: list[str]) -> tuple[Run, list[str]]:
    if words and "=" not in words[0]:
        return kernel.find_run(words[0]), words[1:]
    return kernel.find_run("last"), words


def _pairs(words: list[str], command: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals):
            raise InvalidValue(f"{command} takes k=v, not {word!r}")
        pairs[key] = value
    if not pairs:
        raise InvalidValue(f"{command} needs at least one k=v")
    return pairs


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

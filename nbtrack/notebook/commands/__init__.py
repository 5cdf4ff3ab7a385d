"""``%track`` and its subcommands: a table of names, each in a small module that loads when used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValue, NbtrackError
from nbtrack.notebook.options import nearest
from nbtrack.sentences import say

if TYPE_CHECKING:
    from nbtrack.notebook.kernel import Kernel


@dataclass(frozen=True)
class Command:
    """A subcommand; ``where`` is ``"module:function"`` below this package."""

    name: str
    usage: str
    help: str
    where: str


COMMANDS: tuple[Command, ...] = (
    Command("runs", "runs [QUERY]", "the last runs, or those that match", "listing:runs"),
    Command("show", "show [RUN]", "everything about one run", "listing:show"),
    Command("diff", "diff [A] [B]", "what two runs do not share", "listing:diff"),
    Command(
        "log", "log [--correct] k=v …", "add metrics and params to the last run", "writing:log"
    ),
    Command("tag", "tag [RUN] k=v …", "set tags", "writing:tag"),
    Command("note", "note [RUN] TEXT", "set the note of a run", "writing:note"),
    Command("rm", "rm RUN …", "put runs into the trash", "writing:remove"),
    Command("undo", "undo", "take back the last rm, replace, tag or note", "writing:undo"),
    Command("on", "on", "track every following cell", "switches:on"),
    Command("off", "off", "track only cells that begin with %%track", "switches:off"),
    Command(
        "config",
        "config [STORE | trust]",
        "the store of this kernel, or change it",
        "switches:config",
    ),
    Command("doctor", "doctor", "check the store, journals and open runs", "doctor:doctor"),
    Command("help", "help", "this text and the options of %%track", "listing:help_text"),
)

_BY_NAME = {command.name: command for command in COMMANDS}


def run_command(kernel: Kernel, line: str) -> Any:
    """Run what stands behind ``%track``; a mistake of the user becomes one sentence."""
    try:
        word, _, rest = line.strip().partition(" ")
        if word and word not in _BY_NAME:
            raise InvalidValue(
                f"there is no subcommand {word!r}{nearest(word, _BY_NAME)}; %track help lists them"
            )
        where = _BY_NAME[word].where if word else "listing:overview"
        module, name = where.split(":")
        return getattr(import_module(f"{__name__}.{module}"), name)(kernel, rest.strip())
    except NbtrackError as error:
        # A message that ends with a line of its own, the caret below a filter, needs no full stop.
        stop = "" if "\n" in error.message or error.message.endswith((".", "…")) else "."
        say(f"%track: {error.message}{stop}")
        return None


def usage() -> str:
    """Return the usage and a line of help for each subcommand."""
    width = max(len(command.usage) for command in COMMANDS)
    rows = "\n".join(f"  {command.usage:<{width}}  {command.help}" for command in COMMANDS)
    return (
        "%track [subcommand]\n\nWithout a subcommand: the store and why it was chosen, the active "
        f"run, the last runs.\n\n{rows}\n\n"
        "RUN is an id or its beginning, a name, last, last~2 or best:METRIC.\n"
    )

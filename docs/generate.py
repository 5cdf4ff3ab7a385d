"""Fill the generated blocks of the README and of docs/ from the code itself.

``python docs/generate.py`` writes them; tests/test_docs.py fails when a file and the code differ.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_origin

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbtrack.rest.endpoint import Endpoint

ROOT = Path(__file__).parents[1]
FILES = (
    ROOT / "README.md",
    ROOT / "docs" / "cli.md",
    ROOT / "docs" / "notebook.md",
    ROOT / "docs" / "rest.md",
)
BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
HELP_WIDTH = 96


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command under its full name, groups before their members."""
    yield name, command
    if isinstance(command, click.Group):
        for member in command.commands.values():
            yield from walk(member, f"{name} {member.name}")


def commands() -> str:
    """Return a table of all commands with their first sentence."""
    from nbtrack.cli.main import main

    lines = ["| command | what it does |", "|---|---|"]
    for name, command in walk(main, "nbtrack"):
        if not isinstance(command, click.Group):
            lines.append(f"| `{name}` | {command.get_short_help_str(200)} |")
    return "\n".join(lines)


def help_texts() -> str:
    """Return what ``--help`` of every command prints."""
    from nbtrack.cli.main import main

    parts = []
    for name, command in walk(main, "nbtrack"):
        context = click.Context(
            command,
            info_name=name,
            terminal_width=HELP_WIDTH,
            max_content_width=HELP_WIDTH,
            help_option_names=main.context_settings["help_option_names"],
        )
        parts.append(f"## `{name}`\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts)


def settings() -> str:
    """Return a table of all settings."""
    from nbtrack.settings import SETTINGS

    lines = ["| variable | default | what it does |", "|---|---|---|"]
    for row in SETTINGS:
        default = f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.variable}` | {default} | {row.sentence} |")
    return "\n".join(lines)


def cell_options() -> str:
    """Return what ``%%track?`` prints."""
    from nbtrack.notebook.options import usage

    return f"```text\n{usage().rstrip()}\n```"


def line_commands() -> str:
    """Return what ``%track?`` prints."""
    from nbtrack.notebook.commands import usage

    return f"```text\n{usage().rstrip()}\n```"


def endpoints() -> str:
    """Return a table of all endpoints."""
    from nbtrack.rest.endpoints import ENDPOINTS

    lines = ["| endpoint | parameters | what it does |", "|---|---|---|"]
    for row in ENDPOINTS:
        sentence = (row.serve.__doc__ or "").split("\n")[0]
        asked = f"`{row.method} {row.paths[0]}`"
        lines.append(f"| {asked} | {parameters(row)} | {sentence} |")
    return "\n".join(lines)


def parameters(row: Endpoint) -> str:
    """Return the names of what an endpoint takes beside its path."""
    from msgspec.structs import fields

    names = []
    for field in fields(row.request):
        if f"{{{field.encode_name}}}" in row.path:
            continue
        marks = ("[]" if get_origin(field.type) is list else "") + ("*" if field.required else "")
        names.append(f"`{field.encode_name}{marks}`")
    return ", ".join(names)


GENERATORS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "help_texts": help_texts,
    "settings": settings,
    "cell_options": cell_options,
    "line_commands": line_commands,
    "endpoints": endpoints,
}


def filled(text: str) -> str:
    """Return a page with every generated block made anew."""
    return BLOCK.sub(lambda block: f"{block[1]}{GENERATORS[block[2]]().rstrip()}\n{block[3]}", text)


def main() -> None:
    """Write the pages."""
    for path in FILES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

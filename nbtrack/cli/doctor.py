"""``nbtrack doctor``: what nbtrack sees here, and what to do where something is wrong."""

from __future__ import annotations

import click

from nbtrack.cli.common import echo_json, json_option

MARKS = {"ok": " ", "note": "·", "trouble": "!"}


@click.command()
@json_option
@click.pass_obj
def doctor(uri: str | None, *, as_json: bool) -> None:
    """Check this installation and the store.

    Nothing is changed. The exit code is 1 if something needs attention.
    """
    from msgspec import to_builtins

    from nbtrack.cli.checks import findings
    from nbtrack.formatting.text import padded

    found = list(findings(uri))
    troubles = sum(finding.level == "trouble" for finding in found)
    if as_json:
        echo_json([to_builtins(finding) for finding in found])
    else:
        width = max(len(finding.topic) for finding in found)
        for finding in found:
            click.echo(f"{MARKS[finding.level]} {padded(finding.topic, width)}  {finding.text}")
            if finding.advice:
                click.echo(f"  {' ' * width}  -> {finding.advice}")
        click.echo("\nNothing needs attention." if not troubles else "")
    if troubles:
        noun = "thing needs" if troubles == 1 else "things need"
        raise click.ClickException(f"{troubles} {noun} attention; lines with ! say what to do.")

"""The command line: one click group, one module a noun; commands import what they need late.

Exit codes: 0 done, 1 with one sentence on standard error, 2 for a command that was not understood.
"""

from __future__ import annotations

import errno
from typing import Any

import click

from nbtrack import __version__
from nbtrack.cli.artifacts import artifacts
from nbtrack.cli.doctor import doctor
from nbtrack.cli.experiments import experiments
from nbtrack.cli.quickstart import quickstart
from nbtrack.cli.runs import runs
from nbtrack.cli.server import server
from nbtrack.cli.sync import sync
from nbtrack.errors import NbtrackError


class Sentences(click.Group):
    """A group whose commands answer a mistake with a sentence and exit code 1, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except NbtrackError as error:
            raise click.ClickException(error.message) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader of a pipe went away: click ends quietly
            raise click.ClickException(_os_sentence(error)) from error


def _os_sentence(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nbtrack", message="%(prog)s %(version)s")
@click.option(
    "--tracking-uri",
    metavar="URI",
    help="The store, such as sqlite:///runs.db; without it, it is found as the README says.",
)
@click.pass_context
def main(ctx: click.Context, tracking_uri: str | None) -> None:
    """Look at what nbtrack recorded, and start with the quickstart notebook."""
    ctx.obj = tracking_uri


for command in (quickstart, server, experiments, runs, artifacts, sync, doctor):
    main.add_command(command)

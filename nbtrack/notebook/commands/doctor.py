"""``%track doctor``: ``nbtrack doctor`` for the store of this kernel, and the kernel itself."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbtrack.notebook.kernel import Kernel

_SECONDS = 60


def doctor(kernel: Kernel, rest: str) -> None:  # noqa: ARG001 - every command takes its line's rest
    """Print what the checks found.

    The checks belong to the command line, a layer above this one, so they run as that command; it
    opens the store as any other process does, which is part of what is checked.
    """
    session = kernel.session()
    left = session.outbox.flush(1.0)
    command = "from nbtrack.cli.main import main; main(prog_name='nbtrack')"
    done = subprocess.run(  # noqa: S603 - this interpreter and a constant
        [sys.executable, "-c", command, "--tracking-uri", session.location.uri, "doctor"],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    lines = [
        f"notebook  {kernel.notebook or 'unknown to the kernel'}",
        f"folder    {kernel.folder}",
        f"store     {session.location.rule}",
        f"records of this kernel on their way: {left}",
    ]
    # The command was given the store, so its own rule is not this kernel's.
    found = [line for line in done.stdout.splitlines() if line.split()[:1] != ["rule"]]
    print("\n".join([*lines, *found, done.stderr.rstrip()]))  # noqa: T201 - its output

"""The state of the code around a notebook: commit, branch, remote, uncommitted changes.

Asks the ``git`` command; every call has a time limit, a size limit, and options that keep a cloned
repository from running commands of its own (``diff.external``, ``core.fsmonitor``, textconv). Call
it in a thread (`background.Later`): in a huge repository it takes seconds.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.redaction.redact import redact, redact_url

if TYPE_CHECKING:
    from pathlib import Path

MAX_PATCH = 1 << 20
_SECONDS = 5.0
_SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat")

# What git says -> what we say.
_SAID = (
    ("not a git repository", "not in a git repository"),
    ("ambiguous argument 'HEAD'", "the repository has no commit yet"),
    ("unknown revision", "the repository has no commit yet"),
)


@dataclass(frozen=True, slots=True)
class CodeState:
    """What git says of a folder.

    Parameters
    ----------
    patch : str
        Changes of tracked files against the commit, without notebooks, secrets redacted; "" if
        none.
    problem : str
        Why something is missing: no git, no repository, too slow, a patch that is too large.
    """

    commit: str = ""
    branch: str = ""
    remote: str = ""
    patch: str = ""
    problem: str = ""


def read_code(folder: Path, *, seconds: float = _SECONDS) -> CodeState:
    """Ask git for the state of the repository a folder is in; never raises."""
    deadline = time.monotonic() + seconds
    try:
        commit = _git(folder, deadline, "rev-parse", "HEAD")
        branch = _git(folder, deadline, "rev-parse", "--abbrev-ref", "HEAD", check=False)
        remote = _git(folder, deadline, "config", "--get", "remote.origin.url", check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return CodeState(problem=_why(error))
    known = CodeState(commit.strip(), branch.strip(), redact_url(remote.strip()))
    try:
        patch = _patch(folder, deadline)
    except (OSError, subprocess.SubprocessError) as error:
        return _with(known, problem=_why(error))
    if patch is None:
        return _with(known, problem="the patch is larger than 1 MiB")
    return _with(known, patch=redact(patch))


def _with(state: CodeState, *, patch: str = "", problem: str = "") -> CodeState:
    return CodeState(state.commit, state.branch, state.remote, patch, problem)


def _patch(folder: Path, deadline: float) -> str | None:
    """Give the diff of tracked files, or None if it is too large; a file takes it, no pipe."""
    options = ("--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short")
    # Relative to the repository's root, wherever the notebook is.
    only = ("--", ":(top)", ":(top,exclude,glob)**/*.ipynb")
    with tempfile.TemporaryFile() as file:
        _run(folder, deadline, ("diff", "HEAD", *options, *only), file.fileno(), check=True)
        size = os.fstat(file.fileno()).st_size
        if size > MAX_PATCH:
            return None
        file.seek(0)
        return file.read().decode("utf-8", "replace")


def _git(folder: Path, deadline: float, *words: str, check: bool = True) -> str:
    done = _run(folder, deadline, words, subprocess.PIPE, check=check)
    return bytes(done.stdout).decode("utf-8", "replace")


def _run(
    folder: Path, deadline: float, words: tuple[str, ...], stdout: int, *, check: bool
) -> subprocess.CompletedProcess[bytes]:
    # A hook of git sets these; they would make git look at another repository.
    environment = {k: v for k, v in os.environ.items() if k not in {"GIT_DIR", "GIT_WORK_TREE"}}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return subprocess.run(  # noqa: S603 fixed words, no shell
        ["git", *_SAFE, *words],  # noqa: S607 the user's git is found on the path
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=max(0.1, deadline - time.monotonic()),
        check=check,
    )


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "git is not installed"
    if isinstance(error, subprocess.TimeoutExpired):
        return "git took too long"
    if isinstance(error, subprocess.CalledProcessError):
        said = bytes(error.stderr or b"").decode("utf-8", "replace").strip().partition("\n")[0]
        return next((reason for part, reason in _SAID if part in said), redact(said))
    return str(error)

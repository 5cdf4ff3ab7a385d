"""``nbtrack sync``: bring into the store what processes that are gone left in their journals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbtrack.cli.common import find, opened

if TYPE_CHECKING:
    from nbtrack.cli.journals import JournalContent
    from nbtrack.delivery.recovery import Recovery

PROBLEMS_SHOWN = 20


@click.command()
@click.pass_obj
def sync(uri: str | None) -> None:
    """Bring what is left in journals into the store.

    Processes do this by themselves, and the next one does it for one that died. This command does
    it now, and ends the runs whose process is gone. The exit code is 1 if something is left.
    """
    from nbtrack.cli.journals import journals_of
    from nbtrack.delivery.lease import Life
    from nbtrack.delivery.recovery import recover
    from nbtrack.sentences import count

    where = find(uri)
    with opened(where) as store:
        waiting = sum(journal.left for journal in journals_of(store, where.journal_dir))
        click.echo(f"{store.uri}: {count(waiting, 'record')} to bring in.")
        done = recover(store, where.journal_dir)
        for line in _done(done):
            click.echo(line)
        rest = [journal for journal in journals_of(store, where.journal_dir) if journal.left]
    for journal in rest:
        click.echo(_left(journal))
    if done.left or any(journal.state.life is not Life.HERE for journal in rest):
        raise SystemExit(1)


def _done(done: Recovery) -> list[str]:
    from nbtrack.sentences import count
    from nbtrack.store.records import merged

    brought, closed = count(done.shipped, "record"), count(len(done.closed), "run")
    lines = [f"{brought} brought in, {closed} of ended processes closed."]
    lines += [f"Closed: run {run_id}" for run_id in done.closed]
    if done.lost:
        lines.append(f"{count(done.lost, 'record')} could not be read: the file was damaged.")
    lines += [f"The damaged journal is kept: {path}" for path in done.damaged]
    problems = merged(done.problems)
    for problem in problems[:PROBLEMS_SHOWN]:
        times = f" ({count(problem.count, 'record')})" if problem.count > 1 else ""
        lines.append(f"Refused by the store: {problem.message}{times}")
    if len(problems) > PROBLEMS_SHOWN:
        lines.append(f"… and {len(problems) - PROBLEMS_SHOWN} more; .rejected files keep all.")
    return lines


def _left(journal: JournalContent) -> str:
    from nbtrack.delivery.lease import Life
    from nbtrack.sentences import count

    owner = journal.state.owner
    who = f"process {owner.pid} on {owner.host}" if owner else "an unknown process"
    advice = {
        Life.HERE: "it is running and brings them in by itself",
        Life.GONE: "run nbtrack sync again, or nbtrack doctor for the reason",
        Life.ELSEWHERE: "run nbtrack sync there, or here once it is quiet",
    }
    left = count(journal.left, "record")
    return f"Left: {left} of {who}, which {journal.state.life.value}: {advice[journal.state.life]}."

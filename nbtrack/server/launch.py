"""Starting the standalone server: look whether it can run, say how to reach it, run it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbtrack.redaction.redact import redact_url
from nbtrack.server import listening, opening, peer, token
from nbtrack.server.hosts import Hosts
from nbtrack.server.origins import Origins
from nbtrack.server.requirements import require_floors
from nbtrack.server.running import Plan, Stop, run
from nbtrack.server.workers import run_workers
from nbtrack.settings import settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from nbtrack.server.options import Options
    from nbtrack.store.base import Store
    from nbtrack.store.location import StoreLocation


def launch(options: Options, say: Callable[[str], None]) -> None:
    """Start a server and run it until it is stopped.

    Parameters
    ----------
    options : Options
        What the operator chose.
    say : callable
        Takes what they should read.

    Raises
    ------
    NbtrackError
        If it cannot be started, with a sentence that says why.
    """
    require_floors("tornado")
    Hosts(options.allowed_hosts)  # a mistake in them is told before anything is made
    Origins(options.allowed_origins)
    chosen = token.chosen_token(settings().server_token)
    os.environ.pop(token.VARIABLE, None)  # not for the eyes of what this process starts
    where = opening.find(options)
    for notice in where.notices:
        say(notice)
    sockets = listening.listen(options.host, options.port)
    try:
        _serve(options, where, sockets, chosen, say)
    finally:
        listening.close(sockets)


def _serve(
    options: Options,
    where: StoreLocation,
    sockets: Sequence[socket.socket],
    chosen: str | None,
    say: Callable[[str], None],
) -> None:
    if options.workers > 1:  # each of them opens the store; here it is only seen that it can be
        with opening.open_served_store(options, where) as store:
            plan = _announced(options, sockets, chosen, store, say)
        run_workers(plan, where)
    else:
        opened = opening.open_service(options, where)
        plan = _announced(options, sockets, chosen, opened.service.backend.store, say)
        run(plan, opened, sweeps=True, stop=Stop())


def _announced(
    options: Options,
    sockets: Sequence[socket.socket],
    chosen: str | None,
    store: Store,
    say: Callable[[str], None],
) -> Plan:
    """Return what the processes are told, and say to the operator how to reach them."""
    plan = Plan(
        options,
        sockets,
        token=None if options.no_auth else chosen or token.kept_token(store.store_id),
        trusts_own_user=(
            listening.is_loopback(sockets)
            and chosen is None
            and not options.asks_everybody
            and peer.can_tell()
        ),
    )
    for line in _lines(plan, store):
        say(line)
    return plan


def _lines(plan: Plan, store: Store) -> list[str]:
    urls = [
        f"{address}{plan.options.prefix}"
        for address in listening.addresses(plan.options.host, plan.sockets)
    ]
    lines = [
        f"nbtrack server: {urls[0]}",
        f"Store: {redact_url(store.uri)}",
        f"Files: {redact_url(store.artifact_root)}",
    ]
    if plan.token is None:
        lines.append("Anybody who can reach it may read and change everything (--no-auth).")
    elif not plan.trusts_own_user:
        lines += [f"In a browser: {url}/?token={plan.token}" for url in urls]
    lines += ["For MLflow's clients and nbtrack's:", f"export MLFLOW_TRACKING_URI={urls[0]}"]
    if plan.token is not None and not plan.trusts_own_user:
        lines.append(f"export MLFLOW_TRACKING_TOKEN={plan.token}")
    return [*lines, "Ctrl+C stops it."]

"""One process of the standalone server: answer, and stop without losing anything."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.server import access_log, hosts
from nbtrack.server.credentials import Credentials
from nbtrack.server.gate import Gate, Rules
from nbtrack.server.hosts import Hosts
from nbtrack.server.listener import Listener
from nbtrack.server.origins import Origins
from nbtrack.server.standalone import StoppedAtGate, application, page_paths
from nbtrack.server.sweeping import Sweeper

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from nbtrack.server.opening import Opened
    from nbtrack.server.options import Options
    from nbtrack.server.service import Service

log = logging.getLogger("nbtrack.server")

# How long a stopping server answers what was asked before, and looks after what others left.
GRACE_SECONDS = 10.0
LAST_SWEEP_SECONDS = 5.0


class Plan(NamedTuple):
    """What every process of a server is told.

    Attributes
    ----------
    options : Options
        What the operator chose.
    sockets : sequence of socket
        They listen already.
    token : str or None
        What is asked for; None: nothing.
    trusts_own_user : bool
        Whether this user needs no token.
    """

    options: Options
    sockets: Sequence[socket.socket]
    token: str | None
    trusts_own_user: bool


def run(
    plan: Plan, opened: Opened, *, sweeps: bool, stop: Stop, lifeline: int | None = None
) -> None:
    """Serve a store until that is asked to stop, then close it.

    Parameters
    ----------
    plan : Plan
        How.
    opened : Opened
        What.
    sweeps : bool
        Whether this process looks after what dead processes left.
    stop : Stop
        Asks.
    lifeline : int, optional
        A pipe whose end asks, too.
    """
    access_log.start(secret=plan.token)
    service = opened.service
    sweeper = Sweeper(service.backend.store, opened.journal_dir) if sweeps else None
    asyncio.run(_serve(plan, service, sweeper, stop, lifeline))


class Stop:
    """Hears the signals that ask a process to stop; the second one ends it at once.

    Parameters
    ----------
    at_once : callable, optional
        Called before the process ends at once.
    ignored : sequence of str
        Signals that are for another process.
    """

    def __init__(
        self, *, at_once: Callable[[], None] | None = None, ignored: Sequence[str] = ()
    ) -> None:
        self._asked = 0
        self._at_once = at_once
        self._told: Callable[[], object] | None = None
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, signal.SIG_IGN if name in ignored else self._on_signal)

    def tell(self, told: Callable[[], object]) -> None:
        """Call something when the process is asked to stop, or now if it was."""
        self._told = told
        if self._asked:
            told()

    def _on_signal(self, number: int, _frame: object) -> None:
        self._asked += 1
        if self._asked > 1:
            if self._at_once is not None:
                self._at_once()
            os._exit(128 + number)
        if self._told is not None:
            self._told()


async def _serve(
    plan: Plan, service: Service, sweeper: Sweeper | None, stop: Stop, lifeline: int | None
) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    listener = _listener(plan, service)
    listener.add_sockets(plan.sockets)
    stop.tell(partial(loop.call_soon_threadsafe, stopping.set))
    if lifeline is not None:
        loop.add_reader(lifeline, stopping.set)
    if sweeper is not None:
        sweeper.start()
    await stopping.wait()
    if lifeline is not None:
        loop.remove_reader(lifeline)
    log.info("Stopping: requests that were begun are answered.")
    service.events.close()  # they have no end of their own
    await listener.end(GRACE_SECONDS)
    if sweeper is not None:
        await asyncio.to_thread(sweeper.stop, LAST_SWEEP_SECONDS)
    await _close(service)


async def _close(service: Service) -> None:
    """Write what waits and close the store; what cannot be ended in time is left to the system."""
    closing = threading.Thread(target=service.close, name="nbtrack-close", daemon=True)
    closing.start()
    await asyncio.to_thread(closing.join, GRACE_SECONDS)
    if closing.is_alive():
        log.error(
            "The store did not close within %.0f s. What was answered is in it.", GRACE_SECONDS
        )
        os._exit(1)


def _listener(plan: Plan, service: Service) -> Listener:
    options = plan.options
    names = Hosts(options.allowed_hosts, {*hosts.own_names(), options.host.lower()})
    # The look-up may take long, and nobody waits for it: not at the start, and not at the end.
    threading.Thread(target=lambda: names.add_name(hosts.full_name()), daemon=True).start()
    prefix = re.escape(options.prefix)
    gate = Gate(
        Rules(
            hosts=names,
            origins=Origins(options.allowed_origins),
            credentials=None if plan.token is None else Credentials(plan.token),
            trusts_own_user=plan.trusts_own_user,
            prefix=options.prefix,
            open_paths=frozenset(
                options.prefix + path
                for endpoint in ENDPOINTS
                if endpoint.is_open
                for path in endpoint.paths
            ),
            pages=page_paths(prefix),
        )
    )
    frames = None if options.frames == "NONE" else options.frames
    served = application(service, gate, prefix, frames=frames, only_files=options.artifacts_only)
    return Listener(served, gate, StoppedAtGate)

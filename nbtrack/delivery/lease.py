"""Whether the process behind a journal or a run is still there.

Process ids mean something only within one start of one machine and within one pid namespace. There
a process that is gone is known to be gone at once; elsewhere only its silence can be measured.
"""

from __future__ import annotations

import os
import time
from enum import Enum

from nbtrack import platforms
from nbtrack.settings import settings
from nbtrack.store.records import Lease, Owner

HEARTBEAT_SECONDS = 15.0
QUIET_SECONDS = 120.0  # without a sign for so long, a process elsewhere may be gone


class Life(Enum):
    """What is known of a process."""

    HERE = "is running"
    GONE = "has ended"
    ELSEWHERE = "cannot be seen from here"


def this_process(journal_id: str, store_id: str) -> Owner:
    """Return the owner of a journal that this process begins."""
    pid = os.getpid()
    return Owner(
        journal_id=journal_id,
        store_id=store_id,
        host=platforms.host(),
        boot_id=platforms.boot_id(),
        pid_namespace=platforms.pid_namespace(),
        pid=pid,
        process_start=platforms.process_start(pid) or "",
        user=platforms.user(),
    )


def life(owner: Owner) -> Life:
    """Look for the process that owns a journal."""
    known = owner.boot_id and owner.pid_namespace and owner.process_start
    ours = (platforms.boot_id(), platforms.pid_namespace())
    if not known or (owner.boot_id, owner.pid_namespace) != ours:
        return Life.ELSEWHERE
    return Life.GONE if platforms.process_is_gone(owner.pid, owner.process_start) else Life.HERE


def silence(last_sign: float) -> float:
    """Return for how many seconds there was no sign, given its time in seconds since the epoch."""
    return max(0.0, time.time() - last_sign)


def reason_to_close(lease: Lease) -> str | None:
    """Say in a sentence why a run that is going on counts as ended; None if it does not."""
    owner = lease.owner
    match life(owner):
        case Life.HERE:
            return None
        case Life.GONE:
            return (
                f"The process that tracked this run (pid {owner.pid} on {owner.host}) ended "
                "without ending the run."
            )
        case Life.ELSEWHERE:
            hours = settings().lease_hours
            if silence(lease.heartbeat / 1000) < hours * 3600:
                return None
            return (
                f"The process that tracked this run (pid {owner.pid} on {owner.host}) gave no sign "
                f"of life for {hours:g} hours."
            )

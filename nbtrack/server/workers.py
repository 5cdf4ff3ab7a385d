"""Several processes behind one port: started together, replaced when one dies, stopped together.

They are forked after the port is taken and before this process has a thread or a connection to the
database. A pipe ties them to it: when it ends, however that happens, they stop.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from nbtrack import platforms
from nbtrack.errors import InvalidValue, NbtrackError, Unavailable
from nbtrack.server import access_log, opening
from nbtrack.server.running import GRACE_SECONDS, LAST_SWEEP_SECONDS, Stop, run

if TYPE_CHECKING:
    from nbtrack.server.running import Plan
    from nbtrack.store.location import StoreLocation

log = logging.getLogger("nbtrack.server")

# A worker that ends sooner than this was not able to work at all.
SOON_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_PAUSE_SECONDS = 1.0
_END_SECONDS = GRACE_SECONDS + LAST_SWEEP_SECONDS + 5


def run_workers(plan: Plan, where: StoreLocation) -> None:
    """Run the workers until this process is asked to stop.

    Raises
    ------
    InvalidValue
        Where processes cannot be forked.
    Unavailable
        If no worker is able to work.
    """
    if sys.platform == "win32":
        raise InvalidValue("Windows has no workers. Leave --workers out.")
    access_log.start(secret=plan.token)
    workers = Workers(plan, where)
    Stop(at_once=workers.kill).tell(workers.stop)
    workers.run()


class Workers:
    """The processes that answer.

    Parameters
    ----------
    plan : Plan
        What they are told.
    where : StoreLocation
        The store that each of them opens.
    """

    def __init__(self, plan: Plan, where: StoreLocation) -> None:
        self._plan = plan
        self._where = where
        self._lifeline, self._our_end = os.pipe()
        self._begun: dict[int, float] = {}
        self._numbers: dict[int, int] = {}
        self._asked_to_stop = False
        self._one_worked = False

    def run(self) -> None:
        """Keep as many processes as were asked for, until `stop`."""
        for number in range(self._plan.options.workers):
            self._start(number)
        while not self._asked_to_stop:
            time.sleep(_LOOK_SECONDS)
            for pid, code in self._ended():
                self._replace(pid, code)
        self._end()

    def stop(self) -> None:
        """Ask for the end; safe to call from the handler of a signal."""
        self._asked_to_stop = True

    def kill(self) -> None:
        """End all processes at once."""
        for pid in self._begun:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    def _start(self, number: int) -> None:
        pid = platforms.fork()
        if pid == 0:
            self._work(number)
        assert pid is not None
        self._begun[pid] = time.monotonic()
        self._numbers[pid] = number

    def _work(self, number: int) -> None:
        """Be a worker; never returns."""
        code = 1
        try:
            os.close(self._our_end)
            # Ctrl+C reaches every process of a terminal; the parent hands it on in good order.
            stop = Stop(ignored=("SIGINT",))
            opened = opening.open_service(self._plan.options, self._where)
            run(self._plan, opened, sweeps=number == 0, stop=stop, lifeline=self._lifeline)
            code = 0
        except NbtrackError as error:
            log.error("A worker cannot work: %s", error.message)  # noqa: TRY400 - it is a sentence
        except BaseException:
            log.exception("A worker failed.")
        finally:
            os._exit(code)

    def _ended(self) -> list[tuple[int, int]]:
        ended = []
        for pid in list(self._begun):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                ended.append((pid, os.waitstatus_to_exitcode(status)))
        return ended

    def _replace(self, pid: int, code: int) -> None:
        lived = time.monotonic() - self._begun.pop(pid)
        number = self._numbers.pop(pid)
        self._one_worked = self._one_worked or lived > SOON_SECONDS
        if not self._one_worked and code > 0:
            self._end()
            raise Unavailable("The workers cannot work; what they logged says why.")
        log.error("A worker ended (%d) and is replaced.", code)
        if lived < SOON_SECONDS:
            time.sleep(_PAUSE_SECONDS)
        self._start(number)

    def _end(self) -> None:
        os.close(self._our_end)
        deadline = time.monotonic() + _END_SECONDS
        while self._begun and time.monotonic() < deadline:
            for pid, _ in self._ended():
                del self._begun[pid]
            time.sleep(_LOOK_SECONDS / 5)
        self.kill()

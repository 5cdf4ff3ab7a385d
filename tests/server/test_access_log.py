"""What the server writes to its log, beside its answers."""

import io
import logging

import pytest

from nbtrack.errors import Unavailable
from nbtrack.server import access_log
from nbtrack.server.sweeping import Sweeper

TOKEN = "a-token-that-must-not-be-logged"


@pytest.fixture
def logged(monkeypatch):
    """Everything that was logged so far, and the loggers as they were afterwards."""
    names = ("nbtrack", "tornado", "asyncio")
    before = [(logging.getLogger(name), vars(logging.getLogger(name)).copy()) for name in names]
    monkeypatch.setattr(logging, "raiseExceptions", True)
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    access_log.start(secret=TOKEN)
    yield written.getvalue
    for logger, state in before:
        vars(logger).update(state)
        logger.manager._clear_cache()


def write(target="/", method="GET"):
    access_log.write(
        peer="127.0.0.1",
        method=method,
        target=target,
        status=200,
        seconds=0.0015,
        number="0a1b2c3d",
    )


def test_a_line_holds_what_was_asked_but_no_query(logged):
    write("/api/2.0/mlflow/runs/get?run_id=1&token=secret")
    line = logged()
    assert line.endswith("Z 127.0.0.1 GET /api/2.0/mlflow/runs/get 200 1.5 ms 0a1b2c3d\n")
    assert "secret" not in line


def test_nothing_that_a_client_sends_makes_another_line(logged):
    write("/a\r\nb\x1b[31m\u2028\x85é" + "x" * 1000, "GE\nT")
    line = logged()
    assert line.count("\n") == 1
    assert r"GE\x0aT /a\x0d\x0ab\x1b[31m\x2028\x85\xe9xxx" in line
    assert line.isascii()
    assert len(line) < 500


def test_the_token_is_taken_out_of_whatever_is_logged(logged):
    write(f"/{TOKEN}")
    logging.getLogger("nbtrack.server").warning("It is %s.", TOKEN)
    try:
        int(TOKEN)
    except ValueError:
        logging.getLogger("tornado.application").exception("In a traceback")
    text = logged()
    assert TOKEN not in text
    assert text.count("[token]") >= 3


class _Away:
    """A store that cannot be asked."""

    store_id = "0" * 32

    def __init__(self):
        self.asked = 0

    def leases(self):
        self.asked += 1
        raise Unavailable("The database is away.")


def test_what_cannot_be_swept_is_said_once_and_hinders_nobody(logged, tmp_path, monkeypatch):
    monkeypatch.setattr("nbtrack.server.sweeping.SECONDS_BETWEEN", 0.01)
    store = _Away()
    sweeper = Sweeper(store, tmp_path)
    sweeper.start()
    while store.asked < 3:
        pass
    sweeper.stop(10)
    assert logged().count("The database is away.") == 1

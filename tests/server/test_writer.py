"""The one writer: what waits is committed together, and each answer is its own."""

import asyncio
import threading
import time

import pytest

from nbtrack.errors import InvalidValue, Unavailable
from nbtrack.server import service as service_module
from nbtrack.server import writer as writer_module
from nbtrack.server.service import Service
from nbtrack.server.writer import Writer
from nbtrack.store.base import Store
from nbtrack.store.open import open_store


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/runs.db") as opened:
        yield opened


@pytest.fixture
def writer(store):
    writer = Writer(store)
    yield writer
    writer.close()


class Recorder:
    """What a writer needs of a store; it notes how many calls each transaction had."""

    def __init__(self, together=Store.together):
        self.sizes = []
        self._together = together

    def together(self, calls):
        self.sizes.append(len(calls))
        return self._together(self, calls)


def test_an_answer_comes_after_the_commit(store, writer, tmp_path):
    async def create():
        return await writer.write(lambda: store.create_experiment("committed"))

    experiment_id = asyncio.run(create())
    with open_store(f"sqlite:///{tmp_path}/runs.db") as other:
        assert other.get_experiment(experiment_id).name == "committed"


def test_a_write_that_fails_does_not_touch_those_of_its_transaction(store, writer):
    gate = threading.Event()

    def refused():
        store.create_experiment("of the refused one")
        raise InvalidValue("no")

    async def three():
        first = asyncio.ensure_future(writer.write(gate.wait))
        await asyncio.sleep(0.05)
        together = [
            writer.write(lambda: store.create_experiment("before")),
            writer.write(refused),
            writer.write(lambda: store.create_experiment("after")),
        ]
        rest = asyncio.ensure_future(asyncio.gather(*together, return_exceptions=True))
        await asyncio.sleep(0.05)
        gate.set()
        await first
        return await rest

    before, refusal, after = asyncio.run(three())
    assert isinstance(refusal, InvalidValue)
    assert {store.get_experiment(one).name for one in (before, after)} == {"before", "after"}
    assert store.find_experiment("of the refused one") is None


def test_what_waits_is_written_together():
    recorder, gate = Recorder(), threading.Event()
    writer = Writer(recorder)

    async def many():
        first = asyncio.ensure_future(writer.write(gate.wait))
        await asyncio.sleep(0.05)
        rest = [asyncio.ensure_future(writer.write(lambda i=i: i)) for i in range(500)]
        await asyncio.sleep(0.05)
        gate.set()
        await first
        return await asyncio.gather(*rest)

    assert asyncio.run(many()) == list(range(500))
    assert len(recorder.sizes) < 20
    assert max(recorder.sizes) <= writer_module.MOST_CALLS
    writer.close()


def test_a_write_is_made_though_nobody_waits_for_it_any_more():
    made, gate, writer = [], threading.Event(), Writer(Recorder())

    async def leave():
        first = asyncio.ensure_future(writer.write(gate.wait))
        left = asyncio.ensure_future(writer.write(lambda: made.append("left")))
        await asyncio.sleep(0.05)
        left.cancel()
        gate.set()
        await first
        return await writer.write(lambda: "next")

    assert asyncio.run(leave()) == "next"
    assert made == ["left"]
    writer.close()


@pytest.mark.parametrize("raised", [ZeroDivisionError(), SystemExit(3), StopIteration()])
def test_the_writer_goes_on_after_a_store_raises_what_nobody_expects(raised):
    outcomes = [raised, None]

    def together(self, calls):
        error = outcomes.pop(0)
        if error is not None:
            raise error
        return Store.together(self, calls)

    writer = Writer(Recorder(together))

    async def twice():
        with pytest.raises((ZeroDivisionError, RuntimeError)):
            await writer.write(lambda: 1)
        return await writer.write(lambda: 2)

    assert asyncio.run(twice()) == 2
    writer.close()


def test_a_store_that_loses_results_is_an_error_and_no_silence():
    writer = Writer(Recorder(lambda self, calls: []))
    with pytest.raises(RuntimeError, match="0 results of 1 writes"):
        asyncio.run(writer.write(lambda: 1))
    writer.close()


def test_more_than_can_wait_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(writer_module, "MOST_WAITING", 3)
    gate, writer = threading.Event(), Writer(Recorder())

    async def overload():
        first = asyncio.ensure_future(writer.write(gate.wait))
        await asyncio.sleep(0.05)
        waiting = [asyncio.ensure_future(writer.write(lambda: 1)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="behind"):
            await writer.write(lambda: 1)
        gate.set()
        await first
        return await asyncio.gather(*waiting)

    assert asyncio.run(overload()) == [1, 1, 1]
    writer.close()


def test_closing_makes_what_waits_and_refuses_what_comes_later():
    writer = Writer(Recorder())

    async def close_while_writing():
        slow = asyncio.ensure_future(writer.write(lambda: time.sleep(0.2) or "slow"))
        waiting = asyncio.ensure_future(writer.write(lambda: "waiting"))
        await asyncio.sleep(0.05)
        await asyncio.get_running_loop().run_in_executor(None, writer.close)
        with pytest.raises(Unavailable, match="stopping"):
            await writer.write(lambda: "late")
        return await asyncio.gather(slow, waiting)

    assert asyncio.run(close_while_writing()) == ["slow", "waiting"]


def test_an_event_loop_that_ended_does_not_stop_the_writer():
    gate, writer = threading.Event(), Writer(Recorder())

    async def leave_alone():
        left = asyncio.ensure_future(writer.write(gate.wait))
        await asyncio.sleep(0.05)
        assert not left.done()

    asyncio.run(leave_alone())
    gate.set()
    assert asyncio.run(writer.write(lambda: "alive")) == "alive"
    writer.close()


def test_reads_beyond_the_bound_are_told_to_come_again(store, monkeypatch):
    monkeypatch.setattr(service_module, "MOST_WAITING", 2)
    service, gate = Service(store, places=None), threading.Event()

    async def overload():
        begun = [
            asyncio.ensure_future(service.read(gate.wait))
            for _ in range(service_module.READERS + 2)
        ]
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match="2 reads are waiting"):
            await service.read(lambda: 1)
        gate.set()
        await asyncio.gather(*begun)
        return await service.read(lambda: 1)

    assert asyncio.run(overload()) == 1
    service.close()

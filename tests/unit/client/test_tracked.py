"""``nbtrack.track`` and ``nbtrack.log_latency``."""

import asyncio
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.errors import InvalidValue


def runs():
    return {run.info.run_name: run for run in nbtrack.search_runs(output_format="list")}


def test_a_block_is_a_run():
    with nbtrack.track("tree", params={"depth": 3}, tags={"a": 1}, note="a note") as run:
        nbtrack.log(acc=0.9)
    data = nbtrack.get_run("tree").data
    assert data.params == {"depth": "3"}
    assert data.metrics == {"acc": 0.9}
    assert data.tags["mlflow.note.content"] == "a note"
    assert run.info.status == "FINISHED"


def test_each_call_of_a_function_is_a_run():
    @nbtrack.track
    def train(depth, lr=0.1, *, data=None, model=object):
        """Train."""
        return {"acc": depth / 10, "model": "tree", "n": np.int64(3)}

    assert train(3, data=[1, 2])["acc"] == 0.3
    assert (train.__name__, train.__doc__) == ("train", "Train.")
    data = nbtrack.get_run("train").data
    assert data.params == {"depth": "3", "lr": "0.1"}
    assert data.metrics == {"acc": 0.3, "n": 3.0}


def test_a_number_that_a_function_returns_has_the_functions_name():
    @nbtrack.track("named", experiment="iris")
    def score():
        return 0.5

    score()
    run = nbtrack.get_run("named")
    assert run.data.metrics == {"score": 0.5}
    assert nbtrack.get_experiment(run.info.experiment_id).name == "iris"


def test_a_function_that_raises_is_a_failed_run():
    @nbtrack.track
    def broken():
        raise KeyError("x")

    with pytest.raises(KeyError):
        broken()
    assert nbtrack.get_run("broken").info.status == "FAILED"
    with pytest.raises(TypeError):
        broken(1)


def test_a_coroutine_function_stays_one():
    @nbtrack.track
    async def train(name):
        await asyncio.sleep(0)
        return 1.0

    async def main():
        await asyncio.gather(train("a"), train("b"))

    asyncio.run(main())
    found = nbtrack.search_runs(output_format="list")
    assert {run.data.params["name"] for run in found} == {"a", "b"}
    assert all(run.data.metrics == {"train": 1.0} for run in found)


def test_a_call_inside_a_run_is_its_child():
    @nbtrack.track
    def inner(depth):
        return depth if depth == 0 else inner(depth - 1)

    with nbtrack.track("outer"):
        inner(1)
    parents = {run.info.run_id: run.data.tags.get("mlflow.parentRunId") for run in runs().values()}
    found = nbtrack.search_runs(output_format="list", order_by=["start_time ASC"])
    assert len(found) == 3
    assert len({run.data.tags.get("mlflow.parentRunId") for run in found}) == 3
    assert None in parents.values()


def test_logging_of_arguments_and_results_can_be_left_out():
    @nbtrack.track(log_params=False, log_metrics=False)
    def train(depth):
        return 1.0

    train(3)
    data = nbtrack.get_run("train").data
    assert (data.params, data.metrics) == ({}, {})


def test_an_unknown_option_comes_with_the_nearest():
    with pytest.raises(InvalidValue, match=r"no option 'parms'.*params"):
        nbtrack.track("x", parms={})


def test_latency_is_measured_and_logged():
    with nbtrack.start_run() as run:
        found = nbtrack.log_latency(lambda x: time.sleep(0.002), np.zeros((20, 3)), calls=5)
    assert 2.0 <= found.p50 <= found.p95 <= found.p99 < 1000
    assert (found.rows, found.calls) == (20, 5)
    assert found.rows_per_second == pytest.approx(20 / found.p50 * 1000)
    metrics = nbtrack.get_run(run.run_id).data.metrics
    assert metrics["latency_p50_ms"] == found.p50
    assert "(5 calls of 20 rows)" in repr(found)
    assert metrics["latency_rows"] == 20


def test_latency_of_a_model_row_by_row():
    seen = []

    class Model:
        def predict(self, rows):
            seen.append(len(rows))

    data = pd.DataFrame({"x": range(7)})
    with nbtrack.start_run():
        found = nbtrack.log_latency(Model(), data, rows=2, warmup=1, calls=4)
    assert seen == [2] * 5
    assert found.rows == 2


def test_a_slow_model_is_not_called_too_often():
    calls = []
    with nbtrack.start_run():
        nbtrack.log_latency(lambda x: calls.append(time.sleep(0.02)), [1], seconds=0.01)
    assert len(calls) == 4  # one to warm up, three measured


@pytest.mark.parametrize("options", [{"rows": 0}, {"rows": 4}, {"calls": 0}])
def test_nonsense_about_latency_is_a_sentence(options):
    with nbtrack.start_run(), pytest.raises(InvalidValue):
        nbtrack.log_latency(len, [1, 2, 3], **options)
    with nbtrack.start_run(), pytest.raises(InvalidValue, match="function or a model"):
        nbtrack.log_latency(3, [1])


def test_params_that_are_refused_leave_no_open_run():
    with pytest.raises(InvalidValue), nbtrack.track("tree", params={"a!": 1}):
        pass
    assert nbtrack.get_run("tree").info.status == "FAILED"


def test_the_run_of_a_generator_lasts_as_long_as_it():
    @nbtrack.track
    def train(depth):
        for step in range(depth):
            nbtrack.log_metric("loss", step, step=step)
            yield step
        return {"acc": 0.5}

    generator = train(2)
    assert nbtrack.search_runs(output_format="list") == []
    assert next(generator) == 0
    assert nbtrack.active_run() is None
    assert runs()["train"].info.status == "RUNNING"
    assert list(generator) == [1]
    run = runs()["train"]
    assert (run.info.status, run.data.params) == ("FINISHED", {"depth": "2"})
    assert run.data.metrics == {"loss": 1.0, "acc": 0.5}


def test_a_generator_takes_what_is_sent_and_thrown_and_may_be_closed():
    @nbtrack.track
    def echo():
        got = None
        while True:
            try:
                got = yield got
            except KeyError:
                nbtrack.set_tag("caught", "yes")

    generator = echo()
    next(generator)
    assert generator.send(3) == 3
    generator.throw(KeyError())
    generator.close()
    assert (runs()["echo"].info.status, runs()["echo"].data.tags["caught"]) == ("FINISHED", "yes")


def test_a_generator_that_fails_fails_its_run():
    @nbtrack.track
    def broken():
        yield 1
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(broken())
    assert runs()["broken"].info.status == "FAILED"
    assert nbtrack.active_run() is None


def test_the_run_of_an_async_generator_lasts_as_long_as_it():
    @nbtrack.track
    async def train(name):
        for step in range(2):
            await asyncio.sleep(0)
            nbtrack.log_metric("loss", step, step=step)
            got = yield step
            nbtrack.set_tag("got", got)

    async def use(name):
        async for _ in train(name):
            assert nbtrack.active_run() is None

    async def main():
        await asyncio.gather(use("a"), use("b"))
        generator = train("c")
        await anext(generator)
        assert await generator.asend("sent") == 1
        await generator.aclose()

    asyncio.run(main())
    found = nbtrack.search_runs(output_format="list")
    assert {run.data.params["name"] for run in found} == {"a", "b", "c"}
    assert {run.info.status for run in found} == {"FINISHED"}
    assert all(run.data.metrics == {"loss": 1.0} for run in found)
    assert {run.data.tags["got"] for run in found} == {"None", "sent"}


def test_what_is_logged_between_two_values_is_not_the_generators():
    @nbtrack.track
    def train():
        yield 1

    for _ in train():
        nbtrack.log_metric("elsewhere", 1.0)
        nbtrack.end_run()
    assert runs()["train"].data.metrics == {}
    assert len(runs()) == 2


def test_a_generator_that_waits_at_the_end_of_the_program_ends_its_run():
    script = (
        "import nbtrack\n"
        "@nbtrack.track\n"
        "def train():\n"
        "    yield 1\n"
        "waiting = train()\n"
        "next(waiting)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert runs()["train"].info.status == "FINISHED"

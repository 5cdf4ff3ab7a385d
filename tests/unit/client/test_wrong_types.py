"""What is given in a wrong type is answered with a sentence, never with Python's own error."""

import os
import threading

import pytest

import nbtrack
from nbtrack.client import run_files
from nbtrack.entities import Tag
from nbtrack.errors import InvalidValue


@pytest.mark.parametrize("call", [nbtrack.log_metric, nbtrack.log_param, nbtrack.set_tag])
def test_a_list_is_no_name_of_what_is_logged(call):
    with nbtrack.start_run(), pytest.raises(InvalidValue, match=r"name is text, not list: \['a'\]"):
        call(["a"], 1)


@pytest.mark.parametrize(
    ("what", "given", "sentence"),
    [
        ("metrics", [1], r"metrics is a list of Metric\(key, value, timestamp, step\) .*; 1 is"),
        ("params", 5, r"params is a list of Param\(key, value\) .*, not int: 5"),
        ("tags", {"a": 1}, r"tags is a list of Tag\(key, value\) .*; 'a' is none"),
        ("tags", [Tag(["a"], "b")], r"tag name is text, not list"),
    ],
)
def test_a_batch_of_other_things_is_refused(what, given, sentence):
    with nbtrack.start_run() as run, pytest.raises(InvalidValue, match=sentence):
        nbtrack.Client().log_batch(run.run_id, **{what: given})


@pytest.mark.parametrize(
    "call",
    [
        nbtrack.set_tracking_uri,
        nbtrack.Client,
        nbtrack.log_artifact,
        nbtrack.log_artifacts,
        nbtrack.get_experiment_by_name,
        lambda given: nbtrack.Client().get_experiment_by_name(given),
        lambda given: nbtrack.Client().log_metric(given, "a", 1),
        lambda given: nbtrack.Client().set_experiment_tag("0", given, "x"),
        lambda given: nbtrack.set_experiment_tag(given, "x"),
    ],
)
@pytest.mark.parametrize("given", [5, ["a"], b"a"])
def test_what_is_no_text_names_nothing(call, given):
    kind = type(given).__name__
    with nbtrack.start_run(), pytest.raises(InvalidValue, match=f"is .*text.*, not {kind}: "):
        call(given)


@pytest.mark.parametrize("back", [50_000, 60_000, 10**30])
def test_a_run_too_far_back_is_told_as_that(back):
    with pytest.raises(InvalidValue, match=rf"last~{back} is too far back: last~49999 is"):
        nbtrack.get_run(f"last~{back}")


def test_an_endless_name_of_a_run_is_told_as_that():
    with pytest.raises(InvalidValue, match=r"at most 270 characters, and these are 20000\."):
        nbtrack.get_run("x" * 20_000)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_forked_child_appends_to_tables_whoever_did_so_at_the_fork():
    holder = threading.Lock()
    holder.acquire()

    def hold():
        with run_files._tables:
            held.set()
            with holder:
                pass

    held = threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if child == 0:
        os._exit(0 if run_files._tables.acquire(timeout=0) else 1)
    holder.release()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_run_begins_and_ends_in_the_calendar():
    client = nbtrack.Client()
    with pytest.raises(InvalidValue, match=r"'start_time' supplied: .* the year 9999"):
        client.create_run("0", start_time=253_402_300_800_000)
    run = client.create_run("0", start_time=253_402_300_799_999)
    with pytest.raises(InvalidValue, match=r"'end_time' supplied: .* the year 9999"):
        client.set_terminated(run.info.run_id, end_time=2**62)

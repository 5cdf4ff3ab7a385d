"""What ``log_…`` takes, keeps exactly, and refuses at once with a sentence."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import nbtrack
from nbtrack.entities import Metric, Param, Tag
from nbtrack.errors import InvalidValue, NotFound


@pytest.fixture
def run():
    with nbtrack.start_run() as run:
        yield run


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1, 1.0),
        (True, 1.0),
        (0.1 + 0.2, 0.1 + 0.2),
        (5e-324, 5e-324),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.bool_(True), 1.0),
        (np.array(2.5), 2.5),
        (np.array([2.5]), 2.5),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
    ],
)
def test_a_metric_takes_every_kind_of_number(run, value, kept):
    nbtrack.log_metric("m", value)
    assert run.data.metrics["m"] == kept


def test_nan_is_kept(run):
    nbtrack.log_metric("m", math.nan)
    assert math.isnan(run.data.metrics["m"])


@pytest.mark.parametrize(
    "value", ["0.5", None, [1.0], np.array([1.0, 2.0]), 1 + 2j, b"1", object(), {}]
)
def test_what_is_no_number_is_refused_as_a_metric(run, value):
    with pytest.raises(InvalidValue, match=r"Metric 'm' needs one number.*log_param"):
        nbtrack.log_metric("m", value)
    assert run.data.metrics == {}


def test_a_number_too_large_for_a_float_is_refused(run):
    with pytest.raises(InvalidValue, match="does not fit"):
        nbtrack.log_metric("m", 10**400)


@pytest.mark.parametrize(
    "key", ["a", "val/acc", "a b", "a:b", "a.b", "é_ß", "läuft", "指标", "a-b", "x" * 250]
)
def test_good_names_are_taken(run, key):
    nbtrack.log_metric(key, 1)
    nbtrack.log_param(key, 1)
    nbtrack.set_tag(key, 1)
    data = run.data
    assert key in data.metrics
    assert key in data.params
    assert key in data.tags


@pytest.mark.parametrize(
    "key",
    ["", "a@b", "a\n", "/a", "a/", "a//b", "../a", "a/../b", ".", "./a", "x" * 251, "a\\b", "😀"],
)
@pytest.mark.parametrize("log", [nbtrack.log_metric, nbtrack.log_param, nbtrack.set_tag])
def test_bad_names_are_refused_at_once(run, key, log):
    with pytest.raises(InvalidValue, match="name"):
        log(key, 1)


def test_a_name_that_is_no_text_is_refused(run):
    with pytest.raises(InvalidValue, match="is text, not int"):
        nbtrack.log_metric(3, 1)


def test_a_refused_name_comes_with_one_that_would_do(run):
    with pytest.raises(InvalidValue, match="'acc_top5_' would do"):
        nbtrack.log_metric("acc(top5)", 1)


@pytest.mark.parametrize(
    ("step", "kept"),
    [(None, 0), (7, 7), (-3, -3), (2**63 - 1, 2**63 - 1), (3.0, 3), (np.int32(4), 4)],
)
def test_steps_are_whole_numbers_of_64_bits(run, step, kept):
    nbtrack.log_metric("m", 1, step=step)
    [point] = nbtrack.Client().get_metric_history(run.run_id, "m")
    assert point.step == kept


@pytest.mark.parametrize("step", [1.5, "1", 2**63, math.nan])
def test_other_steps_are_refused(run, step):
    with pytest.raises(InvalidValue, match="step"):
        nbtrack.log_metric("m", 1, step=step)


@pytest.mark.parametrize("timestamp", [-1, "now", 2**63, math.inf])
def test_a_timestamp_is_milliseconds_since_1970(run, timestamp):
    with pytest.raises(InvalidValue, match="timestamp"):
        nbtrack.log_metric("m", 1, timestamp=timestamp)


def test_a_timestamp_is_kept(run):
    nbtrack.log_metric("m", 1, timestamp=1_700_000_000_000.7)
    [point] = nbtrack.Client().get_metric_history(run.run_id, "m")
    assert point.timestamp == 1_700_000_000_000


def test_a_history_is_kept_whole(run):
    for step in range(1500):
        nbtrack.log_metric("loss", 1 / (step + 1), step=step)
    history = nbtrack.Client().get_metric_history(run.run_id, "loss")
    assert [point.step for point in history] == list(range(1500))
    assert run.data.metrics["loss"] == 1 / 1500


def test_log_counts_the_steps_of_each_run():
    with nbtrack.start_run() as one:
        assert [nbtrack.log(loss=1.0), nbtrack.log({"val/acc": 0.5}, loss=0.9)] == [0, 1]
        with nbtrack.start_run():
            assert nbtrack.log(loss=5) == 0
        assert nbtrack.log(loss=0.8, step=10) == 10
        assert nbtrack.log(loss=0.7) == 11
    steps = [point.step for point in nbtrack.Client().get_metric_history(one.run_id, "loss")]
    assert steps == [0, 1, 10, 11]


def test_a_mistake_in_log_does_not_count_a_step(run):
    with pytest.raises(InvalidValue):
        nbtrack.log(loss="high")
    with pytest.raises(InvalidValue, match="at least one number"):
        nbtrack.log()
    assert nbtrack.log(loss=1) == 0


def test_a_mistake_in_a_batch_leaves_nothing_written(run):
    with pytest.raises(InvalidValue):
        nbtrack.log_metrics({"good": 1, "bad": "x"})
    with pytest.raises(InvalidValue):
        nbtrack.log_params({"good": 1, "b@d": 2})
    with pytest.raises(InvalidValue):
        nbtrack.set_tags({"good": 1, "b@d": 2})
    assert run.data.metrics == {}
    assert run.data.params == {}
    assert "good" not in run.data.tags


def test_batches_take_dictionaries(run):
    with pytest.raises(InvalidValue, match="takes a dictionary, not list"):
        nbtrack.log_metrics([("a", 1)])
    with pytest.raises(InvalidValue, match="takes a dictionary, not str"):
        nbtrack.log_params("a=1")


def test_params_are_kept_as_text(run):
    nbtrack.log_params({"a": 1, "b": None, "c": [1, 2], "d": "é😀"})
    assert run.data.params == {"a": "1", "b": "None", "c": "[1, 2]", "d": "é😀"}


def test_log_param_returns_the_value(run):
    assert nbtrack.log_param("a", 0.5) == 0.5


def test_a_param_keeps_its_first_value(run):
    nbtrack.log_param("lr", 0.1)
    nbtrack.log_param("lr", 0.1)
    with pytest.raises(InvalidValue, match=r"Changing param values is not allowed.*correct_param"):
        nbtrack.log_param("lr", 0.2)
    with pytest.raises(InvalidValue, match="Changing param values"):
        nbtrack.log_params({"other": 1, "lr": 0.2})
    assert run.data.params == {"lr": "0.1"}


def test_a_param_of_another_process_keeps_its_value_and_that_is_said_at_the_end(spoken):
    with nbtrack.start_run() as run:
        run.session.flush()
        run.session.store.log_batch(run.run_id, params=[Param("lr", "0.1")])
        nbtrack.log_param("lr", 0.2)
    assert nbtrack.get_run(run.run_id).data.params == {"lr": "0.1"}
    assert any("did not take a record" in line and "lr" in line for line in spoken())


def test_a_run_that_was_deleted_meanwhile_is_told_of_in_one_sentence(spoken):
    with nbtrack.start_run() as run:
        nbtrack.log_metric("loss", 1.0)
        run.session.flush()
        nbtrack.delete_run(run.run_id)
        for step in range(1000):
            nbtrack.log_metric("loss", 1.0, step)
    told = [line for line in spoken() if "did not take" in line]
    assert len(told) == 1
    assert "1,00" in told[0]


def test_a_param_can_be_corrected(run):
    nbtrack.log_param("lr", 0.1)
    nbtrack.Client().correct_param(run.run_id, "lr", 0.2)
    nbtrack.log_param("lr", 0.2)
    assert run.data.params == {"lr": "0.2"}
    assert run.data.tags["nbtrack.corrected.lr"] == "0.1"


def test_long_values_are_kept_whole_up_to_a_limit(run):
    nbtrack.log_param("long", "x" * 100_000)
    nbtrack.set_tag("long", "x" * 100_000)
    assert len(run.data.params["long"]) == len(run.data.tags["long"]) == 100_000
    with pytest.raises(InvalidValue, match=r"exceeds the maximum length.*log_text"):
        nbtrack.log_param("longer", "x" * 1_000_001)


def test_a_value_that_is_not_unicode_is_refused(run):
    with pytest.raises(InvalidValue, match="not valid Unicode"):
        nbtrack.log_param("file", "caf\udce9")


def test_a_tag_can_be_taken_away(run):
    nbtrack.set_tag("a", 1)
    nbtrack.delete_tag("a")
    assert "a" not in run.data.tags
    with pytest.raises(NotFound):
        nbtrack.delete_tag("a")


def test_the_name_tag_renames_the_run(run):
    nbtrack.set_tag("mlflow.runName", "better")
    assert run.info.run_name == "better"
    assert nbtrack.get_run(run.run_id).info.run_name == "better"


def test_a_run_can_be_named_by_its_id():
    with nbtrack.start_run() as run:
        pass
    nbtrack.log_metric("late", 1, run_id=run.run_id)
    nbtrack.log_params({"late": 1}, run_id=run.run_id)
    nbtrack.log_metrics({"later": 2}, run_id=run.run_id)
    data = nbtrack.get_run(run.run_id).data
    assert data.metrics == {"late": 1.0, "later": 2.0}
    assert data.params == {"late": "1"}
    with pytest.raises(NotFound):
        nbtrack.log_metric("late", 1, run_id="f" * 32)


def test_log_batch_takes_all_three_kinds(run):
    run.log_batch([Metric("m", 1.0, 5, 2)], [Param("p", "1")], [Tag("t", "2")])
    data = run.data
    assert (data.metrics["m"], data.params["p"], data.tags["t"]) == (1.0, "1", "2")


def test_observers_see_each_number_and_their_mistakes_stop_nothing(run, spoken):
    from nbtrack.client.active_run import observe, unobserve

    seen = []
    observe(run.run_id, lambda *point: seen.append(point[:3]))
    nbtrack.log_metric("a", 1, step=4)
    nbtrack.log_metrics({"b": 2, "c": 3}, step=5)
    assert seen == [("a", 1.0, 4), ("b", 2.0, 5), ("c", 3.0, 5)]
    observe(run.run_id, lambda *point: 1 / 0)
    nbtrack.log_metric("a", 2)
    nbtrack.log_metric("a", 3)
    assert len(seen) == 4
    assert len([line for line in spoken() if "live view" in line]) == 1
    unobserve(run.run_id)


def test_synchronous_waits_for_the_store(run):
    nbtrack.log_metric("m", 1, synchronous=True)
    assert run.session.store.get_run(run.run_id).data.metrics == {"m": 1.0}

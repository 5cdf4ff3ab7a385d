"""Runs as tables and lists, and the short forms that name one."""

import math
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

import nbtrack
from nbtrack.entities import RunStatus
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.formatting.direction import is_lower_better


def make(name, metrics=None, params=None, tags=None):
    with nbtrack.start_run(run_name=name, tags=tags) as run:
        nbtrack.log_metrics(metrics or {})
        nbtrack.log_params(params or {})
    return run.run_id


def test_a_table_has_mlflows_columns_and_types():
    make("one", {"acc": 0.5}, {"lr": 0.1}, {"team": "a"})
    make("two", {"loss": 2.0})
    table = nbtrack.search_runs(order_by=["start_time ASC"])
    assert [column for column in table.columns if not column.startswith("tags.")] == [
        "run_id",
        "experiment_id",
        "status",
        "artifact_uri",
        "start_time",
        "end_time",
        "metrics.acc",
        "metrics.loss",
        "params.lr",
    ]
    assert all(column.startswith("tags.") for column in table.columns[9:])
    assert list(table["metrics.acc"].isna()) == [False, True]
    assert table["metrics.acc"].dtype == "float64"
    assert list(table["params.lr"].isna()) == [False, True]
    assert table["params.lr"][0] == "0.1"
    assert table["status"][0] == "FINISHED"
    for column in ("start_time", "end_time"):
        assert isinstance(table[column].dtype, pd.DatetimeTZDtype)
        assert str(table[column].dt.tz) == "UTC"


def test_a_run_that_goes_on_has_no_end():
    with nbtrack.start_run():
        table = nbtrack.search_runs()
    assert table["end_time"].isna().all()
    assert table["start_time"].notna().all()


def test_an_empty_table_has_its_columns():
    table = nbtrack.search_runs()
    assert len(table) == 0
    assert list(table.columns) == [
        "run_id",
        "experiment_id",
        "status",
        "artifact_uri",
        "start_time",
        "end_time",
    ]
    assert isinstance(table["start_time"].dtype, pd.DatetimeTZDtype)


def test_a_search_can_be_a_list():
    run_id = make("one")
    [run] = nbtrack.search_runs(output_format="list")
    assert run.info.run_id == run_id
    with pytest.raises(InvalidValue, match="'pandas' or 'list'"):
        nbtrack.search_runs(output_format="json")


def test_a_search_takes_filter_order_and_limit():
    for number in range(5):
        make(f"r{number}", {"acc": number / 10}, {"even": number % 2 == 0})
    table = nbtrack.search_runs(
        filter_string="params.even = 'True' AND metrics.acc > 0.1", order_by=["metrics.acc DESC"]
    )
    assert list(table["metrics.acc"]) == [0.4, 0.2]
    assert len(nbtrack.search_runs(max_results=2)) == 2
    with pytest.raises(InvalidValue, match="max_results"):
        nbtrack.search_runs(max_results=0)
    with pytest.raises(InvalidValue):
        nbtrack.search_runs(filter_string="metrics.acc >")


def test_a_search_looks_where_it_is_told():
    make("in default")
    iris = nbtrack.set_experiment("iris").experiment_id
    make("in iris")
    names = lambda **options: set(nbtrack.search_runs(**options)["tags.mlflow.runName"])
    assert names() == {"in iris"}
    assert names(experiment_ids=["0"]) == {"in default"}
    assert names(experiment_ids=["0", iris]) == {"in default", "in iris"}
    assert names(experiment_names=["Default"]) == {"in default"}
    assert names(search_all_experiments=True) == {"in default", "in iris"}
    with pytest.raises(InvalidValue, match="one of the two"):
        nbtrack.search_runs(["0"], experiment_names=["iris"])
    with pytest.raises(NotFound, match=r"no experiment 'Iriss'.*'iris'"):
        nbtrack.search_runs(experiment_names=["Iriss"])


def test_deleted_runs_are_found_in_the_trash():
    run_id = make("one")
    nbtrack.delete_run(run_id)
    assert len(nbtrack.search_runs()) == 0
    assert list(nbtrack.search_runs(run_view_type=2)["run_id"]) == [run_id]
    nbtrack.restore_run(run_id)
    assert len(nbtrack.search_runs()) == 1


def test_a_search_follows_its_pages():
    from nbtrack.client.searching import all_pages
    from nbtrack.entities import PagedList

    asked = []

    def page(size, token):
        asked.append((size, token))
        start = int(token or 0)
        return PagedList(range(start, start + size), token=str(start + size))

    assert all_pages(page, 25_000) == list(range(25_000))
    assert asked == [(10_000, None), (10_000, "10000"), (5_000, "20000")]


def test_nan_and_infinity_are_in_the_table():
    make("one", {"nan": math.nan, "inf": math.inf})
    table = nbtrack.search_runs()
    assert math.isnan(table["metrics.nan"][0])
    assert table["metrics.inf"][0] == math.inf


def test_a_run_is_named_by_id_prefix_or_name():
    run_id = make("tree")
    make("forest")
    for reference in (run_id, run_id[:20], run_id[:20].upper(), "tree", " tree "):
        assert nbtrack.get_run(reference).info.run_id == run_id


def test_the_newest_run_of_a_name_is_meant():
    make("tree")
    newest = make("tree")
    assert nbtrack.get_run("tree").info.run_id == newest


@pytest.mark.parametrize("name", ["it's", 'say "x"', 'it\'s "both"', "a%b", "last one"])
def test_any_name_can_be_looked_for(name):
    run_id = make(name)
    make("axb")
    assert nbtrack.get_run(name).info.run_id == run_id


def test_last_counts_back():
    first, second = make("a"), make("b")
    assert nbtrack.get_run("last").info.run_id == second
    assert nbtrack.get_run("last~0").info.run_id == second
    assert nbtrack.get_run("last~1").info.run_id == first
    with pytest.raises(NotFound, match="fewer runs"):
        nbtrack.get_run("last~2")


def test_last_means_runs_without_a_parent():
    first = make("a")
    with nbtrack.start_run() as sweep:
        for _ in range(3):
            with nbtrack.start_run(nested=True):
                pass
    assert nbtrack.get_run("last").info.run_id == sweep.run_id
    assert nbtrack.get_run("last~1").info.run_id == first


def test_best_knows_the_direction():
    make("a", {"acc": 0.5, "loss": 0.1})
    make("b", {"acc": 0.9, "loss": 0.7})
    make("c", {"acc": math.nan, "loss": math.nan})
    make("d")
    name = lambda reference: nbtrack.get_run(reference).info.run_name
    assert name("best:acc") == "b"
    assert name("best:loss") == "a"
    assert name("best:acc:min") == "a"
    assert name("best:loss:max") == "b"


def test_best_follows_what_the_runs_say():
    make("a", {"score": 1.0}, tags={"nbtrack.direction": '{"score": "min"}'})
    make("b", {"score": 2.0})
    assert nbtrack.get_run("best:score").info.run_name == "a"


def test_best_of_an_unknown_metric_names_the_nearest():
    make("a", {"accuracy": 1.0})
    with pytest.raises(NotFound, match=r"no|No run.*'accuracy'"):
        nbtrack.get_run("best:acuracy")
    with pytest.raises(InvalidValue, match="best:acc"):
        nbtrack.get_run("best:")


def test_the_experiment_of_new_runs_comes_first_and_then_all():
    make("a", {"acc": 0.9})
    nbtrack.set_experiment("iris")
    assert nbtrack.get_run("best:acc").info.run_name == "a"
    make("b", {"acc": 0.1})
    assert nbtrack.get_run("best:acc").info.run_name == "b"


def test_an_unknown_run_comes_with_the_nearest_names():
    make("calm-otter")
    with pytest.raises(NotFound, match=r"no run 'calm-oter'.*'calm-otter'"):
        nbtrack.get_run("calm-oter")
    with pytest.raises(InvalidValue):
        nbtrack.get_run("")


def test_an_empty_store_says_so():
    for reference in ("last", "tree"):
        with pytest.raises(NotFound, match="no runs yet"):
            nbtrack.get_run(reference)


def test_an_ambiguous_prefix_is_refused(monkeypatch):
    from nbtrack.client import active_run

    ids = iter(["ab" + "0" * 30, "ab" + "1" * 30])
    monkeypatch.setattr(active_run, "new_run_id", lambda: next(ids))
    make("one")
    make("two")
    with pytest.raises(InvalidValue, match=r"Several runs begin with 'ab'.*more digits"):
        nbtrack.get_run("ab")
    assert nbtrack.get_run("ab1").info.run_name == "two"


@pytest.mark.parametrize(
    ("metric", "lower"),
    [
        ("loss", True),
        ("val_loss", True),
        ("train/loss", True),
        ("valLoss", True),
        ("rmse", True),
        ("MAE", True),
        ("mean_squared_error", True),
        ("latency_p50_ms", True),
        ("fit_time", True),
        ("accuracy", False),
        ("f1", False),
        ("neg_mean_squared_error", False),
        ("lossless", False),
        ("times_seen", False),
    ],
)
def test_the_name_of_a_metric_tells_its_direction(metric, lower):
    assert is_lower_better(metric) is lower


def test_a_status_is_text_too():
    with nbtrack.start_run() as run:
        assert run.info.status == RunStatus.RUNNING == "RUNNING"


def test_a_run_whose_time_is_beyond_the_calendar_hides_no_other():
    make("one")
    nbtrack.Client().create_run("0", run_name="odd")
    with closing(sqlite3.connect(".nbtrack/nbtrack.db")) as database, database:
        # No run can be begun like this any more, but a store may hold it.
        database.execute("UPDATE nb_run SET start_ts = ? WHERE name = 'odd'", (2**62,))
    table = nbtrack.search_runs()
    assert list(table["tags.mlflow.runName"]) == ["odd", "one"]
    assert pd.isna(table["start_time"][0])


@pytest.mark.parametrize(
    "look",
    [
        lambda: nbtrack.get_run("\ud800"),
        lambda: nbtrack.get_experiment_by_name("\ud800"),
        lambda: nbtrack.search_runs(filter_string="params.a = '\ud800'"),
        lambda: nbtrack.search_runs(filter_string="params.`\ud800` = 'a'"),
    ],
)
def test_half_a_character_is_refused_with_a_sentence(look):
    make("one", params={"a": 1})
    with pytest.raises(InvalidValue, match="half a character"):
        look()


def test_a_single_id_or_order_counts_as_a_list_of_one():
    make("one")
    assert len(nbtrack.search_runs(experiment_ids=0)) == 1
    with pytest.raises(InvalidValue, match="begins with a key"):
        nbtrack.search_runs(order_by=5)


def test_a_view_that_is_no_name_is_refused():
    with pytest.raises(InvalidValue, match="There is no view"):
        nbtrack.search_runs(run_view_type=["ALL"])

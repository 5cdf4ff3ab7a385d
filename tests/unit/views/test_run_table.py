"""`nbtrack.runs`: which columns and rows a table has, and what it says."""

import re

import pytest

import nbtrack
from nbtrack import tags
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.views.run_table import runs


def record(name="", params=(), metrics=(), **own):
    with nbtrack.start_run(run_name=name or None, tags=own or None) as run:
        nbtrack.log_params(dict(params))
        nbtrack.log_metrics(dict(metrics))
    return run.run_id


def header(table):
    lines = str(table).splitlines()
    rule = next(index for index, line in enumerate(lines) if line.startswith("──"))
    return lines[rule - 1].split()


def names(table):
    return re.findall(r"^(run-\w+)", str(table), re.MULTILINE)


def test_params_that_differ_have_columns_and_the_others_are_said_once():
    record("run-a", {"seed": 0, "lr": 0.1}, {"acc": 0.9})
    record("run-b", {"seed": 0, "lr": 0.2}, {"acc": 0.8})
    table = runs()
    assert header(table) == ["name", "status", "start", "duration", "acc", "lr"]
    assert "The same in all: seed=0" in str(table)


def test_a_single_run_shows_all_its_params():
    record("run-a", {"seed": 0, "lr": 0.1}, {"acc": 0.9})
    assert header(runs())[4:] == ["acc", "seed", "lr"]


def test_a_setting_that_repeats_a_param_is_shown_once():
    record("run-a", {"depth": 3, "tree.depth": 3, "tree.seed": 7}, {"acc": 0.9})
    assert header(runs())[4:] == ["acc", "depth", "tree.seed"]


def test_metrics_of_single_runs_stand_behind_the_params():
    record("run-a", {"lr": 0.1}, {"rare": 1.0, "acc": 0.9})
    record("run-b", {"lr": 0.2}, {"acc": 0.8})
    assert header(runs())[4:] == ["acc", "lr", "rare"]


def test_the_newest_run_is_on_top():
    for name in ("run-a", "run-b"):
        record(name)
    assert names(runs()) == ["run-b", "run-a"]


def test_a_query_and_an_order_are_applied():
    for name, acc in (("run-a", 0.1), ("run-b", 0.9), ("run-c", 0.8)):
        record(name, (), {"acc": acc})
    table = runs("metrics.acc > 0.5", order_by="metrics.acc DESC")
    assert names(table) == ["run-b", "run-c"]
    assert (len(table), [run.info.run_name for run in table]) == (2, ["run-b", "run-c"])
    assert table[0].data.metrics == {"acc": 0.9}
    assert list(table.df["metrics.acc"]) == [0.9, 0.8]


def test_the_best_value_is_marked_in_the_metrics_own_direction():
    record("run-a", (), {"acc": 0.9, "loss": 0.3, "wins": 1})
    record("run-b", (), {"acc": 0.8, "loss": 0.2, "wins": 2}, **{tags.DIRECTION: '{"wins":"min"}'})
    text = str(runs())
    assert re.search(r"run-a .*0\.9 \* +0\.3 +1 \*", text)
    assert re.search(r"run-b .*0\.8 +0\.2 \* +2\b", text)


def test_a_foreign_direction_tag_does_no_harm():
    record("run-a", (), {"acc": 0.9}, **{tags.DIRECTION: "[1, 2"})
    record("run-b", (), {"acc": 0.8}, **{tags.DIRECTION: "7"})
    assert "0.9 *" in str(runs())


def attempts(name, count):
    first = record(f"{name} #1", {"lr": 1})
    for number in range(2, count + 1):
        own = {tags.ATTEMPT_OF: first, tags.ATTEMPT_NUMBER: str(number)}
        record(f"{name} #{number}", {"lr": number}, **own)


def test_attempts_of_a_cell_share_a_row():
    attempts("run-x", 3)
    record("run-other")
    table = runs()
    assert header(table)[:2] == ["name", "attempts"]
    assert len(re.findall(r"^run-x", str(table), re.MULTILINE)) == 1
    assert re.search(r"^run-x #3 +3 ", str(table), re.MULTILINE)
    assert "runs(attempts=True) shows each" in str(table)
    assert len(table) == 4


def record_nested(name):
    with nbtrack.start_run(run_name=name, nested=True):
        pass


def test_children_are_shown_with_the_attempt_that_is_shown():
    first = None
    for number in (1, 2, 3):
        own = {tags.ATTEMPT_OF: first, tags.ATTEMPT_NUMBER: str(number)} if first else None
        with nbtrack.start_run(run_name=f"run-cell{number}", tags=own) as cell:
            first = first or cell.run_id
            with nbtrack.start_run(run_name=f"run-child{number}", nested=True):
                record_nested(f"run-grandchild{number}")
    record("run-other")
    shown = re.findall(r"run-\w+", str(runs()))
    assert shown == ["run-other", "run-cell3", "run-child3", "run-grandchild3"]
    assert len(re.findall(r"run-\w+", str(runs(attempts=True)))) == 10
    assert len(runs()) == 10


def test_attempts_have_their_own_rows_when_asked_for_or_when_there_is_nothing_else():
    attempts("run-x", 3)
    assert str(runs()).count("run-x") == 3
    record("run-other")
    assert str(runs(attempts=True)).count("run-x") == 3


def test_a_failed_run_says_why():
    with pytest.raises(ZeroDivisionError), nbtrack.start_run(run_name="run-a"):
        1 / 0  # noqa: B018 - it fails
    assert "✗ failed: ZeroDivisionError" in str(runs())


def test_a_long_table_is_cut_and_says_how_to_see_the_rest():
    for number in range(22):
        record(f"run-{number}")
    assert len(names(runs())) == 20
    assert "20 of 22 rows: runs(max_results=22) shows all" in str(runs())
    assert len(names(runs(max_results=22))) == 22
    few = runs(max_results=3)
    assert (len(few), len(names(few))) == (3, 3)
    assert "There are more runs" in str(few)
    assert "more than 3 runs" in str(few)


def test_many_params_and_metrics_are_limited_and_named():
    for number in range(2):
        keys = {f"p{index}": number for index in range(12)}
        record(f"run-{number}", keys, {f"m{index}": number for index in range(9)})
    text = str(runs())
    assert "4 more params: p8, p9, p10, p11 (choose with columns=[…])" in text
    assert "3 more metrics: m6, m7, m8" in text


def test_columns_can_be_chosen_by_short_and_full_names():
    record("run-a", {"lr": 0.1}, {"acc": 0.9}, team="blue")
    table = runs(columns=["name", "lr", "metrics.acc", "tags.team", "run_id"])
    assert header(table) == ["name", "lr", "acc", "team", "run_id"]


def test_an_unknown_column_is_answered_with_the_nearest():
    record("run-a", (), {"accuracy": 0.9})
    with pytest.raises(InvalidValue, match=r"no column 'acuracy'\. Did you mean 'accuracy'"):
        runs(columns=["acuracy"])


def test_a_bad_query_is_answered_with_its_place():
    record("run-a", (), {"acc": 0.9})
    with pytest.raises(InvalidValue, match=r"column \d+"):
        runs("metrics.acc >")


def test_nothing_recorded_says_what_to_write():
    table = runs()
    assert "No runs in experiment 'Default' yet. Put %%track above a cell" in str(table)
    assert table._repr_mimebundle_()[0]["text/html"].count("<table") == 0


def test_nothing_that_matches_says_so():
    record("run-a")
    assert "matches 'metrics.acc > 2'" in str(runs("metrics.acc > 2"))


def test_other_experiments_are_found_by_name_and_all_of_them_by_a_star():
    record("run-a")
    identity = nbtrack.create_experiment("iris")
    nbtrack.set_experiment("iris")
    record("run-b")
    assert names(runs()) == ["run-b"]
    assert names(runs(experiment="Default")) == ["run-a"]
    assert names(runs(experiment=identity)) == ["run-b"]
    everything = runs(experiment="*")
    assert sorted(names(everything)) == ["run-a", "run-b"]
    assert "experiment" in header(everything)


@pytest.mark.parametrize("count", [0, -1, True, "5"])
def test_a_number_of_results_that_makes_no_sense_is_refused(count):
    with pytest.raises(InvalidValue, match="max_results is a whole number above 0"):
        runs(max_results=count)


def test_an_unknown_experiment_is_a_sentence():
    with pytest.raises(NotFound, match="irsi"):
        runs(experiment="irsi")


def test_every_form_of_the_table_shows_values_as_text():
    record("run-<script>", {"p": "<img src=x>|`$1$`"})
    bundle, _ = runs()._repr_mimebundle_()
    assert {"text/html", "text/markdown", "text/plain"} <= set(bundle)
    assert "<script" not in bundle["text/html"]
    assert "<img" not in bundle["text/html"] + bundle["text/markdown"]


def test_children_stand_below_their_parent_unless_an_order_is_asked_for():
    record("run-a")
    with nbtrack.start_run(run_name="run-b"):
        for name in ("run-c", "run-d"):
            with nbtrack.start_run(run_name=name):
                nbtrack.log_metric("acc", 0.5)
    assert re.findall(r"^(?:↳ )?(run-\w+)", str(runs()), re.MULTILINE) == [
        "run-b",
        "run-d",
        "run-c",
        "run-a",
    ]
    assert [run.info.run_name for run in runs()] == ["run-b", "run-d", "run-c", "run-a"]
    by_start = runs(order_by="attributes.start_time DESC")
    assert by_start[0].info.run_name == "run-d"


def test_a_view_can_be_given_back():
    for name, acc in (("run-a", 0.1), ("run-b", 0.9), ("run-c", 0.8)):
        record(name, {"lr": acc}, {"acc": acc})
    first = runs("metrics.acc > 0.5", order_by="metrics.acc ASC", columns=["name", "acc"])
    assert first.view == {
        "filter": "metrics.acc > 0.5",
        "order": [["metrics.acc", "asc"]],
        "columns": ["name", "metrics.acc"],
    }
    again = runs(view=first.view)
    assert names(again) == ["run-c", "run-b"]
    assert header(again) == ["name", "acc"]
    assert names(runs("metrics.acc < 0.5", view=first.view)) == ["run-a"]


def test_a_view_that_is_chosen_later_counts_for_everything():
    for name, acc in (("run-a", 0.1), ("run-b", 0.9)):
        record(name, (), {"acc": acc})
    table = runs()
    table.view = {"order": [["metrics.acc", "asc"], ["duration", "desc"]], "columns": ["acc", 7]}
    assert [run.info.run_name for run in table] == ["run-a", "run-b"]
    table.view = {"filter": "metrics.acc > 0.5", "order": "nonsense", "lifecycle": 3}
    assert (len(table), names(table), list(table.df["metrics.acc"])) == (1, ["run-b"], [0.9])
    nbtrack.delete_run(table[0].info.run_id)
    table.view = {"lifecycle": "DELETED_ONLY"}
    assert names(table) == ["run-b"]


def test_a_filter_that_is_wrong_raises_where_it_is_used_and_shows_in_the_output():
    record("run-a")
    table = runs()
    table.view = {"filter": "metrics.acc >"}
    with pytest.raises(InvalidValue, match=r"column \d+"):
        len(table)
    assert "column" in table._repr_mimebundle_()[0]["text/html"]


def test_an_order_that_a_view_cannot_hold_is_kept_all_the_same():
    for name in ("run-b", "run-a"):
        record(name)
    table = runs(order_by="attributes.artifact_uri")
    assert table.view == {}
    assert len(table) == 2
    assert runs(order_by=["run_name ASC", "start_time DESC"]).view == {
        "order": [["name", "asc"], ["start", "desc"]]
    }


def test_what_a_notebook_keeps_of_many_runs_stays_small():
    for number in range(250):
        record(f"run-{number}", {f"p{index}": number / 7 for index in range(8)}, {"acc": number})
    table = runs(max_results=1000)
    bundle, _ = table._repr_mimebundle_()
    assert len(table) == len(names(table)) == 250
    assert len(bundle["text/html"]) < 100_000
    assert "53 of 250 rows: .df has all of them" in bundle["text/html"]

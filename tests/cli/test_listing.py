"""``nbtrack experiments``, ``runs``, ``artifacts``: tables for people, JSON for programs."""

import json
import sqlite3
from contextlib import closing

import pytest

import nbtrack as nb


@pytest.fixture
def runs(tmp_path):
    """Two finished runs, one of them with a file, in the store of the working folder."""
    with nb.start_run(run_name="first") as first:
        nb.log_params({"depth": 1})
        nb.log_metric("acc", 0.5)
        nb.log_metric("odd", float("nan"))
    with nb.start_run(run_name="second") as second:
        nb.log_params({"depth": 2})
        nb.log_metric("acc", 0.75)
        nb.log_text("hello", "notes/a.txt")
    return first.info.run_id, second.info.run_id


def test_an_experiment_is_created_in_mlflows_form(nbtrack, tmp_path):
    made = nbtrack(
        *("experiments", "create", "--experiment-name", "my_experiment"),
        *("--artifact-location", "DIR"),
    )
    assert made.exit_code == 0
    assert made.output == "Created experiment 'my_experiment' with id 1\n"
    (found,) = json.loads(nbtrack("experiments", "search", "--json", "--max-results", 1).output)
    assert found["artifact_location"] == str(tmp_path / "project" / "DIR")


def test_a_name_is_taken_once(nbtrack):
    assert nbtrack("experiments", "create", "-n", "a", "-l", "x").exit_code == 0
    again = nbtrack("experiments", "create", "-n", "a")
    assert again.exit_code == 1
    assert "already exists" in again.stderr


def test_experiments_are_listed_as_mlflow_does(nbtrack, runs):
    nbtrack("experiments", "create", "-n", "a")
    lines = nbtrack("experiments", "search").output.splitlines()
    assert lines[0].split("  ")[0] == "Experiment Id"
    assert [line.split()[1] for line in lines[2:]] == ["a", "Default"]


def test_only_the_trash_is_listed_when_asked(nbtrack, runs):
    made = nb.create_experiment("old")
    nb.delete_experiment(made)
    shown = nbtrack("experiments", "search", "--view", "deleted_only", "--json")
    assert [found["name"] for found in json.loads(shown.output)] == ["old"]


def test_an_unknown_view_is_a_usage_error(nbtrack):
    result = nbtrack("experiments", "search", "-v", "some")
    assert result.exit_code == 2
    assert "active_only" in result.stderr


def test_without_a_store_nothing_is_made(nbtrack, tmp_path):
    result = nbtrack("runs", "list")
    assert result.exit_code == 1
    assert "There is no store at" in result.stderr
    assert list((tmp_path / "project").iterdir()) == []


def test_runs_are_listed_newest_first(nbtrack, runs):
    lines = nbtrack("runs", "list").output.splitlines()
    assert lines[0].split() == ["Date", "Name", "ID", "Status", "Duration", "Metrics"]
    assert "second" in lines[2]
    assert runs[1] in lines[2]
    assert "acc=0.75" in lines[2]
    assert "first" in lines[3]


def test_runs_are_filtered_and_sorted(nbtrack, runs):
    found = nbtrack("runs", "list", "--filter", "params.depth = '1'", "--json")
    assert [run["info"]["run_id"] for run in json.loads(found.output)] == [runs[0]]
    best = nbtrack("runs", "list", "--order-by", "metrics.acc ASC", "--max-results", 1, "--json")
    assert [run["info"]["run_name"] for run in json.loads(best.output)] == ["first"]


def test_a_bad_filter_is_one_sentence(nbtrack, runs):
    result = nbtrack("runs", "list", "--filter", "metrics.acc >> 1")
    assert result.exit_code == 1
    assert result.stderr.count("Error") == 1
    assert "Traceback" not in result.stderr


def test_runs_of_an_experiment_are_found_by_id_and_by_name(nbtrack, runs):
    other = nb.create_experiment("other")
    assert json.loads(nbtrack("runs", "list", "--experiment-id", other, "--json").output) == []
    by_name = nbtrack("runs", "list", "--experiment-name", "Default", "--json")
    assert len(json.loads(by_name.output)) == 2


def test_the_nearest_experiment_is_named(nbtrack, runs):
    result = nbtrack("runs", "list", "--experiment-name", "Defualt")
    assert result.exit_code == 1
    assert "Did you mean 'Default'?" in result.stderr


def test_a_run_is_shown_by_any_reference(nbtrack, runs):
    for reference in (runs[1], runs[1][:8], "second", "last", "best:acc"):
        shown = nbtrack("runs", "show", reference)
        assert shown.exit_code == 0, shown.stderr
        assert runs[1] in shown.output
        assert "depth  2" in shown.output


def test_a_runs_json_is_mlflows(nbtrack, runs):
    run = json.loads(nbtrack("runs", "show", "first", "--json").output)
    assert run["info"]["status"] == "FINISHED"
    assert run["data"]["params"] == {"depth": "1"}
    assert run["data"]["metrics"] == {"acc": 0.5, "odd": "NaN"}


def test_no_value_can_colour_the_terminal(nbtrack):
    with nb.start_run(run_name="\x1b[31mred\nline"):
        pass
    assert "\x1b" not in nbtrack("runs", "list").output
    assert "\x1b" not in nbtrack("runs", "show", "last").output
    assert len(nbtrack("runs", "list").output.splitlines()) == 3


def test_files_are_listed_as_mlflow_does(nbtrack, runs):
    top = json.loads(nbtrack("artifacts", "list", "--run-id", runs[1]).output)
    assert top == [{"path": "notes", "is_dir": True}]
    inner = json.loads(nbtrack("artifacts", "list", "-r", "second", "-a", "notes").output)
    assert inner == [{"path": "notes/a.txt", "is_dir": False, "file_size": 5}]


def test_a_file_is_downloaded(nbtrack, runs, tmp_path):
    by_path = nbtrack(
        "artifacts", "download", "-r", runs[1], "-a", "notes/a.txt", "-d", tmp_path / "to"
    )
    assert by_path.output == f"{tmp_path / 'to' / 'notes' / 'a.txt'}\n"
    assert (tmp_path / "to" / "notes" / "a.txt").read_text() == "hello"


@pytest.mark.parametrize("form", ["runs:/{}/notes", "mlflow-artifacts:/0/{}/artifacts/notes"])
def test_a_folder_is_downloaded_by_its_address(nbtrack, runs, tmp_path, form):
    nbtrack("artifacts", "download", "-u", form.format(runs[1]), "-d", tmp_path / "to")
    assert (tmp_path / "to" / "notes" / "a.txt").read_text() == "hello"


def test_a_download_needs_one_source(nbtrack, runs):
    assert nbtrack("artifacts", "download").exit_code == 2
    assert nbtrack("artifacts", "download", "-r", "x", "-u", "runs:/x/y").exit_code == 2
    assert nbtrack("artifacts", "download", "-u", "http://example.org/x").exit_code == 2


def test_a_path_out_of_the_run_is_refused(nbtrack, runs, tmp_path):
    result = nbtrack("artifacts", "download", "-r", runs[1], "-a", "../../x", "-d", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


def test_the_tracking_uri_names_another_store(nbtrack, tmp_path):
    uri = f"sqlite:///{tmp_path}/other.db"
    made = nbtrack("--tracking-uri", uri, "experiments", "create", "-n", "there")
    assert made.exit_code == 0
    assert "there" in nbtrack("--tracking-uri", uri, "experiments", "search").output
    assert (tmp_path / "other.db").exists()


def test_a_run_whose_time_is_beyond_the_calendar_is_listed(nbtrack):
    nb.Client().create_run("0", run_name="odd")
    with closing(sqlite3.connect(".nbtrack/nbtrack.db")) as database, database:
        # No run can be begun like this any more, but a store may hold it.
        database.execute("UPDATE nb_run SET start_ts = ? WHERE name = 'odd'", (2**62,))
    assert "odd" in nbtrack("runs", "list").output
    assert "odd" in nbtrack("runs", "show", "odd").output

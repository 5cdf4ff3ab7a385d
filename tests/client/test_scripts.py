"""Plain scripts, run as a user runs them: in a process of their own."""

import sqlite3
import subprocess
import sys

import pytest

import nbtrack


def python(source, *arguments, ok=True):
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert (done.returncode == 0) is ok, done.stderr
    return done


@pytest.fixture
def runs():
    """Return the runs of the store in the working folder, read by another process's eyes."""

    def read():
        client = nbtrack.Client(".nbtrack")
        everywhere = [e.experiment_id for e in client.search_experiments()]
        return {run.info.run_name: run for run in client.search_runs(everywhere)}

    yield read
    from nbtrack.client.session import close_sessions

    close_sessions()


IRIS = """
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

import nbtrack as mlflow

mlflow.set_experiment("iris")
data = pd.read_csv("iris.csv")
X_train, X_test, y_train, y_test = train_test_split(
    data.drop(columns="species"), data["species"], random_state=0
)
with mlflow.start_run(run_name="tree"):
    model = DecisionTreeClassifier(max_depth=3, random_state=0)
    model.fit(X_train, y_train)
    mlflow.log_param("max_depth", 3)
    mlflow.log_metric("accuracy", accuracy_score(y_test, model.predict(X_test)))
"""


def test_the_classic_script_is_in_the_database(runs):
    from sklearn.datasets import load_iris

    iris = load_iris(as_frame=True)
    iris.frame.rename(columns={"target": "species"}).to_csv("iris.csv", index=False)
    python(IRIS)
    run = runs()["tree"]
    assert run.info.status == "FINISHED"
    assert run.data.params == {"max_depth": "3"}
    assert 0.8 < run.data.metrics["accuracy"] <= 1.0
    with sqlite3.connect(".nbtrack/nbtrack.db") as database:
        rows = database.execute(
            "SELECT p.value, m.value FROM runs r JOIN params p USING (run_uuid) "
            "JOIN latest_metrics m USING (run_uuid) WHERE r.name = 'tree'"
        ).fetchall()
    database.close()
    assert rows == [("3", run.data.metrics["accuracy"])]


def test_a_script_that_forgets_its_run_is_finished(runs):
    python("import nbtrack; nbtrack.start_run(run_name='open'); nbtrack.log_metric('m', 1)")
    run = runs()["open"]
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"m": 1.0}


def test_a_script_that_dies_of_an_exception_has_failed(runs):
    python("import nbtrack; nbtrack.start_run(run_name='open'); 1 / 0", ok=False)
    run = runs()["open"]
    assert run.info.status == "FAILED"
    assert run.data.tags["nbtrack.error.type"] == "ZeroDivisionError"


def test_a_script_that_is_interrupted_was_killed(runs):
    python("import nbtrack; nbtrack.start_run(run_name='open'); raise KeyboardInterrupt", ok=False)
    assert runs()["open"].info.status == "KILLED"


def test_a_script_that_exits_inside_the_block_has_the_status_of_its_code(runs):
    source = """
import sys, nbtrack
with nbtrack.start_run(run_name="block"):
    sys.exit(int(sys.argv[1]))
"""
    python(source, "3", ok=False)
    assert runs()["block"].info.status == "FAILED"


def test_open_children_and_parents_are_all_ended(runs):
    python("""
import nbtrack
nbtrack.start_run(run_name="parent")
nbtrack.start_run(run_name="child", nested=True)
""")
    assert {run.info.status for run in runs().values()} == {"FINISHED"}


def test_a_killed_script_leaves_no_run_going_on_and_loses_nothing(runs):
    source = """
import os, signal, nbtrack
nbtrack.start_run(run_name="killed")
for step in range(500):
    nbtrack.log_metric("m", step, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""
    python(source, ok=False)
    run = runs()["killed"]
    assert run.info.status == "KILLED"
    assert run.data.metrics == {"m": 499.0}


def test_a_warning_filter_does_not_turn_remarks_into_errors(runs):
    done = python("""
import warnings
warnings.simplefilter("error")
import nbtrack
with nbtrack.start_run(run_name="strict", log_system_metrics=True):
    nbtrack.log_metric("m", 1)
""")
    assert "System metrics" in done.stderr
    assert runs()["strict"].info.status == "FINISHED"


def test_processes_that_start_together_share_a_new_store(runs):
    source = "import nbtrack\nwith nbtrack.start_run(): nbtrack.log_metric('m', 1)"
    processes = [subprocess.Popen([sys.executable, "-c", source]) for _ in range(6)]
    assert [process.wait(timeout=50) for process in processes] == [0] * 6
    client = nbtrack.Client(".nbtrack")
    found = client.search_runs(["0"])
    assert len(found) == 6
    assert all(run.data.metrics == {"m": 1.0} for run in found)


def test_workers_of_a_pool_have_runs_of_their_own(runs):
    python("""
import multiprocessing, nbtrack
def work(number):
    with nbtrack.start_run(run_name=f"worker-{number}"):
        nbtrack.log_param("number", number)
if __name__ == "__main__":
    with nbtrack.start_run(run_name="main"):
        with multiprocessing.get_context("fork").Pool(2) as pool:
            pool.map(work, range(4))
            pool.close()
            pool.join()
""")
    found = runs()
    assert {f"worker-{n}" for n in range(4)} < set(found)
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    assert {found[f"worker-{n}"].data.params["number"] for n in range(4)} == set("0123")


def test_importing_is_light():
    heavy = ["numpy", "pandas", "sqlalchemy", "msgspec", "tornado", "ipywidgets", "matplotlib"]
    python(f"import nbtrack, sys; assert not set({heavy}) & set(sys.modules)")


def test_logging_numbers_does_not_import_numpy():
    python("""
import sys, nbtrack
with nbtrack.start_run():
    nbtrack.log_metric("m", 1); nbtrack.log_param("p", 1); nbtrack.log_text("a", "a.txt")
    nbtrack.log_dict({"a": 1}, "a.json")
assert not {"numpy", "pandas", "matplotlib"} & set(sys.modules)
""")


def test_a_shell_that_runs_what_is_typed_has_the_manners_of_a_notebook(runs):
    python("""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in ("import nbtrack", "1 / 0", "nbtrack.start_run(run_name='a')",
             "nbtrack.start_run(run_name='b')"):
    shell.run_cell(cell)
""")
    assert {name: run.info.status for name, run in runs().items()} == {
        "a": "FINISHED",
        "b": "FINISHED",
    }

"""What tracked cells leave behind, by option and by default."""

import json
import os
import uuid

import pytest

IRIS = """%%track tree
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier, plot_tree

iris = pd.read_csv("iris.csv")
X_train, X_test, y_train, y_test = train_test_split(
    iris.drop(columns="target"), iris["target"], random_state=0
)
model = DecisionTreeClassifier(max_depth=3)
model.fit(X_train, y_train)
accuracy = accuracy_score(y_test, model.predict(X_test))
print(f"accuracy {accuracy:.3f}")
fig, ax = plt.subplots()
plot_tree(model, ax=ax)
plt.show()
"""


@pytest.fixture
def name():
    return f"run-{uuid.uuid4().hex[:8]}"


def only(kernel, name):
    (run,) = [run for run in kernel.runs() if run.info.run_name == name]
    return run


def test_iris_without_a_single_log_call_answers_the_questions(kernel9):
    from sklearn.datasets import load_iris

    load_iris(as_frame=True).frame.to_csv(kernel9.folder / "iris.csv", index=False)
    answer = kernel9.run(IRIS)
    run = only(kernel9, "tree")
    shapes = {d.dataset.name: json.loads(d.dataset.profile) for d in run.inputs.dataset_inputs}
    assert run.data.params["model"] == "DecisionTreeClassifier"
    assert run.data.params["model.max_depth"] == "3"
    assert 0.9 < run.data.metrics["accuracy"] < 1
    assert run.info.end_time > run.info.start_time
    assert (shapes["iris"]["num_rows"], shapes["iris"]["num_columns"]) == (150, 5)
    assert "DecisionTreeClassifier(max_depth=3)" in kernel9.file(run, "source/cell.py").decode()
    assert kernel9.file(run, "figures/figure-1.png").startswith(b"\x89PNG")
    assert kernel9.file(run, "output.txt").startswith(b"accuracy 0.9")
    packages = json.loads(kernel9.file(run, "environment.json"))["packages"]
    assert {"scikit-learn", "pandas"} <= set(packages)
    assert "model=DecisionTreeClassifier" in answer.summary
    assert "1 figure" in answer.summary


def test_values_read_from_earlier_cells_are_params_with_their_origin(shared, name):
    before = shared.run("CONFIG = {'lr': 0.1}\nepochs = 3")
    shared.run(f"%%track {name}\nacc = sum([CONFIG['lr']] * epochs)")
    run = only(shared, name)
    assert run.data.params == {"CONFIG.lr": "0.1", "epochs": "3"}
    origin = json.loads(run.data.tags["nbtrack.params.from"])
    assert origin["epochs"] == f"In[{before.execution_count}]"
    (cell,) = json.loads(shared.file(run, "source/cells.json"))
    assert "CONFIG = {'lr': 0.1}" in cell["source"]


def test_tags_note_experiment_and_seed(shared, name):
    cell = f"%%track {name} -e {name}-e -t stage=dev team='data science' -n 'a try' --seed 7\n"
    draw = "import random\ndrawn = random.random()"
    first = shared.run(cell + draw).summary
    second = shared.run(cell + draw).summary
    runs = [run for run in shared.runs() if run.info.run_name == name]
    assert runs[0].data.tags["stage"] == "dev"
    assert runs[0].data.tags["team"] == "data science"
    assert runs[0].data.tags["mlflow.note.content"] == "a try"
    assert runs[0].data.params == {"seed": "7"}
    assert runs[0].data.metrics == runs[1].data.metrics
    assert "drawn=0.3238" in first
    assert "= last" in second


def test_named_params_and_metrics_are_taken_and_nothing_else(shared, name):
    shared.run(f"%%track {name} -p b -m loss:max\na = 1\nb = 2\nloss = a / 3\nother = a / 2")
    run = only(shared, name)
    assert run.data.params == {"b": "2"}
    assert run.data.metrics == {"loss": 1 / 3}
    assert json.loads(run.data.tags["nbtrack.direction"]) == {"loss": "max"}


def test_what_is_switched_off_is_not_captured(shared, name):
    off = ["source", "git", "figures", "output", "data", "live", "params", "metrics"]
    answer = shared.run(f"%%track {name} {' '.join('--no-' + o for o in off)}\nlr = 1\nprint(lr)")
    run = only(shared, name)
    assert (run.data.params, run.data.metrics) == ({}, {})
    for path in ("source/cell.py", "output.txt"):
        with pytest.raises(Exception, match=path.split("/")[-1]):
            shared.file(run, path)
    assert name in answer.summary


def test_files_that_match_are_kept_if_the_cell_wrote_them(shared, name):
    (shared.folder / "old.txt").write_text("from before")
    os.utime(shared.folder / "old.txt", (1e9, 1e9))
    shared.run(
        f"%%track {name} -a *.txt out/\nimport pathlib\n"
        f"pathlib.Path('{name}.txt').write_text('hi')\n"
        "pathlib.Path('out').mkdir(exist_ok=True)\npathlib.Path('out/part.bin').write_bytes(b'1')"
    )
    run = only(shared, name)
    assert shared.file(run, f"{name}.txt") == b"hi"
    assert shared.file(run, "out/part.bin") == b"1"
    with pytest.raises(Exception, match="old"):
        shared.file(run, "old.txt")


def test_a_parent_is_named_on_the_line(shared, name):
    shared.run(f"%%track {name}\nx = 1")
    shared.run(f"%%track {name}-child --parent {name}\nx = 2")
    parent = only(shared, name).info.run_id
    assert only(shared, f"{name}-child").data.tags["mlflow.parentRunId"] == parent


def test_a_dry_run_says_what_it_would_record_and_records_nothing(shared, name):
    answer = shared.run(f"%%track {name} --dry\nlr = 0.1\nacc = sum([lr])\nprint('ran')")
    assert "ran" in answer.printed
    assert "lr=0.1 → acc=0.1" in answer.summary
    assert "nothing was recorded" in answer.summary
    assert not [run for run in shared.runs() if run.info.run_name == name]


def test_quiet_shows_nothing_and_records(shared, name):
    answer = shared.run(f"%%track {name} -q\nlr = 0.1")
    assert (answer.shown, answer.printed) == ([], "")
    assert only(shared, name).data.params == {"lr": "0.1"}


def test_a_logged_key_is_not_captured_again(shared, name):
    shared.run(
        f"%%track {name}\nimport nbtrack\nacc = sum([0.5])\nnbtrack.log_metric('acc', 0.7)\n"
        "lr = 0.1\nnbtrack.log_param('lr', 'as logged')"
    )
    run = only(shared, name)
    assert run.data.metrics == {"acc": 0.7}
    assert run.data.params == {"lr": "as logged"}


def test_secrets_are_redacted_before_they_are_stored(shared, name):
    secret = "hunter2hunter2"
    shared.run(f"%%track {name}\nPASSWORD = '{secret}'\nprint('password:', PASSWORD)\n1 / 0")
    run = only(shared, name)
    kept = [shared.file(run, path) for path in ("source/cell.py", "error.txt")]
    assert not any(secret.encode() in content for content in kept)
    assert secret not in str(run.data)


def test_a_series_draws_a_chart_whose_last_frame_is_kept(shared, name):
    answer = shared.run(
        f"%%track {name}\nimport nbtrack\nfor i in range(50):\n    nbtrack.log(loss=1 / (i + 1))"
    )
    chart, line = answer.shown
    assert "data:image/svg+xml;base64," in chart["text/html"]
    assert "loss" in chart["text/plain"]
    assert "loss=0.02" in line["text/plain"]
    assert only(shared, name).data.metrics == {"loss": 0.02}


def test_a_log_in_the_next_cell_goes_to_the_last_tracked_run_and_says_so_once(shared, name):
    shared.run(f"%%track {name}\nlr = 1")
    first = shared.run("import nbtrack\nnbtrack.log_metric('late', 1)")
    second = shared.run("nbtrack.log_metric('later', 2)")
    assert f"the last tracked run, '{name}'" in first.told
    assert second.told == ""
    assert only(shared, name).data.metrics == {"late": 1, "later": 2}


def test_nothing_captured_says_what_to_write(shared, name):
    assert "write nbtrack.log(acc=…)" in shared.run(f"%%track {name}\nprint(1)").summary


def test_a_cell_without_code_says_that_there_is_nothing_to_track(shared, name):
    assert "has no code" in shared.run(f"%%track {name}\n# later").told


def test_explain_says_why_each_name_was_taken_or_left(shared, name):
    shared.run(f"%%track {name}\nimport time\nlr = 0.1\nbegan = time.time()\nacc = sum([lr])")
    answer = shared.run("import nbtrack.capture\nnbtrack.capture.explain()")
    assert all(word in answer.result for word in ("lr", "param", "acc", "metric", "began", "clock"))


@pytest.mark.parametrize(("given", "kept"), [("", "df"), (", name='iris'", "iris")])
def test_a_frame_that_the_cell_logs_is_one_dataset(kernel9, name, given, kept):
    kernel9.run("import pandas as pd, nbtrack\ndf = pd.DataFrame({'a': [1, 2]})")
    kernel9.run(f"%%track {name}\nn = len(df)\nnbtrack.log_input(df, context='training'{given})")
    [used] = only(kernel9, name).inputs.dataset_inputs
    assert used.dataset.name == kept
    assert used.tags == {"mlflow.data.context": "training"}

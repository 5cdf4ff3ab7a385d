"""Cells with IPython's syntax, run in a real InteractiveShell."""

import pytest

from nbtrack.notebook.capture.rule import analyse, collect, observe


@pytest.fixture
def track(shell):
    def run(cell):
        plan = analyse(cell, history=shell.user_ns["In"])
        before = observe(plan, shell.user_ns)
        done = shell.run_cell(cell, store_history=True)
        failed = not done.success
        return collect(plan, shell.user_ns, before=before, result=done.result, failed=failed)

    return run


def test_time_is_looked_into(track, capsys):
    captured = track("%%time\nlr = 0.1\nloss = sum([lr])")
    assert (captured.params, captured.metrics) == ({"lr": 0.1}, {"loss": 0.1})


def test_capture_is_looked_into(track):
    captured = track("%%capture\nlr = 0.1\nloss = sum([lr])")
    assert (captured.params, captured.metrics) == ({"lr": 0.1}, {"loss": 0.1})


def test_prun_is_looked_into(track, capsys):
    captured = track("%%prun -q\nlr = 0.1\nloss = sum([lr])")
    assert (captured.params, captured.metrics) == ({"lr": 0.1}, {"loss": 0.1})


def test_timeit_gives_its_constants_and_what_it_reads(track, shell, capsys):
    shell.run_cell("n = 3\nloss = 5.0", store_history=True)
    captured = track("%%timeit -n1 -r1\nlr = 0.1\nloss = sum([lr] * n)")
    assert (captured.params, captured.metrics) == ({"lr": 0.1, "n": 3}, {})


def test_line_magics_and_commands_do_no_harm(track, capsys):
    captured = track("lr = 0.1\n%time loss = sum([lr])\n!true\nfiles = !true\nwhere = %pwd")
    assert (captured.params, captured.metrics) == ({"lr": 0.1}, {"loss": 0.1})


def test_top_level_await(track, shell):
    shell.run_cell("async def train(lr):\n    return lr * 2", store_history=True)
    captured = track("lr = 0.5\nloss = await train(lr)\nawait train(2)")
    assert (captured.params, captured.metrics) == ({"lr": 0.5}, {"loss": 1.0, "train": 4})


def test_the_last_line_names_a_metric(track, shell, capsys):
    shell.run_cell("class M:\n    def score(self, x):\n        return 0.9\nm = M()")
    assert track("m.score(3)").metrics == {"score": 0.9}


def test_cells_before_are_known_from_in(track, shell, capsys):
    shell.run_cell("%%time\nCONFIG = {'lr': 0.1}", store_history=True)
    captured = track("loss = sum([CONFIG['lr']])")
    assert captured.read_from == {"CONFIG.lr": "In[1]"}


def test_a_lone_magic_line_is_no_python(track, capsys):
    assert track("%%html\n<b>x</b>").left_out == [("the cell", "the body of %%html is not read")]


def test_a_real_tree(track, shell):
    pytest.importorskip("sklearn")
    captured = track(
        "from sklearn.datasets import load_iris\n"
        "from sklearn.tree import DecisionTreeClassifier\n"
        "from sklearn.metrics import accuracy_score\n"
        "X, y = load_iris(return_X_y=True)\n"
        "clf = DecisionTreeClassifier(max_depth=3, random_state=0)\n"
        "clf.fit(X, y)\n"
        "acc = accuracy_score(y, clf.predict(X))\n"
    )
    assert captured.params == {
        "clf": "DecisionTreeClassifier",
        "clf.max_depth": 3,
        "clf.random_state": 0,
    }
    assert captured.metrics == {"acc": pytest.approx(0.9733333)}

"""Options of ``%%track``, limits, explicit keys, secrets, and cells that cannot be read."""

import pytest

from nbtrack.notebook.capture.captured import LeftOut

CELL = "lr = 0.1\nepochs = 3\nloss = sum([0.5])\nacc = sum([0.9])"


def test_named_params_are_the_only_ones(track):
    captured = track(CELL, params=("lr",))
    assert captured.params == {"lr": 0.1}
    assert captured.metrics == {"loss": 0.5, "acc": 0.9}
    assert LeftOut("epochs", "not named by -p") in captured.left_out


def test_a_computed_number_can_be_named_a_param(track):
    captured = track(CELL, params=("lr", "loss"))
    assert captured.params == {"lr": 0.1, "loss": 0.5}
    assert captured.metrics == {"acc": 0.9}


def test_a_constant_can_be_named_a_metric(track):
    captured = track(CELL, metrics={"epochs": "max", "loss": ""})
    assert captured.metrics == {"epochs": 3.0, "loss": 0.5}
    assert captured.params == {"lr": 0.1}
    assert LeftOut("acc", "not named by -m") in captured.left_out


def test_a_truth_value_can_be_named_a_metric(track):
    assert track("good = sum([1]) > 0", metrics={"good": ""}).metrics == {"good": 1.0}


def test_a_name_that_does_not_exist_is_said(track):
    captured = track(CELL, metrics={"los": "min"}, params=("lr", "nope"))
    assert LeftOut("los", "there is no such name") in captured.left_out
    assert LeftOut("nope", "there is no such name") in captured.left_out


def test_a_name_that_is_no_number_is_said(track):
    captured = track("model = object()", metrics={"model": ""})
    assert captured.left_out == [LeftOut("model", "it is no number")]


def test_naming_a_dict_takes_all_its_entries_without_limit(track):
    cell = "cfg = {" + ", ".join(f"'k{i}': {i}" for i in range(40)) + "}"
    assert len(track(cell, params=("cfg",)).params) == 40


def test_a_text_of_several_lines_is_a_param_only_if_named(track):
    cell = "prompt = 'Be brief.\\nBe right.'\nlr = 0.1"
    captured = track(cell)
    assert captured.params == {"lr": 0.1}
    [left_out] = captured.left_out
    assert left_out.name == "prompt"
    assert "-p NAME takes it" in left_out.reason
    assert track(cell, params=("prompt",)).params == {"prompt": "Be brief.\nBe right."}


def test_no_params_and_no_metrics(track):
    assert track(CELL, no_params=True).params == {}
    assert track(CELL, no_metrics=True).metrics == {}


def test_no_reads_keeps_what_the_cell_assigns(track):
    captured = track("base = 2", "lr = base * 0.1\nloss = sum([lr])", no_reads=True)
    assert captured.params == {"lr": 0.2}


def test_a_read_param_is_marked_with_its_cell(track):
    captured = track("base = 2", "base = 3", "cfg = {'n': 1}", "x = sum([base, cfg['n']])")
    assert captured.read_from == {"base": "In[2]", "cfg.n": "In[3]"}


def test_at_most_30_params_and_20_metrics(track):
    cell = "\n".join(f"p{i} = {i}\nm{i} = sum([{i}])" for i in range(40))
    captured = track(cell)
    assert (len(captured.params), len(captured.metrics)) == (30, 20)
    assert LeftOut("p30", "only 30 params are taken unless named by -p") in captured.left_out


def test_a_key_logged_explicitly_is_not_captured_as_well(track):
    captured = track(CELL, logged={"acc", "lr"})
    assert (captured.params, captured.metrics) == ({"epochs": 3}, {"loss": 0.5})
    assert LeftOut("acc", "logged explicitly in the run") in captured.passed_over


def test_an_explicit_key_wins_over_its_name_in_an_option(track):
    assert track(CELL, metrics={"acc": "max"}, logged={"acc"}).metrics == {}


def test_secrets_are_redacted(track):
    captured = track(
        "api_key = 'abc'\ncfg = {'db': {'password': 'x'}}\nurl = 'postgres://a:b@c/d'\nn = 1"
    )
    assert captured.params == {
        "api_key": "[redacted]",
        "cfg.db.password": "[redacted]",
        "url": "postgres://a:[redacted]@c/d",
        "n": 1,
    }


def test_a_very_long_text_is_left_out(track):
    captured = track("text = 'x' * 7_000\nn = 1")
    assert captured.params == {"n": 1}
    assert [left_out.name for left_out in captured.left_out] == ["text"]


def test_a_large_dict_is_left_out(track):
    captured = track("words = {i: i for i in range(1000)}", "n = len(words)")
    assert captured.params == {}
    assert captured.left_out == [LeftOut("words", "it has 1,000 entries")]


def test_keys_become_names_that_every_store_takes(track):
    captured = track("cfg = {'a b': 1, 'top@5': 2, '/x//y': 3}")
    assert captured.params == {"cfg.a b": 1, "cfg.top_5": 2, "cfg._x__y": 3}


def test_a_re_run_gives_the_same(notebook):
    cell = (
        "lr = 0.1\ncfg = {'a': 1}\nloss = sum([lr])\nbest = 0\nfor i in [3]:\n    best = max(0, i)"
    )
    first = notebook.track(cell)
    second = notebook.track(cell)
    assert (second.params, second.metrics) == (first.params, first.metrics)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("x = (", "the cell cannot be parsed: '(' was never closed"),
        ("%%bash\nls", "the body of %%bash is not read"),
    ],
)
def test_a_cell_that_cannot_be_read_gives_a_reason(cell, reason):
    from nbtrack.notebook.capture.rule import analyse, collect

    captured = collect(analyse(cell), {})
    assert captured.left_out == [LeftOut("the cell", reason)]


def test_objects_that_misbehave_are_passed_by(track):
    captured = track(
        """
        class Bad:
            def __float__(self):
                raise RuntimeError("no")
            def __getattr__(self, name):
                raise RuntimeError("no")
            def __eq__(self, other):
                raise RuntimeError("no")
            __hash__ = None
        """,
        "bad = Bad()\ncfg = {'bad': bad, 'n': 1}\nx = sum([1])",
    )
    assert (captured.params, captured.metrics) == ({"cfg.n": 1}, {"x": 1.0})


def test_arrays_are_never_read(track):
    captured = track(
        """
        import numpy as np
        class Watched(np.ndarray):
            def __getitem__(self, key):
                raise AssertionError("read")
            def __repr__(self):
                raise AssertionError("shown")
        """,
        "big = np.zeros(10).view(Watched)\nkeep = {'big': big, 'n': 2}",
    )
    assert captured.params == {"keep.n": 2}
    assert not captured.left_out


def test_looking_at_what_is_read_keeps_nothing_alive(notebook):
    import weakref

    import numpy as np

    from nbtrack.notebook.capture.rule import analyse, observe

    notebook.namespace["data"] = {"big": np.zeros(3).view(type("Array", (np.ndarray,), {})), "n": 1}
    big = weakref.ref(notebook.namespace["data"]["big"])
    before = observe(analyse("m = data['n']\ndata = None"), notebook.namespace)
    notebook.namespace["data"] = None
    assert before.given == {"data": {"n": 1}}
    assert big() is None


STUBBORN = """
class Stubborn:
    @property
    def __class__(self):
        raise RuntimeError("there is no request here")
thing = Stubborn()
"""


def test_an_object_that_refuses_to_be_looked_at_costs_only_itself(track):
    captured = track(f"{STUBBORN}lr = 0.1\nacc = sum([0.9])")
    assert captured.params == {"lr": 0.1}
    assert captured.metrics == {"acc": 0.9}
    assert LeftOut("thing", "looking at it raised RuntimeError") in captured.left_out


def test_reading_an_object_that_refuses_to_be_looked_at_costs_only_itself(track):
    captured = track(f"{STUBBORN}rate = 0.1", "text = [thing]\nlr = rate\nacc = sum([0.9])")
    assert captured.params == {"lr": 0.1, "rate": 0.1}
    assert captured.metrics == {"acc": 0.9}

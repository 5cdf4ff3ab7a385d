"""What changed since the last attempt."""

from nbtrack.notebook.attempts import Attempt, cell_of
from nbtrack.notebook.comparison import changes


def attempt(source, params=None, data=None):
    cell = cell_of(source, notebook="n", cell_id=None, name=None)
    return Attempt("id", "id", 1, "otter", cell, params=params or {}, data=data or {})


def test_nothing_changed_is_said():
    assert changes(attempt("x = 1"), attempt("x = 1")) == "nothing: same params, code and data"


def test_a_line_that_only_got_another_constant_is_told_by_the_param():
    new, old = attempt("lr = 0.2", {"lr": "0.2"}), attempt("lr = 0.1", {"lr": "0.1"})
    assert changes(new, old) == "lr 0.1 → 0.2"


def test_params_that_come_and_go_code_and_data():
    new = attempt("a = 1\nfit(a)\nb = 2", {"b": "2"}, {"X": "d2", "y": "d"})
    old = attempt("a = 1", {"a": "1"}, {"X": "d1"})
    assert changes(new, old) == (
        "b — → 2 · a 1 → — · code +2 -0 lines · data X changed · data y is new"
    )


def test_long_lists_are_cut():
    many = {f"p{i}": "1" for i in range(9)}
    assert changes(attempt("", many), attempt("")).endswith("· and 4 more")

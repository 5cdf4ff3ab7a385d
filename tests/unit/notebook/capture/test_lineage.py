"""Which cells a cell used, by data flow."""

import pytest

from nbtrack.notebook.capture.history import History
from nbtrack.notebook.capture.lineage import cell_hash, lineage
from nbtrack.notebook.capture.scan import scan
from nbtrack.notebook.capture.source import parse_cell


@pytest.fixture
def used():
    def run(*cells):
        *earlier, last = cells
        facts = scan(parse_cell(last).body)
        return [cell.number for cell in lineage(facts, History(["", *earlier]))]

    return run


def test_the_cells_that_assigned_what_is_read(used):
    assert used("a = 1", "b = 2", "c = a", "print(c)") == [1, 3]


def test_only_the_last_assignment_counts(used):
    assert used("a = 1", "a = 2", "print(a)") == [2]


def test_an_assignment_that_uses_the_old_value_reaches_further_back(used):
    assert used("df = load()", "df = df.dropna()", "print(df)") == [1, 2]


def test_changes_in_place_count(used):
    assert used("df = load()", "df['z'] = 1", "df.head()", "print(df)") == [1, 2]
    assert used("m = Model()", "X = load()", "m.fit(X)", "m.score(1)") == [1, 2, 3]


def test_a_function_of_the_notebook_may_change_what_it_is_given(used):
    cells = (
        "def train(m):\n    m.fit(X)",
        "X = 1",
        "m = Model()",
        "train(m)",
        "print(m)",
        "m.predict(2)",
    )
    assert used(*cells) == [1, 2, 3, 4]


def test_a_function_brings_what_it_reads_when_it_is_called(used):
    assert used("def f():\n    return W", "W = 1", "W = 2", "f()") == [1, 3]


def test_imports_of_other_cells_count_but_not_what_stands_beside_them(used):
    assert used("a = 1", "import numpy as np\nb = a", "np.zeros(3)") == [2]


def test_parsed_cells_with_magics_are_read(used):
    assert used("get_ipython().run_cell_magic('time', '', 'a = 1')", "%%bash\na=3", "print(a)") == [
        1
    ]


def test_cells_that_cannot_be_parsed_do_no_harm(used):
    assert used("a = 1", "a = (", "print(a)") == [1]


def test_the_source_has_no_secrets():
    facts = scan(parse_cell("use(key)").body)
    (cell,) = lineage(facts, History(["", "key = connect(password='abc')"]))
    assert cell.source == "key = connect(password='[redacted]')"
    assert cell.gives == ("key",)
    assert len(cell.hash) == 16


def test_a_hash_ignores_trailing_space():
    assert cell_hash("x = 1  \n") == cell_hash("\nx = 1")
    assert cell_hash("x = 1") != cell_hash("x = 2")

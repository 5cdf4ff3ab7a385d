"""Frames and arrays are described by name, shape, types and a sampled fingerprint."""

import json

import numpy as np
import pandas as pd
import pytest

from nbtrack.notebook.capture.data import datasets, describe
from nbtrack.notebook.capture.rule import analyse, observe


@pytest.fixture
def data_of(notebook):
    """Describe what the last cell reads, and what it makes and uses."""

    def run(*cells):
        *earlier, last = cells
        for cell in earlier:
            notebook.run(cell)
            notebook.history.append(cell)
        plan = analyse(last, history=notebook.history)
        before = observe(plan, notebook.namespace)
        arguments = {"names": before.names, "history": plan.history}
        read = datasets(plan.facts, notebook.namespace, made=False, **arguments)
        notebook.run(last)
        made = datasets(plan.facts, notebook.namespace, made=True, **arguments)
        return {d.dataset.name: d for d in [*read, *made]}

    return run


def test_a_frame_has_its_columns_and_rows():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": ["x", "y"], "d": [True, False]})
    dataset = describe("df", frame).dataset
    columns = json.loads(dataset.schema)["mlflow_colspec"]
    assert [(c["name"], c["type"]) for c in columns] == [
        ("a", "long"),
        ("b", "double"),
        ("c", "string"),
        ("d", "boolean"),
    ]
    profile = json.loads(dataset.profile)
    assert (profile["num_rows"], profile["num_elements"]) == (2, 8)
    assert profile["fingerprint"] == "sampled"
    assert len(dataset.digest) == 8


def test_an_array_has_its_shape_and_type():
    dataset = describe("X", np.zeros((150, 4), dtype="float32")).dataset
    (spec,) = json.loads(json.loads(dataset.schema)["mlflow_tensorspec"]["features"])
    assert spec["tensor-spec"] == {"dtype": "float32", "shape": [-1, 4]}
    assert json.loads(dataset.profile)["features_shape"] == [150, 4]


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.arange(5_000.0).reshape(50, 100),
        lambda: np.arange(5_000.0).reshape(50, 100).T,
        lambda: np.array(["a", 1, None, object()], dtype=object),
        lambda: np.array([("a", 1)], dtype=[("x", "U1"), ("y", "i4")]),
        lambda: pd.DataFrame({"a": range(5_000), "b": list("xy") * 2_500}),
        lambda: pd.DataFrame(
            {"t": pd.date_range("2020", periods=9), "c": pd.Categorical(list("aabbaabbc"))}
        ),
        pd.DataFrame,
        lambda: pd.DataFrame([[1, 2]], columns=["a", "a"]),
        lambda: pd.Series([1.0, 2.0], name="s"),
        lambda: np.zeros((0, 3)),
    ],
)
def test_equal_data_has_an_equal_fingerprint(make):
    assert describe("x", make()).dataset.digest == describe("x", make()).dataset.digest


def test_changed_data_has_another_fingerprint():
    array = np.zeros(100)
    before = describe("x", array).dataset.digest
    array[7] = 1
    assert describe("x", array).dataset.digest != before
    assert describe("x", array.astype("float32")).dataset.digest != before


def test_a_frame_that_is_read_is_described(data_of):
    found = data_of(
        "import pandas as pd\ndf = pd.DataFrame({'a': [1]})\nother = df.copy()",
        "total = df['a'].sum()",
    )
    assert list(found) == ["df"]
    assert found["df"].tags == {"mlflow.data.context": "read"}


def test_a_frame_from_a_file_knows_the_file(data_of, tmp_path):
    pd.DataFrame({"a": [1]}).to_csv("iris.csv", index=False)
    found = data_of("import pandas as pd\npath = 'iris.csv'\ndf = pd.read_csv(path)\nn = len(df)")
    assert found["df"].dataset.source_type == "local"
    assert json.loads(found["df"].dataset.source) == {"uri": "iris.csv"}
    assert found["df"].tags == {"mlflow.data.context": "made"}


def test_a_frame_from_an_earlier_cell_knows_its_file(data_of, tmp_path):
    pd.DataFrame({"a": [1]}).to_csv("iris.csv", index=False)
    found = data_of("import pandas as pd\ndf = pd.read_csv('iris.csv')", "n = len(df)")
    assert json.loads(found["df"].dataset.source) == {"uri": "iris.csv"}


def test_arrays_in_a_dict_are_described(data_of):
    found = data_of(
        "import numpy as np\niris = {'data': np.ones((3, 2)), 'names': 'x'}", "s = iris['data']"
    )
    assert list(found) == ["iris.data"]


def test_what_is_only_made_is_not_described(data_of):
    assert not data_of("import numpy as np\na = np.ones(3)")


def test_data_read_by_a_function_is_described(data_of):
    found = data_of(
        "import numpy as np\nX = np.ones(3)\ndef total():\n    return X.sum()", "t = total()"
    )
    assert list(found) == ["X"]


def test_a_sparse_matrix_is_described():
    sparse = pytest.importorskip("scipy.sparse")
    dataset = describe("S", sparse.eye(5).tocsr()).dataset
    assert json.loads(dataset.profile)["features_shape"] == [5, 5]


def test_an_object_that_refuses_to_be_looked_at_hides_no_other_data(data_of):
    found = data_of(
        "import numpy as np\nclass Stubborn:\n    @property\n    def __class__(self):\n"
        "        raise RuntimeError('there is no request here')\nthing = Stubborn()\n"
        "X = np.zeros((3, 2))",
        "pair = [thing, X]",
    )
    assert set(found) == {"X"}


def test_a_large_dict_is_not_copied_to_find_its_arrays(data_of, notebook):
    class Counted(dict):
        taken = 0

        def items(self):
            for item in super().items():
                Counted.taken += 1
                yield item

    notebook.namespace["big"] = Counted((n, n) for n in range(10_000))
    data_of("n = len(big)")
    assert Counted.taken < 1_000

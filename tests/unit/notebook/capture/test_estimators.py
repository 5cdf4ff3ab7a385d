"""Fitted estimators tell their class and what differs from the default."""

import pytest

from nbtrack.notebook.capture.estimators import describe, is_fitted_estimator

pytest.importorskip("sklearn")


@pytest.fixture
def data():
    return [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]


def test_only_fitted_estimators_count(data):
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier()
    assert not is_fitted_estimator(tree)
    assert not is_fitted_estimator(DecisionTreeClassifier)
    assert is_fitted_estimator(tree.fit(*data))


def test_params_that_differ_from_the_default(data):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1, max_iter=50).fit(*data)
    assert describe("m", model) == {"m": "LogisticRegression", "m.max_iter": 50}


def test_a_pipeline_tells_its_steps(data):
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    pipe = make_pipeline(StandardScaler(with_mean=False), SVC(C=2.0)).fit(*data)
    assert describe("pipe", pipe) == {
        "pipe": "Pipeline",
        "pipe.standardscaler": "StandardScaler",
        "pipe.standardscaler.with_mean": False,
        "pipe.svc": "SVC",
        "pipe.svc.C": 2.0,
    }
    assert is_fitted_estimator(pipe)


def test_a_search_tells_its_estimator(data):
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import SVC

    search = GridSearchCV(SVC(kernel="linear"), {"C": [1, 2]}, cv=2).fit(*data)
    assert describe("s", search) == {
        "s": "GridSearchCV",
        "s.cv": 2,
        "s.estimator": "SVC",
        "s.estimator.kernel": "linear",
    }


def test_an_estimator_fitted_in_a_cell_is_captured_with_where_it_came_from(track, data):
    captured = track(
        "from sklearn.tree import DecisionTreeClassifier as Tree\nclf = Tree(max_depth=2)",
        "clf.fit([[0], [1]], [0, 1])",
        "acc = clf.score([[0], [1]], [0, 1])",
    )
    assert captured.params == {"clf": "DecisionTreeClassifier", "clf.max_depth": 2}
    assert captured.read_from == dict.fromkeys(captured.params, "In[1]")
    assert captured.metrics == {"acc": 1.0}


def test_what_a_loop_varies_is_left_out(track):
    captured = track(
        """
        from sklearn.tree import DecisionTreeClassifier
        for seed in range(3):
            clf = DecisionTreeClassifier(max_depth=2, random_state=seed)
            clf.fit([[0], [1]], [0, 1])
        """
    )
    assert captured.params == {"clf": "DecisionTreeClassifier", "clf.max_depth": 2}


def test_a_broken_estimator_is_named_only():
    class Broken:
        def __init__(self):
            self.coef_ = 1

        def fit(self):
            pass

        def get_params(self, deep=True):
            raise RuntimeError

    assert describe("b", Broken()) == {"b": "Broken"}

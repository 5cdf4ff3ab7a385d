"""The capture rule as a table: realistic cells, really run, with exact params and metrics."""

from types import MappingProxyType
from typing import NamedTuple
from unittest.mock import ANY

import pytest

FOREST = """
    class Forest:
        def __init__(self, n_estimators=10, max_depth=None, seed=None):
            self.n_estimators, self.max_depth, self.seed = n_estimators, max_depth, seed
        def fit(self, X, y):
            return self
        def score(self, X, y):
            return 0.5 + self.n_estimators / 1000
        def predict(self, X):
            return [0 for _ in X]
    X, y = [[1], [2]], [0, 1]
"""
NET = """
    class Net:
        def __init__(self, *, hidden, dropout=0.0):
            self.hidden = hidden
        def parameters(self):
            return [1.0]
        def step(self, lr):
            return 1.0 / (1 + lr)
    class Adam:
        def __init__(self, params, lr=0.001, betas=(0.9, 0.999)):
            self.lr = lr
"""


class Case(NamedTuple):
    name: str
    cells: tuple[str, ...]
    params: dict = MappingProxyType({})
    metrics: dict = MappingProxyType({})


CASES = [
    Case("a literal is a param", ("lr = 0.1",), {"lr": 0.1}),
    Case(
        "literals of every type are params",
        ("a, b, c, d = 1, 'two', True, None",),
        {"a": 1, "b": "two", "c": True, "d": None},
    ),
    Case(
        "what is built from params is a param",
        (
            """
            base = 32
            batch = base * 4 + 1
            name = f"run-{batch:04d}"
            steps = int(round(max(base, 10) / 3))
            mode = "small" if batch < 100 else "large"
            """,
        ),
        {"base": 32, "batch": 129, "name": "run-0129", "steps": 11, "mode": "large"},
    ),
    Case(
        "negative numbers, powers and shifts are literals enough",
        ("low = -1e-3\nbig = 2**20\nmask = ~0 & 0xFF",),
        {"low": -0.001, "big": 1048576, "mask": 255},
    ),
    Case(
        "sklearn-like fit and score",
        (
            FOREST,
            """
            model = Forest(n_estimators=100, max_depth=3)
            model.fit(X, y)
            acc = model.score(X, y)
            """,
        ),
        {"model.n_estimators": 100, "model.max_depth": 3},
        {"acc": 0.6},
    ),
    Case(
        "a chained fit",
        (FOREST, "model = Forest(max_depth=2).fit(X, y)\nacc = model.score(X, y)"),
        {"model.max_depth": 2},
        {"acc": 0.51},
    ),
    Case(
        "a keyword that is a param of the cell",
        (FOREST, "depth = 4\nmodel = Forest(max_depth=depth, n_estimators=depth * 10)"),
        {"depth": 4, "model.max_depth": 4, "model.n_estimators": 40},
    ),
    Case(
        "a last line that is a score",
        (FOREST, "model = Forest(n_estimators=20).fit(X, y)\nmodel.score(X, y)"),
        {"model.n_estimators": 20},
        {"score": 0.52},
    ),
    Case(
        "a rounded last line is named after the call inside",
        (FOREST, "model = Forest().fit(X, y)\nround(model.score(X, y), 1)"),
        {},
        {"score": 0.5},
    ),
    Case(
        "a class among the arguments of a function",
        (
            FOREST,
            "def cross_val(model, X, y):\n    return model.fit(X, y).score(X, y)",
            "acc = cross_val(Forest(n_estimators=30), X, y)",
        ),
        {"Forest.n_estimators": 30},
        {"acc": 0.53},
    ),
    Case(
        "a torch-like loop",
        (
            NET,
            """
            epochs = 3
            lr = 1e-2
            model = Net(hidden=64, dropout=0.1)
            opt = Adam(model.parameters(), lr=lr, betas=(0.9, 0.99))
            losses = []
            for epoch in range(epochs):
                loss = model.step(lr) / (epoch + 1)
                losses.append(loss)
            final_loss = losses[-1]
            """,
        ),
        {
            "epochs": 3,
            "lr": 0.01,
            "model.hidden": 64,
            "model.dropout": 0.1,
            "opt.lr": 0.01,
            "opt.betas": (0.9, 0.99),
        },
        {"loss": pytest.approx(0.330033), "final_loss": pytest.approx(0.330033)},
    ),
    Case(
        "an xgboost-like fit",
        (
            """
            class XGBClassifier:
                def __init__(self, **params):
                    self.params = params
                def fit(self, X, y, eval_set=None, verbose=True):
                    self.best_score = 0.91
            """,
            """
            params = {"max_depth": 6, "eta": 0.3, "objective": "binary:logistic"}
            num_round = 200
            bst = XGBClassifier(n_estimators=num_round, subsample=0.8, **params)
            bst.fit([[1]], [0], eval_set=[([[1]], [0])], verbose=False)
            auc = bst.best_score
            """,
        ),
        {
            "num_round": 200,
            "params.max_depth": 6,
            "params.eta": 0.3,
            "params.objective": "binary:logistic",
            "bst.n_estimators": 200,
            "bst.subsample": 0.8,
        },
        {"auc": 0.91},
    ),
    Case(
        "a dict config",
        ('cfg = {"lr": 0.1, "opt": {"name": "adam", "eps": 1e-8}, "layers": [64, 32]}',),
        {"cfg.lr": 0.1, "cfg.opt.name": "adam", "cfg.opt.eps": 1e-8, "cfg.layers": [64, 32]},
    ),
    Case(
        "a dict of results",
        ('n = 10\nresults = {"acc": sum([0.5, 0.4]), "n": n, "note": "first"}',),
        {"n": 10, "results.n": 10, "results.note": "first"},
        {"results.acc": 0.9},
    ),
    Case(
        "a dict made by dict()",
        ("cfg = dict(lr=0.1, epochs=3)",),
        {"cfg.lr": 0.1, "cfg.epochs": 3},
    ),
    Case(
        "a dict that is changed afterwards",
        ('cfg = {"lr": 0.1, "n": 1}\ncfg["lr"] = 0.2\ncfg.update(n=2, new="x")',),
        {"cfg.lr": 0.2, "cfg.n": 2, "cfg.new": "x"},
    ),
    Case(
        "a dict of results filled by name",
        ('results = {}\nresults["acc"] = sum([0.1, 0.2])\nresults["k"] = 5',),
        {"results.k": 5},
        {"results.acc": pytest.approx(0.3)},
    ),
    Case(
        "a dict of results filled in a loop",
        ('scores = {}\nfor name in ("svm", "rf"):\n    scores[name] = len(name) / 10',),
        {},
        {"scores.svm": 0.3, "scores.rf": 0.2},
    ),
    Case(
        "a counter is no config",
        ('counts = {"a": 0, "b": 0}\nfor letter in "aab":\n    counts[letter] += 1',),
        {},
        {"counts.a": 2, "counts.b": 1},
    ),
    Case(
        "a function's dict of metrics",
        (
            "def evaluate():\n    return {'acc': 0.9, 'loss': 0.3, 'note': 'ok'}",
            "metrics = evaluate()",
        ),
        {},
        {"metrics.acc": 0.9, "metrics.loss": 0.3},
    ),
    Case(
        "a spread config with an override",
        (
            'BASE = {"lr": 0.1, "n": 3}',
            'cfg = {**BASE, "lr": 0.5}',
        ),
        {"cfg.lr": 0.5, "cfg.n": 3, "BASE.lr": 0.1, "BASE.n": 3},
    ),
    Case(
        "a dataclass config",
        (
            """
            from dataclasses import dataclass
            @dataclass
            class Config:
                lr: float = 0.1
                epochs: int = 5
                name: str = "base"
            """,
            "cfg = Config(lr=0.01)\ncfg.epochs = 7",
        ),
        {"cfg.lr": 0.01, "cfg.epochs": 7, "cfg.name": "base"},
    ),
    Case(
        "a dataclass of results",
        (
            """
            from dataclasses import dataclass
            @dataclass
            class Result:
                acc: float
                tag: str = "v1"
            """,
            "result = Result(acc=sum([0.25, 0.5]))",
        ),
        {"result.tag": "v1"},
        {"result.acc": 0.75},
    ),
    Case(
        "a namespace config",
        ("from types import SimpleNamespace\nargs = SimpleNamespace(lr=0.1, gpu=False)",),
        {"args.lr": 0.1, "args.gpu": False},
    ),
    Case(
        "parsed arguments",
        (
            """
            import argparse
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.1)
            args = parser.parse_args([])
            lr = args.lr
            """,
        ),
        {"args.lr": 0.1, "lr": 0.1},
    ),
    Case(
        "a class as a namespace",
        ("class CFG:\n    lr = 0.1\n    epochs = 3",),
        {"CFG.lr": 0.1, "CFG.epochs": 3},
    ),
    Case(
        "a class as a namespace from an earlier cell",
        ("class CFG:\n    lr = 0.1\n    seed: int = 7", "loss = sum([CFG.lr, 1])"),
        {"CFG.lr": 0.1, "CFG.seed": 7},
        {"loss": 1.1},
    ),
    Case(
        "CONFIG from an earlier cell",
        (
            'CONFIG = {"lr": 0.1, "epochs": 3, "data": {"path": "a.csv"}}',
            'lr = CONFIG["lr"]\nloss = sum([lr] * CONFIG["epochs"])',
        ),
        {"lr": 0.1, "CONFIG.lr": 0.1, "CONFIG.epochs": 3, "CONFIG.data.path": "a.csv"},
        {"loss": pytest.approx(0.3)},
    ),
    Case(
        "scalars from earlier cells",
        ("lr = 0.1\nname = 'a'", "n = 5", "loss = sum([lr] * n)\nprint(name)"),
        {"lr": 0.1, "n": 5, "name": "a"},
        {"loss": 0.5},
    ),
    Case(
        "built from scalars of an earlier cell",
        ("BASE = 32", "batch = BASE * 2"),
        {"batch": 64, "BASE": 32},
    ),
    Case(
        "computed from computed values of an earlier cell",
        ("correct = sum([1, 1, 0])\ntotal = len([1, 1, 0])", "acc = correct / total"),
        {"correct": 2, "total": 3},
        {"acc": pytest.approx(2 / 3)},
    ),
    Case(
        "what a helper function reads",
        ("RATE = 0.5", "def loss_of(x):\n    return x * RATE", "loss = loss_of(3)"),
        {"RATE": 0.5},
        {"loss": 1.5},
    ),
    Case(
        "what a helper's helper reads",
        (
            "RATE = 0.5\nUNUSED = 1",
            "def inner(x):\n    return x * RATE",
            "def outer(x):\n    return [inner(i) for i in range(x)]",
            "total = sum(outer(3))",
        ),
        {"RATE": 0.5},
        {"total": 1.5},
    ),
    Case(
        "what a method of a class of the notebook reads",
        (
            "SCALE = 3",
            "class Model:\n    def predict(self, x):\n        return x * SCALE",
            "model = Model()",
            "y = model.predict(2)",
        ),
        {"SCALE": 3},
        {"y": 6},
    ),
    Case(
        "a function of the cell that reads",
        ("W = 2", "def f(x):\n    return x * W\ny = f(4)"),
        {"W": 2},
        {"y": 8},
    ),
    Case(
        "functions only",
        (
            "W = 2",
            "def f(x, scale=3):\n    return x * W * scale\n\ndef g():\n    z = 1\n    return z",
        ),
    ),
    Case(
        "with, try and if bodies are top level",
        (
            """
            from contextlib import nullcontext
            with nullcontext() as ctx:
                lr = 0.1
            try:
                depth = 3
            except ValueError:
                depth = 4
            if depth > 2:
                mode = "deep"
            else:
                mode = "flat"
            """,
        ),
        {"lr": 0.1, "depth": 3, "mode": "deep"},
    ),
    Case(
        "loops are not top level",
        ("total = 0\nfor i in range(3):\n    total += i\n    flag = 1",),
        {},
        {"total": 3, "flag": 1},
    ),
    Case(
        "a while loop",
        ("x = 10.0\ntol = 0.5\nn = 0\nwhile x > tol:\n    x /= 2\n    n += 1",),
        {"tol": 0.5},
        {"x": 0.3125, "n": 5},
    ),
    Case(
        "the best value of a loop",
        ("best = float('inf')\nfor loss in [3, 1, 2]:\n    best = min(best, loss)",),
        {},
        {"best": 1},
    ),
    Case(
        "a list filled later is not taken, one as written is",
        ("sizes = [64, 32]\nhistory = []\nfor s in sizes:\n    history.append(s / 2)",),
        {"sizes": [64, 32]},
    ),
    Case(
        "a list that was appended to",
        ("layers = [64, 32]\nlayers.append(16)",),
    ),
    Case(
        "a tuple of constants",
        ("shape = (28, 28)\nempty = []",),
        {"shape": (28, 28)},
    ),
    Case(
        "clocks are no measurements, what is computed from them is",
        (
            """
            import time
            from datetime import datetime
            from time import perf_counter
            start = time.time()
            t0 = perf_counter()
            stamp = int(time.time())
            now = datetime.now().timestamp()
            elapsed = perf_counter() - t0
            """,
        ),
        {},
        {"elapsed": ANY},
    ),
    Case(
        "f-strings",
        ("model = 'tree'\nversion = 3\nrun = f'{model}-v{version}'\npath = f'out/{run}.json'",),
        {"model": "tree", "version": 3, "run": "tree-v3", "path": "out/tree-v3.json"},
    ),
    Case(
        "a seeds loop",
        (
            FOREST,
            """
            scores = []
            for seed in range(3):
                clf = Forest(n_estimators=50, seed=seed).fit(X, y)
                scores.append(clf.score(X, y))
            mean = sum(scores) / len(scores)
            """,
        ),
        {"clf.n_estimators": 50},
        {"mean": pytest.approx(0.55)},
    ),
    Case(
        "plotting",
        (
            """
            import matplotlib
            matplotlib.use("agg")
            import matplotlib.pyplot as plt
            fig, ax = plt.subplots(figsize=(4, 3))
            lines = ax.plot([1, 2, 3])
            ax.set_title("a title")
            plt.close(fig)
            """,
        ),
    ),
    Case(
        "cleaning",
        (
            """
            import pandas as pd
            df = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["x", "y", "z"]})
            """,
            """
            before = len(df)
            df = df.dropna(subset=["a"])
            df["c"] = df["a"] * 2
            df = df.rename(columns={"b": "label"})
            dropped = before - len(df)
            """,
        ),
        {},
        {"before": 3, "dropped": 1},
    ),
    Case(
        "keywords of pandas, numpy and matplotlib are no params",
        (
            """
            import numpy as np, pandas as pd
            s = pd.Series([1, 2], name="s")
            a = np.ndarray(shape=(2, 2))
            """,
        ),
    ),
    Case(
        "numbers of numpy count, arrays and truth values do not",
        (
            """
            import numpy as np
            a = np.arange(4.0)
            mean = a.mean()
            zero_d = np.array(2.5)
            count = np.int64(3) + 0
            one_d = a[:1]
            ok = mean > 1
            flag = bool(mean)
            """,
        ),
        {},
        {"mean": 1.5, "zero_d": 2.5, "count": 3},
    ),
    Case(
        "fractions and decimals count, complex numbers do not",
        (
            """
            from decimal import Decimal
            from fractions import Fraction
            d = Decimal("0.5") + 1
            f = Fraction(1, 4) * 3
            c = complex(1, 2) * 2
            """,
        ),
        {},
        {"d": 1.5, "f": 0.75},
    ),
    Case(
        "NaN and infinities are kept",
        ("nan = sum([float('nan')])\nup = sum([float('inf')])\nlow = -up",),
        {},
        {"nan": pytest.approx(float("nan"), nan_ok=True), "up": float("inf"), "low": float("-inf")},
    ),
    Case(
        "names with an underscore, loop targets and imports never",
        (
            """
            import math
            from math import pi
            _hidden = 3
            for step in range(3):
                pass
            for a, (b, c) in [(1, (2, 3))]:
                pass
            """,
        ),
    ),
    Case(
        "augmented assignment outside loops",
        ("lr = 0.1\nlr *= 10\nscore = sum([1, 2])\nscore /= 2",),
        {"lr": 1.0},
        {"score": 1.5},
    ),
    Case(
        "augmented assignment of an earlier cell's name",
        ("lr = 0.5", "lr *= 2"),
        {"lr": 1.0},
    ),
    Case(
        "a walrus",
        ("if (n := 10) > 5 and (m := sum([n, 1])):\n    pass",),
        {"n": 10},
        {"m": 11},
    ),
    Case(
        "unpacking",
        (
            """
            a, (b, *c) = 1, (2, 3, 4)
            x, y = divmod(7, 2)
            first, *rest, last = [1, 2, 3, 4]
            """,
        ),
        {"a": 1, "b": 2, "c": [3, 4], "first": 1, "rest": [2, 3], "last": 4},
        {"x": 3, "y": 1},
    ),
    Case("a chained assignment", ("a = b = 0.5",), {"a": 0.5, "b": 0.5}),
    Case(
        "an annotated assignment",
        ("lr: float = 0.1\nnothing: int\nloss: float = sum([1.0])",),
        {"lr": 0.1},
        {"loss": 1.0},
    ),
    Case("a deleted name", ("lr = 0.1\ntmp = 5\ndel tmp",), {"lr": 0.1}),
    Case(
        "a global in a function",
        ("def f():\n    global hits\n    hits = sum([1, 2])\nf()",),
        {},
        {"hits": 3},
    ),
    Case(
        "names in a comprehension are its own",
        ("squares = [k * k for k in range(4)]\ntotal = sum(k for k in squares)",),
        {},
        {"total": 14},
    ),
    Case(
        "a name that is constant once and computed once",
        ("x = 1\nx = sum([x, 2])",),
        {},
        {"x": 3},
    ),
    Case(
        "a match statement",
        ("kind = 'b'\nmatch kind:\n    case 'a':\n        lr = 1\n    case 'b':\n        lr = 2",),
        {"kind": "b", "lr": 2},
    ),
    Case(
        "a device that is asked for",
        ("import math\ndevice = 'cuda' if math.isnan(1.0) else 'cpu'",),
        {"device": "cpu"},
    ),
    Case(
        "constants of modules",
        ("import math\nbest = math.inf\nangle = 2 * math.pi\nroot = math.sqrt(4)",),
        {"best": float("inf"), "angle": 6.283185307179586},
        {"root": 2.0},
    ),
    Case(
        "a number of one branch",
        ("acc = sum([0.5])", "if False:\n    acc = sum([0.7])"),
    ),
    Case(
        "a cell that fails keeps what it had assigned",
        ("lr = 0.1\nloss = sum([1.0])\nboom = 1 / 0\nafter = 3",),
        {"lr": 0.1},
        {"loss": 1.0},
    ),
    Case(
        "a prompt for a language model",
        ('prompt = """\nAnswer {x}\n""".strip()\ntemperature = 0.2',),
        {"prompt": "Answer {x}", "temperature": 0.2},
    ),
    Case(
        "settings from a file",
        (
            'text = \'{"lr": 0.1, "n": 3}\'',
            "import json\ncfg = json.loads(text)\nlr = cfg['lr']",
        ),
        {"cfg.lr": 0.1, "cfg.n": 3, "lr": 0.1, "text": '{"lr": 0.1, "n": 3}'},
    ),
    Case(
        "a partial function",
        ("from functools import partial\nfn = partial(round, ndigits=2)",),
        {"fn.ndigits": 2},
    ),
    Case(
        "a class of settings with a helper",
        ("class CFG:\n    lr = 0.1\n    def twice(self):\n        return 2", "n = sum([CFG.lr])"),
        {"CFG.lr": 0.1},
        {"n": 0.1},
    ),
    Case(
        "defaults of a library's dataclass are nobody's choice",
        (
            """
         import dataclasses, types
         Library = dataclasses.make_dataclass("Library", [("r", int), ("alpha", float, 8.0)])
         Library.__module__ = "library"
         """,
            "cfg = Library(r=4)",
        ),
        {"cfg.r": 4},
    ),
    Case(
        "a last line that writes is no measurement",
        ("import io\nf = io.StringIO()", "f.write('abc')"),
    ),
    Case(
        "a last line that asks the clock",
        ("import time", "time.perf_counter()"),
    ),
    Case(
        "a grid search",
        (
            """
            from sklearn.model_selection import GridSearchCV
            from sklearn.svm import SVC
            X, y = [[i] for i in range(8)], [0, 1] * 4
            """,
            """
            grid = {"C": [0.1, 1], "kernel": ["linear"]}
            search = GridSearchCV(SVC(), grid, cv=2)
            search.fit(X, y)
            best = search.best_score_
            """,
        ),
        {
            "grid.C": [0.1, 1],
            "grid.kernel": ["linear"],
            "search": "GridSearchCV",
            "search.cv": 2,
            "search.estimator": "SVC",
        },
        {"best": ANY},
    ),
    Case(
        "cross validation of a class in a call",
        (
            """
            from sklearn.model_selection import cross_val_score
            from sklearn.tree import DecisionTreeClassifier
            X, y = [[i] for i in range(8)], [0, 0, 0, 0, 1, 1, 1, 1]
            """,
            """
            scores = cross_val_score(DecisionTreeClassifier(max_depth=2), X, y, cv=2)
            mean, std = scores.mean(), scores.std()
            """,
        ),
        {"DecisionTreeClassifier.max_depth": 2},
        {"mean": ANY, "std": ANY},
    ),
    Case(
        "results added to an earlier cell's dict",
        ('results = {"base": sum([0.5])}', 'results["tree"] = sum([0.7])'),
        {"results.base": 0.5},
        {"results.tree": 0.7},
    ),
    Case(
        "a library's own dictionary that is read",
        (
            """
            from sklearn.utils import Bunch
            iris = Bunch(data=[[1.0]], frame=None, version=3, DESCR="Iris plants\\n" * 100)
            held = {"folds": 5, "data": iris}
            """,
            "n = len(iris.data) + held['folds']",
        ),
        {"held.folds": 5},
        {"n": 6},
    ),
    Case(
        "a library's own dictionary that is assigned",
        ("from sklearn.datasets import load_iris\niris = load_iris()\nn = len(iris.data)",),
        {},
        {"n": 150},
    ),
    Case(
        "entries that the cell writes into a library's own dictionary",
        (
            "from sklearn.utils import Bunch\ndata = Bunch(version=3, size=sum([7]))",
            """
            data["fold"] = 2
            data.acc = sum([0.5])
            data["best"] = sum([0.75])
            own = Bunch(lr=0.1)
            """,
        ),
        {"data.fold": 2, "own.lr": 0.1},
        {"data.acc": 0.5, "data.best": 0.75},
    ),
    Case(
        "a dictionary of the standard library is read whole",
        (
            "from collections import OrderedDict\ncfg = OrderedDict(lr=0.1, name='a')",
            "twice = cfg['lr'] * 2",
        ),
        {"cfg.lr": 0.1, "cfg.name": "a", "twice": 0.2},
    ),
    Case(
        "prompts, queries and long texts are no settings",
        (
            """
            prompt = "You are a helper.\\nAnswer briefly."
            query = "select " + "a, " * 100 + "b"
            stop = ["\\n", "END"]
            cfg = {"template": "a\\nb", "lr": 0.1}
            title = "a" * 250
            """,
        ),
        {"cfg.lr": 0.1, "title": "a" * 250},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_captures_of_a_cell(case, track):
    captured = track(*case.cells)
    assert captured.params == case.params
    assert captured.metrics == case.metrics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_captured_key_has_a_reason(case, track):
    captured = track(*case.cells)
    assert set(captured.reasons) == {*captured.params, *captured.metrics}

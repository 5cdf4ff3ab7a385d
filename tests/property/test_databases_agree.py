"""Whatever is done to a store, every database answers what SQLite answers."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.entities import Dataset, DatasetInput, LifecycleStage, Metric, Param, RunStatus, Tag
from nbtrack.errors import NbtrackError
from nbtrack.store.open import open_store
from tests.databases import new_store

INF = math.inf
_numbers = itertools.count(1)

runs = st.integers(0, 2)
keys = st.sampled_from(["a", "A", "a b", "\u00e9", "e"])
texts = st.sampled_from(
    ["", " ", "a", "A", "a ", "\u00e9", "\u00c9", "e\u0301", "stra\u00dfe", "%", "a_", "\\", "\\n",
     "|", "100%s", "x" * 200, "x" * 200 + " ", "x" * 201, "\U0001f600", "1e5"]
)  # fmt: skip
values = st.one_of(
    st.sampled_from([0.0, -1.0, 1.0, math.nan, INF, -INF, 5e-324, 1e308, 1 / 3]),
    st.floats(allow_nan=True),
)
times = st.integers(0, 3)
metrics = st.builds(Metric, keys, values, times, st.integers(-2, 2))
patterns = st.sampled_from(
    ["a%", "A", "_", "E\u0301", "\u00c9", "\\%", "%STRASSE", "|", "% ", "X%"]
)
clauses = st.one_of(
    st.builds("params.`{}` = '{}'".format, keys, texts),
    st.builds("tags.`{}` != '{}'".format, keys, texts),
    st.builds("params.`{}` LIKE '{}'".format, keys, patterns),
    st.builds("tags.`{}` ILIKE '{}'".format, keys, patterns),
    st.builds("NOT params.`{}` LIKE '{}'".format, keys, patterns),
    st.builds("metrics.`{}` {} {}".format, keys, st.sampled_from(["<", ">=", "=", "!="]), times),
    st.builds("max(metrics.`{}`) > {} OR status = 'FAILED'".format, keys, times),
    st.builds("run_name IN ('{}', '{}')".format, texts, texts),
    st.sampled_from(["", "end_time IS NULL", "dataset.name = 'a'", "tags.a IS NULL"]),
)
orders = st.one_of(
    st.builds("{}.`{}` {}".format, st.sampled_from(["metrics", "params", "tags"]), keys,
              st.sampled_from(["ASC", "DESC"])),
    st.sampled_from(["run_name", "status DESC", "end_time DESC", "start_time"]),
)  # fmt: skip
steps = st.one_of(
    st.tuples(st.just("create"), runs, texts, times),
    st.tuples(st.just("metrics"), runs, st.lists(metrics, min_size=1, max_size=4)),
    st.tuples(st.just("params"), runs, st.lists(st.builds(Param, keys, texts), max_size=3)),
    st.tuples(st.just("tags"), runs, st.lists(st.builds(Tag, keys, texts), max_size=3)),
    st.tuples(st.just("correct"), runs, keys, texts),
    st.tuples(st.just("delete_tag"), runs, keys),
    st.tuples(st.just("end"), runs, st.sampled_from(list(RunStatus)), st.none() | times, texts),
    st.tuples(st.just("lifecycle"), runs, st.sampled_from(list(LifecycleStage))),
    st.tuples(st.just("inputs"), runs, st.sampled_from(["a", "A", "a "]), texts),
    st.tuples(st.just("get"), runs),
    st.tuples(st.just("history"), runs, keys),
)
searches = st.tuples(st.just("search"), clauses, st.lists(orders, max_size=2), st.integers(1, 3))
# What the runs have before the first step: most searches find some of them.
beginnings = st.lists(st.dictionaries(keys, texts, min_size=2), min_size=3, max_size=3)


class Session:
    """The same steps in one store, in an experiment of their own; what came of each."""

    def __init__(self, store, number, beginning):
        self.store = store
        self.experiment = store.create_experiment(f"example {number}")
        self.ids = [f"{number:030x}{run:02x}" for run in range(3)]
        for run, given_texts in enumerate(beginning):
            self.create(run, "a", run)
            self.params(run, [Param(key, text) for key, text in given_texts.items()])
            self.tags(run, [Tag(key, text) for key, text in given_texts.items()])

    def do(self, step):
        name, *arguments = step
        try:
            return getattr(self, name)(*arguments)
        except NbtrackError as error:
            return type(error).__name__

    def create(self, run, name, start):
        self.store.create_run(
            self.experiment, run_id=self.ids[run], name=name or "-", user_id="ada", start_time=start
        )

    def metrics(self, run, points):
        self.store.log_batch(self.ids[run], metrics=points)

    def params(self, run, params):
        self.store.log_batch(self.ids[run], params=params)

    def tags(self, run, tags):
        self.store.log_batch(self.ids[run], tags=tags)

    def correct(self, run, key, value):
        self.store.correct_param(self.ids[run], key, value)

    def delete_tag(self, run, key):
        self.store.delete_tag(self.ids[run], key)

    def end(self, run, status, end, name):
        self.store.update_run(self.ids[run], status=status, end_time=end, name=name)

    def lifecycle(self, run, stage):
        self.store.update_run(self.ids[run], lifecycle_stage=stage)

    def inputs(self, run, name, text):
        use = DatasetInput(Dataset(name, "digest", "local", text or None), [Tag("t", text)])
        self.store.log_inputs(self.ids[run], [use])

    def get(self, run):
        found = self.store.get_run(self.ids[run])
        info, data = found.info, found.data
        metrics = sorted(map(repr, data.metric_list))
        inputs = sorted(map(repr, found.inputs.dataset_inputs))
        about = (info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage)
        return about, metrics, data.params, data.tags, inputs

    def history(self, run, key):
        return list(map(repr, self.store.metric_history(self.ids[run], key)))

    def search(self, filter_string, order_by, size):
        token, found = None, []
        while token is not None or not found:
            page = self.store.search_runs(
                [self.experiment], filter_string=filter_string, order_by=order_by,
                max_results=size, page_token=token,
            )  # fmt: skip
            found.append([self.ids.index(run.info.run_id) for run in page])
            token = page.token
        return found


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/nbtrack.db") as store:
        yield store


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def other(request, tmp_path_factory):
    with new_store(request, tmp_path_factory.mktemp("other")) as store:
        yield store


@settings(max_examples=12, deadline=None)
@given(
    beginnings, st.lists(steps | searches, max_size=8), st.lists(searches, min_size=5, max_size=5)
)
def test_any_steps_have_the_same_outcome(sqlite, other, beginning, given_steps, last_searches):
    number = next(_numbers)
    sessions = [Session(store, number, beginning) for store in (sqlite, other)]
    for step in [*given_steps, *last_searches, *(("get", run) for run in range(3))]:
        left, right = (session.do(step) for session in sessions)
        assert left == right, step

"""Whatever is asked of an endpoint, it answers or refuses: no other exception ever leaves it."""

import json
import math
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.artifacts import Places
from nbtrack.errors import NbtrackError
from nbtrack.rest import codec
from nbtrack.rest.backend import Backend
from nbtrack.rest.endpoint import Answer
from nbtrack.rest.endpoints import ENDPOINTS
from nbtrack.store.open import open_store

ROWS = {f"{row.method} {row.path}": row for row in ENDPOINTS}
TEXTS = [
    "", " ", "0", "-1", "1e9", "x" * 300, "../..", "/", "%00", "a\x00b", "\ud800", "%", "_", "null",
    "'; DROP TABLE x", "e\N{COMBINING ACUTE ACCENT}", "\u202e", "\N{SEE-NO-EVIL MONKEY}" * 300,
    "metrics.`a` > 'b' OR", "metrics.a = 1", "[]", "{", '"', "ACTIVE_ONLY",
]  # fmt: skip
NUMBERS = [2**63, -(2**63) - 1, 2**63 - 1, 10**400, -1, 0, 1, 3, 1.5, 1e308, math.nan, math.inf]
OTHERS = [True, False, None, [], [[]], {}, {"key": "k"}, ["a", None, 5]]


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    with open_store(f"sqlite:///{folder}/store.db", artifact_root=str(folder / "files")) as store:
        yield Backend(store, Places(str(folder / "files")))


@pytest.fixture(scope="module")
def run(backend):
    """A run that may be deleted, renamed and filled with anything."""
    return backend.store.create_run("0").info.run_id


def bodies(kind, run):
    """Return bodies with the fields of a request, its items too, and any values in them."""
    value = st.sampled_from([*TEXTS, *NUMBERS, *OTHERS, run])
    items = st.lists(
        st.dictionaries(st.sampled_from(["key", "value", "timestamp", "step", "dataset"]), value),
        max_size=2,
    )
    fields = {}
    for field in msgspec.structs.fields(kind):
        usual = st.just(run) if field.encode_name == "run_id" else value
        fields[field.encode_name] = usual | value | items
    return st.fixed_dictionaries({}, optional=fields)


def ask(backend, row, body):
    if row.method == "GET" or row.answer is Answer.UPLOAD:
        query = {name: [str(one)] for name, one in body.items()}
        request = codec.decode_query(query, row.request)
    else:
        text = json.dumps(body).encode("utf-8", "surrogatepass")
        request = codec.decode_body(text, row.request)
    answer = row.serve(backend, request)
    if row.answer is Answer.DOWNLOAD:
        answer.file.close()
    elif row.answer is Answer.UPLOAD:
        with answer as file:
            file.write(b"x")
    elif row.answer is Answer.JSON:
        codec.encode(answer)


@pytest.mark.parametrize("name", ROWS)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_an_endpoint_answers_or_refuses(backend, run, name, data):
    body = data.draw(bodies(ROWS[name].request, run))
    with suppress(NbtrackError):
        ask(backend, ROWS[name], body)

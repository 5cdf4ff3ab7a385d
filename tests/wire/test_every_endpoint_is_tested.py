"""Every row of the endpoint table is asked over the wire, at every path and on both hosts."""

import uuid

import pytest

from nbtrack.rest.endpoints import ENDPOINTS
from tests.wire import plain_requests

BY_ROW = {(one.method, one.path): one for one in plain_requests.REQUESTS}
ROWS = {f"{one.method} {one.path}": one for one in ENDPOINTS}
MISSING = object()


def at(answer, path):
    """Return what stands at a dotted path of an answer."""
    for step in path.split("."):
        try:
            answer = answer[int(step) if step.isdecimal() else step]
        except (LookupError, TypeError):
            return MISSING
    return answer


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_a_request(row):
    assert (ROWS[row].method, ROWS[row].path) in BY_ROW, f"tests/wire/plain_requests.py lacks {row}"


def test_a_request_has_a_row():
    assert set(BY_ROW) - {(row.method, row.path) for row in ENDPOINTS} == set()
    assert len(BY_ROW) == len(plain_requests.REQUESTS)


@pytest.fixture(scope="module")
def worlds():
    """The worlds that rows only read, by host."""
    return {}


def world_for(endpoint, host, worlds):
    """Return a world of its own for a row that changes it, else one that is shared."""
    if endpoint.method != "GET":
        return plain_requests.begin(host, uuid.uuid4().hex[:8])
    if host not in worlds:
        worlds[host] = plain_requests.begin(host, uuid.uuid4().hex[:8])
    return worlds[host]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_answers_its_request_at_every_path(host, row, worlds):
    endpoint = ROWS[row]
    for path in endpoint.paths:
        world = world_for(endpoint, host, worlds)
        request = BY_ROW[endpoint.method, endpoint.path]
        asked = path
        for name, value in request.parts.items():
            asked = asked.replace(f"{{{name}}}", plain_requests.filled(value, world))
        body, query, fields = plain_requests.filled(
            [request.body, request.query, request.fields], world
        )
        reply = host.ask(request.method, asked, body, query=query)
        assert reply.status == request.status, reply.body
        if request.text is not None:
            assert reply.body == request.text
        for place, expected in fields.items():
            found = at(reply.json, place)
            if expected is plain_requests.ANY:
                assert found is not MISSING, place
            else:
                assert found == (MISSING if expected is None else expected), place

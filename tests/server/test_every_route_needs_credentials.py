"""Every route, page and unknown path, with every method: nothing is answered without the token."""

import base64
import http.client
import os
import re

import pytest

from nbtrack.rest.endpoint import Answer
from nbtrack.server.routes import by_path
from tests.needs import needs
from tests.servers import Reply, running_server

TOKEN = "a-token-that-only-this-test-knows"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ODD_METHODS = ["TRACE", "PROPFIND", "CONNECT", "get", "X"]
OPEN = {"/health", "/version"}
UNKNOWN = [
    "/nothing",
    "/static/app.js",
    "/api/2.0/mlflow/nothing",
    "/%68ealth",
    "//health",
    "/a/..",
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that asks everybody, also this user."""
    folder = tmp_path_factory.mktemp("guarded")
    with running_server(folder, environment={"NBTRACK_SERVER_TOKEN": TOKEN}) as running:
        yield running


def asked(connection, method, path, headers=None):
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    return Reply(answer.status, answer.headers, answer.read())


def every_path():
    return [re.sub(r"\{\w+\}", "a", path) for path in by_path()] + UNKNOWN


WRONG = {
    "nothing": {},
    "another token": {"Authorization": "Bearer a-token-that-nobody-knows"},
    "a part of it": {"Authorization": f"Bearer {TOKEN[:-1]}"},
    "another scheme": {"Authorization": f"Digest {TOKEN}"},
    "another password": {"Authorization": "Basic " + base64.b64encode(b"me:no").decode()},
    "broken basic": {"Authorization": "Basic ????"},
    "the token as user": {
        "Authorization": "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode()
    },
    "a cookie": {"Cookie": f"token={TOKEN}; nbtrack={TOKEN}; username-127-0-0-1=x"},
    "other headers": {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-User": "root",
        "Remote-User": "root",
        "X-Token": TOKEN,
    },
}


@pytest.mark.parametrize("shown", WRONG)
def test_no_route_answers_without_credentials(guarded, shown):
    connection = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=30)
    methods = METHODS if shown == "nothing" else ["GET", "POST"]
    for path in every_path():
        for method in methods:
            if path in OPEN and method in {"GET", "HEAD"}:
                continue
            reply = asked(connection, method, path, WRONG[shown])
            assert reply.status == 401, (method, path)
            assert "Bearer" in reply.headers["WWW-Authenticate"]
            assert method == "HEAD" or reply.json["error_code"] == "UNAUTHENTICATED"
    connection.close()


@pytest.mark.parametrize("method", ODD_METHODS)
def test_odd_methods_are_not_answered_either(guarded, method):
    for path in ("/", "/api/2.0/mlflow/experiments/get", "/health", "/nothing"):
        assert guarded.ask(method, path).status == 401


def test_the_table_has_pages_and_endpoints():
    paths = every_path()
    assert "/" in paths
    assert "/api/2.0/mlflow/experiments/create" in paths
    assert len(paths) > 40


def test_only_health_and_version_are_open(guarded):
    for path in sorted(OPEN):
        assert guarded.ask("GET", path).status == 200
        assert guarded.ask("HEAD", path).status == 200
    for path, methods in by_path().items():
        for endpoint in methods.values():
            assert endpoint.is_open == (path in OPEN)


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN}",
        f"token {TOKEN}",
        "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode(),
        "Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode(),
    ],
)
def test_the_token_opens_in_every_form(guarded, authorization):
    path = "/api/2.0/mlflow/experiments/get?experiment_id=0"
    assert guarded.ask("GET", path, headers={"Authorization": authorization}).status == 200


def test_another_user_of_this_machine_needs_the_token(server):
    """The server trusts the user who started it; nobody else, though they come from here too."""
    needs(os.geteuid() == 0, "Run the tests as root: they become another user.")
    path = "/api/2.0/mlflow/experiments/get?experiment_id=0"
    assert server.ask("GET", path).status == 200
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65533)
            os.write(writing, str(server.ask("GET", path).status).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "401"
    os.waitpid(child, 0)


def test_what_a_plain_link_or_image_can_ask_changes_nothing():
    """Browsers say of a GET to an http address less about where it comes from."""
    for methods in by_path().values():
        for method, endpoint in methods.items():
            if method in {"GET", "HEAD"}:
                assert not endpoint.writes
                assert endpoint.answer is not Answer.UPLOAD

"""Nobody gets in without Jupyter's consent, at no path and with no method."""

import base64
import http.client

import pytest

from nbtrack.server.routes import by_path
from tests.jupyter_servers import TOKEN, running_jupyter
from tests.servers import body_of, is_stream

CREATE = "/api/2.0/mlflow/experiments/create"
SEARCH = "/api/2.0/mlflow/experiments/search"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LOGIN = "led to the login page"
FORBIDDEN = {401, 403, LOGIN}
READ_ONLY = """
from jupyter_server.auth import Authorizer

class ReadOnly(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "nbtrack" or action == "read"

c.ServerApp.authorizer_class = ReadOnly
c.ServerApp.allow_unauthenticated_access = False
c.ServerApp.max_body_size = 1000
"""


@pytest.fixture(scope="module")
def store_id(jupyter):
    return jupyter.ask("GET", "/api/3.0/mlflow/server-info").json["nbtrack"]["store_id"]


@pytest.fixture(scope="module")
def cookie(jupyter):
    """The cookies of a browser that is logged in."""
    answer = jupyter.ask("GET", "api/contents")
    page = jupyter.ask("GET", "login", token="")
    given = answer.headers.get_all("Set-Cookie") + page.headers.get_all("Set-Cookie")
    return "; ".join(one.partition(";")[0] for one in given)


@pytest.fixture(scope="module")
def xsrf(cookie):
    (value,) = [one.removeprefix("_xsrf=") for one in cookie.split("; ") if "_xsrf=" in one]
    return value


@pytest.fixture(scope="module")
def read_only(tmp_path_factory):
    """A server whose authorizer lets nobody write, and which asks who everybody is."""
    with running_jupyter(tmp_path_factory.mktemp("read-only"), config=READ_ONLY) as server:
        yield server


def paths(store_id):
    """Every path of the table and some beside it, for the default store and for one by its id."""
    own = [path.replace("{", "").replace("}", "") for path in by_path()]
    beside = ["", "/", "/nix", "/api/2.0/mlflow/nix", "/s", "/s/", "/s/x/health", "/static/x.js"]
    return [*own, *beside, *(f"/s/{store_id}{path}" for path in (*own, "", "/", "/nix"))]


def everything(jupyter, store_id, headers):
    """Ask every path with every method; return the status of each answer."""
    connection = http.client.HTTPConnection(jupyter.address, timeout=30)
    statuses = {}
    for path in paths(store_id):
        for method in METHODS:
            connection.request(method, f"{jupyter.base_url}nbtrack{path}", headers=headers)
            answer = connection.getresponse()
            body_of(answer)
            if is_stream(answer):
                connection.close()
            login = answer.headers.get("Location", "").startswith(f"{jupyter.base_url}login?next=")
            statuses[method, path] = LOGIN if login else answer.status
    connection.close()
    return statuses


def let_in(statuses):
    return {asked: status for asked, status in statuses.items() if status not in FORBIDDEN}


@pytest.fixture(scope="module")
def of_strangers(jupyter, store_id):
    """What is answered without credentials."""
    return everything(jupyter, store_id, {})


def test_nothing_is_answered_without_credentials(of_strangers):
    assert len(of_strangers) > 1000
    assert not let_in(of_strangers)


def test_only_people_who_ask_for_a_page_are_led_to_the_login(of_strangers, store_id):
    led = [asked for asked, status in of_strangers.items() if status == LOGIN]
    pages = {"", store_id, "experiment_id", "run_id"}
    assert {path.rpartition("/")[2] for _, path in led} <= pages
    assert {method for method, _ in led} <= {"GET", "HEAD"}
    assert of_strangers["GET", "/"] == LOGIN


def test_nothing_is_answered_for_a_wrong_token(jupyter, store_id):
    assert not let_in(everything(jupyter, store_id, {"Authorization": f"Bearer {TOKEN}x"}))


def test_a_cookie_changes_nothing_without_the_xsrf_token(jupyter, store_id, cookie):
    statuses = everything(jupyter, store_id, {"Cookie": cookie})
    changing = {
        asked: status for asked, status in statuses.items() if asked[0] not in {"GET", "HEAD"}
    }
    assert {status for (method, _), status in changing.items() if method != "OPTIONS"} == {403}


def test_a_page_of_another_site_gets_nothing_with_the_cookie(jupyter, store_id, cookie):
    elsewhere = {"Cookie": cookie, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert not let_in(everything(jupyter, store_id, elsewhere))


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {TOKEN}",
        f"token {TOKEN}",
        "Basic " + base64.b64encode(f"ada:{TOKEN}".encode()).decode(),
    ],
)
def test_the_token_opens_in_every_form_that_clients_send(jupyter, header):
    answer = jupyter.ask("POST", SEARCH, {"max_results": 1}, headers={"Authorization": header})
    assert answer.status == 200


def test_a_password_counts_although_the_client_sends_cookies_back(jupyter, cookie):
    password = base64.b64encode(f"ada:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {password}", "Cookie": cookie}
    assert jupyter.ask("POST", SEARCH, {"max_results": 1}, headers=headers).status == 200


@pytest.mark.parametrize("secret", [b"ada:wrong", b"ada:", b":", b"ada", b"\xff\xfe", b"a:\n", b""])
def test_a_wrong_password_opens_nothing(jupyter, secret):
    header = "Basic " + base64.b64encode(secret).decode()
    assert jupyter.ask("GET", "/health", headers={"Authorization": header}).status == 401


def test_basic_credentials_that_are_no_base64_open_nothing(jupyter):
    header = {"Authorization": f"Basic :{TOKEN}"}
    assert jupyter.ask("GET", "/health", headers=header).status == 401


def test_a_logged_in_browser_may_write_with_the_xsrf_token(jupyter, cookie, xsrf):
    headers = {"Cookie": cookie, "X-XSRFToken": xsrf}
    answer = jupyter.ask("POST", CREATE, {"name": "by a browser"}, headers=headers, token="")
    assert answer.status == 200


def test_a_logged_in_person_sees_the_pages(jupyter, store_id, cookie):
    for path in ("/", f"/s/{store_id}/", "/experiments/0"):
        page = jupyter.ask("GET", path, headers={"Cookie": cookie}, token="")
        assert page.status == 200, path
        assert page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert b'id="nbtrack"' in page.body


def test_a_link_on_another_site_leads_to_a_page_but_not_to_the_api(jupyter, cookie):
    link = {
        "Cookie": cookie,
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert jupyter.ask("GET", "/", headers=link, token="").status == 200
    assert jupyter.ask("GET", SEARCH, headers=link, token="").status == 403


def test_a_cookie_of_another_origin_is_refused(jupyter, cookie, xsrf):
    headers = {"Cookie": cookie, "X-XSRFToken": xsrf, "Origin": "https://evil.example"}
    for method, path in (("POST", CREATE), ("GET", SEARCH)):
        answer = jupyter.ask(method, path, {"name": "x"}, headers=headers, token="")
        assert answer.status in {403, 404}
        assert "experiment_id" not in answer.body.decode()


def test_no_origin_is_let_in_that_jupyter_was_not_told_of(jupyter):
    answer = jupyter.ask("GET", "/health", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_foreign_host_name_is_refused_with_a_sentence(jupyter):
    answer = jupyter.ask("GET", "/health", headers={"Host": "evil.example"})
    assert answer.status == 403
    assert "allow_remote_access" in answer.json["message"]


def test_who_is_not_known_is_told_how_to_be(jupyter):
    answer = jupyter.ask("POST", CREATE, {"name": "x"}, token="")
    assert answer.status == 401
    assert answer.json["error_code"] == "UNAUTHENTICATED"
    assert "MLFLOW_TRACKING_TOKEN" in answer.json["message"]


def test_the_authorizer_is_asked_about_reading_and_writing(read_only):
    assert read_only.ask("POST", SEARCH, {"max_results": 1}).status == 200
    answer = read_only.ask("POST", CREATE, {"name": "x"})
    assert answer.status == 403
    assert answer.json["error_code"] == "PERMISSION_DENIED"


def test_an_upload_is_refused_before_its_body(read_only):
    path = "/api/2.0/mlflow-artifacts/artifacts/0/x.bin"
    assert read_only.ask("PUT", path, b"x" * 5000).status == 403
    assert read_only.ask("PUT", path, b"x" * 5000, token="").status == 401
    assert not list(read_only.root.rglob("x.bin"))


def test_a_server_that_asks_everybody_still_answers_programs_as_mlflow(read_only):
    for method in ("GET", "POST"):
        assert read_only.ask(method, SEARCH, token="").json["error_code"] == "UNAUTHENTICATED"
    page = read_only.ask("GET", "/", token="")
    assert page.headers["Location"].startswith(f"{read_only.base_url}login?next=")


def test_what_only_reads_is_not_writing_for_the_authorizer(read_only):
    """Every row that is asked with GET, searches, and what nbtrack's own views ask."""
    allowed = set()
    for path, methods in by_path().items():
        for method in methods:
            asked = path.replace("{", "").replace("}", "")
            answer = read_only.ask(method, asked, {} if method == "POST" else None)
            if answer.status != 403:
                allowed.add((method, path.rpartition("/")[2]))
    assert {name for method, name in allowed if method == "POST"} == {
        "search",
        "search-datasets",
        "table",
        "keys",
        "curves",
    }
    assert {method for method, _ in allowed} <= {"GET", "HEAD", "POST"}

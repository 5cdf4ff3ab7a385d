"""The gate: Host, Origin, credentials, before anything else and on every path."""

import re
import socket

import pytest
from tornado.httputil import HTTPHeaders

from nbtrack.errors import InvalidValue, Refused
from nbtrack.server.hosts import Hosts, own_names
from nbtrack.server.origins import Origins

EXPERIMENT = "/api/2.0/mlflow/experiments/get?experiment_id=0"
CREATE = "/api/2.0/mlflow/experiments/create"
PATHS = [EXPERIMENT, "/", "/nothing/here", "/%2e%2e/etc/passwd", "/favicon.ico"]


def raw(server, text, *, answers=1):
    """Send bytes as they are; return the status of each answer and all that came."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(text.encode("latin1"))
        received = b""
        while received.count(b"HTTP/1.1 ") < answers or b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            if not piece:
                break
            received += piece
    return [int(code) for code in re.findall(rb"HTTP/1.1 (\d{3})", received)], received


GOOD_HOSTS = [
    "127.0.0.1",
    "127.0.0.1:5000",
    "127.0.0.2:1",
    "localhost",
    "LOCALHOST:5000",
    "[::1]",
    "[::1]:5000",
    "192.168.1.7:8000",
    "203.0.113.9",
    "[2001:db8::1]:443",
    socket.gethostname(),
]
BAD_HOSTS = [
    "",
    "evil.com",
    "evil.com:5000",
    "127.0.0.1.evil.com",
    "localhost.evil.com",
    "localhost.evil",
    "evil-localhost",
    "[::1]evil",
    "[::1].evil.com",
    "[::1",
    "::1",
    "[::1%25lo]",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "127.1",
    "127.0.0.01",
    "0177.0.0.1",
    "127.0.0.1.",
    "localhost.",
    "127.0.0.1, evil.com",
    "evil.com, 127.0.0.1",
    "127.0.0.1 evil.com",
    "evil.com#127.0.0.1",
    "evil.com/127.0.0.1",
    "127.0.0.1@evil.com",
    "evil.com:5000@127.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1:5000:80",
    "127.0.0.1:",
    "127.0.0.1:port",
    "127.0.0.1:999999",
    "\uff11\uff12\uff17.0.0.1",
    "localhost\x00",
    "*",
    "*.localhost",
]


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_addresses_and_own_names_are_answered(host):
    Hosts(names=own_names()).check(host)


@pytest.mark.parametrize("host", [None, *BAD_HOSTS])
def test_other_hosts_are_refused(host):
    with pytest.raises(Refused, match=r"does not answer as .* --allowed-hosts"):
        Hosts(names=own_names()).check(host)


def test_allowed_hosts_are_exact():
    hosts = Hosts(["Runs.example.org", "lab.example.org:8443"])
    for good in ("runs.example.org", "RUNS.example.org:1", "lab.example.org:8443"):
        hosts.check(good)
    for bad in ("a.runs.example.org", "runs.example.org.", "lab.example.org", "lab.example.org:80"):
        with pytest.raises(Refused):
            hosts.check(bad)


@pytest.mark.parametrize("pattern", ["*", "*.example.org", "192.168.*", "http://a.b", "a b", ".b"])
def test_a_pattern_of_hosts_is_refused_with_a_sentence(pattern):
    with pytest.raises(InvalidValue, match="patterns and URLs are not understood"):
        Hosts([pattern])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["evil.com", "127.0.0.1.evil.com:80", ""])
def test_a_foreign_host_is_refused_on_every_path(server, path, host):
    codes, answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")
    assert codes == [403]
    assert b"PERMISSION_DENIED" in answer


@pytest.mark.parametrize(
    "head",
    [
        f"GET {EXPERIMENT} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.com\r\n\r\n",
        f"GET {EXPERIMENT} HTTP/1.1\r\nHost: evil.com\r\nHost: 127.0.0.1\r\n\r\n",
        f"GET {EXPERIMENT} HTTP/1.1\r\nX-Forwarded-Host: 127.0.0.1\r\nHost: evil.com\r\n\r\n",
        f"GET {EXPERIMENT} HTTP/1.1\r\n\r\n",
        f"GET {EXPERIMENT} HTTP/1.0\r\n\r\n",
    ],
)
def test_two_hosts_and_none_are_refused(server, head):
    assert raw(server, head)[0] == [403]


def test_an_absolute_target_does_not_replace_the_host(server):
    codes, _ = raw(server, f"GET http://evil.com{EXPERIMENT} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert codes == [404]
    codes, _ = raw(server, f"GET http://127.0.0.1{EXPERIMENT} HTTP/1.1\r\nHost: evil.com\r\n\r\n")
    assert codes == [403]


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_health_and_version_answer_any_host(server, path):
    assert raw(server, f"GET {path} HTTP/1.1\r\nHost: evil.com\r\n\r\n")[0] == [200]
    assert raw(server, f"POST {path} HTTP/1.1\r\nHost: evil.com\r\n\r\n")[0] == [403]


HERE = "127.0.0.1:5000"
FOREIGN_ORIGINS = [
    "null",
    "file://",
    "http://evil.com",
    "https://127.0.0.1.evil.com:5000",
    "http://127.0.0.1",
    "http://127.0.0.1:5001",
    "http://localhost:5000",
    "http://sub.127.0.0.1:5000",
    "http://127.0.0.1:5000.evil.com",
    "http://127.0.0.1:5000@evil.com",
    "http://127.0.0.1:5000/",
    "ftp://127.0.0.1:5000",
    "chrome-extension://abcdef",
    "",
    "http://127.0.0.1:5000, http://evil.com",
]


def checked(method="POST", *, origins=(), is_page=False, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    given = HTTPHeaders({"Host": HERE, **names})
    Origins(origins).check(method, given, is_page=is_page)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused_for_every_method(method, origin):
    with pytest.raises(Refused, match="may not use this server"):
        checked(method, Origin=origin)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something new"])
def test_what_another_site_fetches_is_refused(site):
    with pytest.raises(Refused, match="another site"):
        checked("GET", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image")
    with pytest.raises(Refused, match="another site"):
        checked("GET", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")


def test_own_pages_and_programs_may_ask():
    checked()
    checked("GET", Sec_Fetch_Site="none")
    checked("POST", Origin=f"http://{HERE}", Sec_Fetch_Site="same-origin")
    checked("POST", Origin=f"https://{HERE}")  # behind a proxy that speaks TLS


@pytest.mark.parametrize(
    ("method", "mode", "destination", "passes"),
    [
        ("GET", "navigate", "document", True),
        ("GET", "navigate", "iframe", False),
        ("GET", "navigate", "object", False),
        ("GET", "no-cors", "script", False),
        ("GET", "cors", "empty", False),
        ("POST", "navigate", "document", False),
        ("GET", "navigate", "", False),
    ],
)
def test_another_site_may_only_link_to_a_page(method, mode, destination, passes):
    headers = {"Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": destination}
    if passes:
        checked(method, is_page=True, Sec_Fetch_Site="cross-site", **headers)
    else:
        with pytest.raises(Refused):
            checked(method, is_page=True, Sec_Fetch_Site="cross-site", **headers)


def test_a_link_from_another_site_opens_a_page_but_nothing_of_the_api(server):
    link = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert server.ask("GET", "/", headers=link).status == 200
    assert server.ask("GET", EXPERIMENT, headers=link).status == 403
    assert server.ask("GET", "/nothing", headers=link).status == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_simple_request_of_another_site_changes_nothing(server, kind):
    """A form or a fetch without a preflight: the three types that browsers send across sites."""
    body = b'{"name": "made by another site"}'
    for origin in ("http://evil.com", "null", f"http://localhost:{server.port}"):
        reply = server.ask("POST", CREATE, body, {"Origin": origin, "Content-Type": kind})
        assert reply.status == 403
    assert server.ask("POST", CREATE, body, {"Content-Type": kind}).status == 400
    name = "experiments/get-by-name?experiment_name=made+by+another+site"
    assert server.ask("GET", f"/api/2.0/mlflow/{name}").status == 404


def test_no_cors_header_is_given_and_no_preflight_answered(server):
    headers = {"Origin": "http://evil.com", "Access-Control-Request-Method": "POST"}
    reply = server.ask("OPTIONS", CREATE, headers=headers)
    assert reply.status == 403
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]


def test_an_answer_to_a_refused_upload_comes_before_its_body(server):
    head = "PUT /api/2.0/mlflow-artifacts/artifacts/0/x HTTP/1.1\r\nHost: evil.com\r\n"
    codes, _ = raw(server, f"{head}Content-Length: 1000000000\r\n\r\n")
    assert codes == [403]
    codes, _ = raw(server, f"{head}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n")
    assert codes == [403]


def test_too_much_of_a_head_is_refused(server):
    host = "Host: 127.0.0.1\r\n"
    many = "".join(f"A{number}: b\r\n" for number in range(200))
    assert raw(server, f"GET / HTTP/1.1\r\n{host}{many}\r\n")[0] == [431]
    assert raw(server, f"GET /?{'a' * 20_000} HTTP/1.1\r\n{host}\r\n")[0] == [414]
    long = f"A: {'b' * 200_000}\r\n"
    assert raw(server, f"GET / HTTP/1.1\r\n{host}{long}\r\n")[0] == [431]


def test_every_answer_has_its_safe_headers(server):
    for path in ("/", EXPERIMENT, "/nothing", "/health"):
        headers = server.ask("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Server"] == "nbtrack"
        assert re.fullmatch("[0-9a-f]{8}", headers["X-Request-Id"])

"""The token: kept, chosen, in a browser, and never for who merely looks local."""

import base64
import os
import re
import socket
import stat

import pytest

from nbtrack.errors import InvalidValue
from nbtrack.server import peer, token
from nbtrack.server.credentials import Credentials
from tests.servers import has_ipv6, running_server

IPV6 = pytest.mark.skipif(not has_ipv6(), reason="There is no IPv6 here.")

EXPERIMENT = "/api/2.0/mlflow/experiments/get?experiment_id=0"
TOKEN = "chosen-by-the-operator-0123456789"


def test_the_token_of_a_store_stays_and_only_its_user_can_read_it():
    kept = token.kept_token("ab" * 16)
    assert re.fullmatch("[0-9a-f]{48}", kept)
    assert token.kept_token("ab" * 16) == kept
    assert token.kept_token("cd" * 16) != kept
    path = token.token_file("ab" * 16)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_broken_token_file_is_replaced():
    kept = token.kept_token("ab" * 16)
    token.token_file("ab" * 16).write_text("")
    assert len(token.kept_token("ab" * 16)) == len(kept)
    assert token.kept_token("ab" * 16) != kept


def test_without_a_place_to_keep_it_the_token_is_new_each_time(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert token.kept_token("ab" * 16) != token.kept_token("ab" * 16)


@pytest.mark.parametrize("text", ["short", "with a space in it, long", "ü" * 20, "line\nbreak" * 3])
def test_a_chosen_token_that_cannot_be_is_refused(text):
    with pytest.raises(InvalidValue, match="NBTRACK_SERVER_TOKEN must have"):
        token.chosen_token(text)


def test_the_cookie_is_not_the_token():
    cookie = Credentials(TOKEN).cookie("/", secure=False)
    assert TOKEN not in cookie
    assert "HttpOnly; SameSite=Lax" in cookie
    assert (
        cookie.partition("=")[2].partition(";")[0]
        != Credentials(TOKEN[:-1]).cookie("/", secure=False).partition("=")[2].partition(";")[0]
    )


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """A server under a prefix that asks everybody for a chosen token."""
    with running_server(
        tmp_path_factory.mktemp("asking"),
        "--static-prefix",
        "/lab",
        environment={"NBTRACK_SERVER_TOKEN": TOKEN},
    ) as running:
        yield running


def test_a_browser_changes_the_address_for_a_cookie(asking):
    reply = asking.ask("GET", f"/lab/?b=1&token={TOKEN}&a=%26")
    assert reply.status == 303
    assert reply.headers["Location"] == "/lab/?b=1&a=%26"
    cookie = reply.headers["Set-Cookie"]
    assert "Path=/lab; HttpOnly; SameSite=Lax" in cookie
    headers = {"Cookie": f"other=1; {cookie.partition(';')[0]}"}
    assert asking.ask("GET", "/lab/", headers=headers).status == 200
    assert asking.ask("GET", f"/lab{EXPERIMENT}", headers=headers).status == 200


def test_behind_tls_the_cookie_stays_there(asking):
    headers = {"X-Forwarded-Proto": "https"}
    reply = asking.ask("GET", f"/lab/?token={TOKEN}", headers=headers)
    assert reply.headers["Set-Cookie"].endswith("; Secure")


def test_an_old_token_in_an_address_hinders_nobody_who_needs_none(server):
    assert server.ask("GET", "/?token=an-old-token-of-another-server").status == 200


def test_the_api_takes_no_token_from_an_address(asking):
    assert asking.ask("GET", f"/lab{EXPERIMENT}&token={TOKEN}").status == 401
    assert asking.ask("GET", f"/lab/nothing?token={TOKEN}").status == 401
    assert asking.ask("POST", f"/lab/?token={TOKEN}").status == 401
    assert asking.ask("GET", "/lab/?token=not-the-token-at-all").status == 401


def test_a_foreign_page_cannot_use_the_cookie(asking):
    cookie = asking.ask("GET", f"/lab/?token={TOKEN}").headers["Set-Cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "Origin": "http://evil.com"}
    assert asking.ask("POST", "/lab/api/2.0/mlflow/runs/search", {}, headers).status == 403


def test_the_token_is_in_no_log(asking):
    basic = base64.b64encode(f"u:{TOKEN}".encode()).decode()
    asking.ask("GET", f"/lab/?token={TOKEN}")
    asking.ask(
        "GET", f"/lab{EXPERIMENT}&token={TOKEN}", headers={"Authorization": f"Basic {basic}"}
    )
    asking.ask("GET", f"/lab{EXPERIMENT}", headers={"Authorization": f"Bearer {TOKEN}"})
    asking.ask("GET", f"/lab/{TOKEN}", headers={"Authorization": f"Bearer {TOKEN}"})
    asking.ask("GET", "/lab/nothing", headers={"X-Request-Id": TOKEN, "User-Agent": TOKEN})
    cookie = asking.ask("GET", f"/lab/?token={TOKEN}").headers["Set-Cookie"].partition(";")[0]
    asking.ask("GET", f"/lab/?password={TOKEN}", headers={"Cookie": cookie})
    asking.ask("GET", "/lab/health")  # a line is written after its answer
    log = asking.log
    assert log.count("\n") >= 7
    assert "/lab/[token]" in log
    for secret in (TOKEN, basic, cookie.partition("=")[2]):
        assert secret not in log


FORWARDING = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-Proto": "https"},
    {"Forwarded": "for=203.0.113.9"},
    {"X-Real-IP": "127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"CF-Connecting-IP": "203.0.113.9"},
    {"x-forwarded-host": "127.0.0.1"},
]


@pytest.mark.parametrize("headers", FORWARDING)
def test_what_a_proxy_hands_on_is_not_this_user(server, headers):
    """A proxy on this machine is often this user's, or root's, and speaks for the whole world."""
    assert server.ask("GET", EXPERIMENT).status == 200
    assert server.ask("GET", EXPERIMENT, headers=headers).status == 401


def test_a_proxy_that_adds_nothing_is_known_by_its_old_protocol(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(f"GET {EXPERIMENT} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(
    ("family", "host"),
    [(socket.AF_INET, "127.0.0.1"), pytest.param(socket.AF_INET6, "::1", marks=IPV6)],
)
@pytest.mark.parametrize("way", ["_uid_from_kernel", "_uid_from_tables"])
def test_the_other_end_of_a_connection_is_told_by_the_system(family, host, way, monkeypatch):
    monkeypatch.setattr(peer, "_uid", getattr(peer, way))
    with socket.create_server((host, 0), family=family) as listening:
        address = listening.getsockname()[:2]
        calling = socket.create_connection(address)
        answering, _ = listening.accept()
        ends = (
            peer.Address(*answering.getsockname()[:2]),
            peer.Address(*answering.getpeername()[:2]),
        )
        with answering:
            with calling:
                assert peer.is_this_user(*ends)
                assert not peer.is_this_user(ends[0], peer.Address(host, 1))
            assert not peer.is_this_user(*ends)  # nobody holds the other end any more


@IPV6
@pytest.mark.parametrize("way", ["_uid_from_kernel", "_uid_from_tables"])
def test_an_ipv4_client_of_an_ipv6_socket_is_told_too(way, monkeypatch):
    monkeypatch.setattr(peer, "_uid", getattr(peer, way))
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening,
        socket.create_connection(("127.0.0.1", listening.getsockname()[1])),
        listening.accept()[0] as answering,
    ):
        ours, theirs = answering.getsockname(), answering.getpeername()
        assert peer.is_this_user(peer.Address(*ours[:2]), peer.Address(*theirs[:2]))


def test_where_the_kernel_cannot_be_asked_the_tables_tell(monkeypatch):
    monkeypatch.setattr(peer, "_NETLINK_SOCK_DIAG", 31)  # nobody's
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as answering,
    ):
        ends = peer.Address(*answering.getsockname()), peer.Address(*answering.getpeername())
        with pytest.raises(OSError):
            peer._uid_from_kernel(*ends)
        assert peer.is_this_user(*ends)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such number.")
def test_a_user_that_the_kernel_does_not_name_is_nobody(monkeypatch):
    monkeypatch.setattr(peer, "_uid", lambda *_: 65534)
    monkeypatch.setattr(peer.platforms, "user_id", lambda: 65534)
    here = peer.Address("127.0.0.1", 1)
    assert not peer.is_this_user(here, here)

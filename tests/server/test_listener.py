"""Connections: how many, how long they may be silent, under which address they are taken."""

import asyncio
import re
import socket
from contextlib import asynccontextmanager

import pytest

from nbtrack.errors import InvalidValue, Unavailable
from nbtrack.server import listener, listening
from nbtrack.server.gate import Gate, Rules
from nbtrack.server.hosts import Hosts
from nbtrack.server.listener import Listener
from nbtrack.server.origins import Origins
from nbtrack.server.standalone import StoppedAtGate, application
from tests.servers import has_ipv6

IPV6 = pytest.mark.skipif(not has_ipv6(), reason="There is no IPv6 here.")
NOTHING = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@asynccontextmanager
async def served():
    """A listener without a store behind it, in this process."""
    gate = Gate(
        Rules(
            hosts=Hosts(),
            origins=Origins(),
            credentials=None,
            trusts_own_user=False,
            prefix="",
            open_paths=frozenset(),
            pages=(re.compile("/"),),
        )
    )
    sockets = listening.listen("127.0.0.1", 0)
    made = Listener(application(None, gate), gate, StoppedAtGate)
    made.add_sockets(sockets)
    yield sockets[0].getsockname()[1]
    await made.end(0)


async def answer(port, sent=NOTHING):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        return await asyncio.wait_for(reader.read(15), 10)
    finally:
        writer.close()


async def turned_away(port):
    try:
        return await answer(port) == b""
    except ConnectionError:
        return True


def test_who_sends_half_a_head_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(listener, "IDLE_SECONDS", 0.2)

    async def run():
        async with served() as port:
            assert await answer(port) == b"HTTP/1.1 404 No"
            assert await answer(port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") == b""

    asyncio.run(run())


def test_too_many_connections_are_turned_away_and_the_others_kept(monkeypatch):
    monkeypatch.setattr(listener.platforms, "most_open_files", lambda: 250)

    async def run():
        async with served() as port:
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
            await asyncio.sleep(0.1)
            assert await turned_away(port)
            held[0][1].write(NOTHING)
            assert await held[0][0].read(15) == b"HTTP/1.1 404 No"
            for _, writer in held:
                writer.close()
            await asyncio.sleep(0.1)
            assert await answer(port) == b"HTTP/1.1 404 No"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "best"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        pytest.param("::1", "http://[::1]:", marks=IPV6),
        ("localhost", "http://localhost:"),
    ],
)
def test_the_address_is_told_as_it_was_given(host, best):
    sockets = listening.listen(host, 0)
    assert listening.is_loopback(sockets)
    port = sockets[0].getsockname()[1]
    assert listening.addresses(host, sockets) == [f"{best}{port}"]
    assert {each.getsockname()[1] for each in sockets} == {port}
    listening.close(sockets)


def test_all_addresses_are_not_loopback():
    for host in ("0.0.0.0", "::")[: 1 + has_ipv6()]:
        sockets = listening.listen(host, 0)
        assert not listening.is_loopback(sockets)
        assert listening.addresses(host, sockets)[-1].startswith(
            ("http://127.0.0.1:", "http://[::1]:")
        )
        listening.close(sockets)


def test_what_cannot_be_listened_at_is_a_sentence():
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(Unavailable, match="is in use"),
    ):
        listening.listen("127.0.0.1", other.getsockname()[1])
    with pytest.raises(InvalidValue, match="not an address of this machine"):
        listening.listen("203.0.113.9", 0)
    with pytest.raises(InvalidValue, match="has no address here"):
        listening.listen("a" * 100, 0)

"""Taking the port, and the addresses under which it can be reached."""

from __future__ import annotations

import errno
import socket
from contextlib import closing, nullcontext, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValue, NbtrackError, Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

_BACKLOG = 1024
# An address that is never used (RFC 5737): only the way towards it is looked up.
_SOMEWHERE = ("192.0.2.1", 9)


class _NoAddress(InvalidValue):
    """An address that this machine does not have."""


_SENTENCES: dict[int, tuple[type[NbtrackError], str]] = {
    errno.EADDRINUSE: (
        Unavailable,
        "Port {port} of {host} is in use. Choose another with --port; --port 0 takes any free one.",
    ),
    errno.EACCES: (
        Refused,
        "This user may not listen at port {port}. Choose one above 1023 with --port.",
    ),
    errno.EADDRNOTAVAIL: (
        _NoAddress,
        "{host} is not an address of this machine. Use --host 127.0.0.1, or 0.0.0.0 for all.",
    ),
}


def listen(host: str, port: int) -> list[socket.socket]:
    """Return the sockets that listen at an address; port 0 takes any free one.

    Raises
    ------
    Unavailable, Refused, InvalidValue
        If that is not possible.
    """
    try:
        found = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError):
        raise InvalidValue(
            f"The host {host!r} has no address here. Use --host 127.0.0.1, or 0.0.0.0 for all "
            "addresses of this machine."
        ) from None
    sockets: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((each[0], each[4]) for each in found):
            # "localhost" is two addresses, which get the same free port.
            number = sockets[0].getsockname()[1] if sockets else port
            with suppress(_NoAddress) if sockets else nullcontext():
                sockets.append(_listening(family, (address[0], number)))
    except BaseException:
        close(sockets)
        raise
    return sockets


def close(sockets: Sequence[socket.socket]) -> None:
    """Close sockets."""
    for each in sockets:
        each.close()


def is_loopback(sockets: Sequence[socket.socket]) -> bool:
    """Whether only this machine can reach the sockets."""
    return all(ip_address(each.getsockname()[0]).is_loopback for each in sockets)


def addresses(host: str, sockets: Sequence[socket.socket]) -> list[str]:
    """Return where the sockets of a host can be reached, as ``http://host:port``; best first."""
    bound, port = sockets[0].getsockname()[:2]
    if not ip_address(bound).is_unspecified:
        hosts = [f"[{bound}]" if ":" in host else host]
    elif sockets[0].family == socket.AF_INET6:
        hosts = ["[::1]"]
    else:
        hosts = list(dict.fromkeys([_address_in_network() or "127.0.0.1", "127.0.0.1"]))
    return [f"http://{each}:{port}" for each in hosts]


def _listening(family: int, address: tuple[str | int, int]) -> socket.socket:
    try:
        made = socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as error:
        kind, sentence = _SENTENCES.get(
            error.errno or 0, (Unavailable, f"{{host}}:{{port}} cannot be listened at: {error}")
        )
        raise kind(sentence.format(host=address[0], port=address[1])) from error
    made.settimeout(0)
    return made


def _address_in_network() -> str | None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(_SOMEWHERE)  # sends nothing
        except OSError:
            return None
        return str(probe.getsockname()[0])

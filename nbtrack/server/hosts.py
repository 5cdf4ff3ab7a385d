"""The Host rule: under which names a server answers.

A page of another site can make a browser ask this server if it makes its own name resolve to this
machine's address ("DNS rebinding"); the Host header then still holds that name. So a name must be
known, while any address literal is fine: rebinding needs a name.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from nbtrack import platforms
from nbtrack.errors import InvalidValue, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = r"(?!-)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?"
_HEADER = re.compile(rf"(?P<host>{_NAME}|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)
_SHOWN = 100


def own_names() -> frozenset[str]:
    """Return the names of this machine that need no look-up."""
    name = platforms.host().lower()
    first = name.partition(".")[0]
    return frozenset({"localhost", name, first, f"{first}.local"})


def full_name() -> str:
    """Return this machine's name with its domain, which may take a while to look up."""
    return socket.getfqdn().lower()


class Hosts:
    """Decides which Host headers are answered.

    Parameters
    ----------
    allowed : iterable of str
        What the operator added, each a name or ``name:port``.
    names : iterable of str
        Names of this machine.

    Raises
    ------
    InvalidValue
        If one of the allowed is a pattern or no name.
    """

    def __init__(self, allowed: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self._allowed = {_plain(entry) for entry in allowed}
        self._names = set(names)

    def add_name(self, name: str) -> None:
        """Take one more name of this machine."""
        self._names.add(name)

    def check(self, given: str | None) -> None:
        """Raise `Refused` unless this Host header is one to answer."""
        found = _HEADER.fullmatch((given or "").lower())
        if found is None or not self._is_known(found["host"], found.group()):
            raise Refused(
                f"This server does not answer as {(given or '')[:_SHOWN]!r}. Use its IP address, "
                "or start it with --allowed-hosts and this name."
            )

    def _is_known(self, host: str, header: str) -> bool:
        return (
            is_address(host) or host in self._names or not {host, header}.isdisjoint(self._allowed)
        )


def is_address(host: str) -> bool:
    """Whether a host is an IPv4 address in its usual form, or an IPv6 address in brackets."""
    try:
        if host.startswith("["):
            IPv6Address(host[1:-1])
        else:
            IPv4Address(host)
    except ValueError:
        return False
    return True


def _plain(entry: str) -> str:
    entry = entry.strip().lower()
    if _HEADER.fullmatch(entry) is None:
        raise InvalidValue(
            f"--allowed-hosts takes names such as runs.example.org, not {entry!r}: patterns and "
            "URLs are not understood, since one that fits too much lets other sites in. List each "
            "name, with commas between them."
        )
    return entry

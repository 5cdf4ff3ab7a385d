"""Whether the process at the other end of a connection on this machine belongs to this user."""

from __future__ import annotations

import os
import re
import struct
import sys
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

from nbtrack import platforms

_TABLES = {4: Path("/proc/net/tcp"), 6: Path("/proc/net/tcp6")}
# Columns of a row behind the two addresses: state, queues, timer, retransmits, uid, timeout, inode.
_REST = re.compile(rb" [0-9A-F]{2} \S+ \S+ \S+ +(?P<uid>\d+) +\d+ +(?P<inode>\d+) ")
_MAPPED = IPv6Address("::ffff:0:0")


class Address(NamedTuple):
    """One end of a TCP connection."""

    host: str
    port: int


def can_tell() -> bool:
    """Whether this system tells whose process is at the other end of a connection."""
    if sys.platform == "linux":
        return os.access(_TABLES[4], os.R_OK)
    return True


def is_this_user(ours: Address, theirs: Address) -> bool:
    """Whether the process at ``theirs``, connected to ``ours`` here, is this user's.

    When in doubt, no: a socket without a process any more (its row then says uid 0), a row that is
    not there, a user that this container's kernel does not name.
    """
    if sys.platform == "linux":
        uid = _uid(ours, theirs)
        return uid is not None and uid == platforms.user_id() and uid != _unnamed_user()
    return _belongs_to_own_process(ours, theirs)


def _uid(ours: Address, theirs: Address) -> int | None:
    for version, table in _TABLES.items():
        with suppress(OSError, ValueError):
            row = f" {_written(theirs, version)} {_written(ours, version)}".encode()
            content = table.read_bytes()
            at = content.find(row)
            found = _REST.match(content, at + len(row)) if at >= 0 else None
            if found is not None and int(found["inode"]):
                return int(found["uid"])
    return None


def _written(address: Address, version: int) -> str:
    """Write an address as the kernel's table has it: words in the machine's byte order."""
    ip = ip_address(address.host.partition("%")[0])
    if version == 4 and isinstance(ip, IPv6Address):  # noqa: PLR2004 - the version of the protocol
        ip = ip.ipv4_mapped or ip
        if isinstance(ip, IPv6Address):
            raise ValueError("not in the table of IPv4")
    if version == 6 and isinstance(ip, IPv4Address):  # noqa: PLR2004 - as above
        ip = IPv6Address(int(_MAPPED) | int(ip))
    words = struct.unpack(f"={len(ip.packed) // 4}I", ip.packed)
    return "".join(f"{word:08X}" for word in words) + f":{address.port:04X}"


def _unnamed_user() -> int:
    """Return the id that stands for every user whom this container does not know."""
    with suppress(OSError, ValueError):
        return int(Path("/proc/sys/kernel/overflowuid").read_text("ascii"))
    return -1


def _belongs_to_own_process(ours: Address, theirs: Address) -> bool:
    # Other users' processes hide their connections: what is found is this user's.
    import psutil

    me = psutil.Process().username()
    for process in psutil.process_iter(["username"]):
        if process.info["username"] != me:
            continue
        with suppress(psutil.Error):
            # Its name before psutil 6 was "connections".
            listed = getattr(process, "net_connections", None) or process.connections
            for connection in listed("tcp"):
                if (connection.laddr, connection.raddr) == (theirs, ours):
                    return True
    return False

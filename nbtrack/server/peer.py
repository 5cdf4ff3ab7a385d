"""Whether the process at the other end of a connection on this machine belongs to this user."""

from __future__ import annotations

import errno
import os
import re
import socket
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
# From linux/netlink.h, sock_diag.h and inet_diag.h.
_NETLINK_SOCK_DIAG = 4
_BY_FAMILY = 20
_ANY_STATE = 0xFFFFFFFF
_ANY_COOKIE = b"\xff" * 8
# Behind the header of 16 bytes: family to retransmits, the ends, three numbers; then uid, inode.
_UID_OFFSET = 16 + 4 + 48 + 12


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
    """Return the user of a process by the end of a connection that it holds."""
    try:
        return _uid_from_kernel(ours, theirs)
    except OSError:  # a sandbox may have no such sockets; the tables take longer when they are long
        return _uid_from_tables(ours, theirs)


def _uid_from_kernel(ours: Address, theirs: Address) -> int | None:
    """Ask the kernel for one connection (man 7 sock_diag), which costs the same for any number."""
    if sys.platform != "linux":
        raise OSError("only Linux has them")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(1)
        for family, version in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
            with suppress(ValueError):
                ends = [_address(end, version).packed.ljust(16, b"\0") for end in (theirs, ours)]
                ports = struct.pack(">HH", theirs.port, ours.port)
                asked = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
                asked += ports + b"".join(ends) + struct.pack("=I", 0) + _ANY_COOKIE
                kernel.send(struct.pack("=IHHII", 16 + len(asked), _BY_FAMILY, 1, 0, 0) + asked)
                answer = kernel.recv(8192)
                if struct.unpack_from("=H", answer, 4)[0] == _BY_FAMILY:
                    uid, inode = struct.unpack_from("=II", answer, _UID_OFFSET)
                    return int(uid) if inode else None
                if (fault := -struct.unpack_from("=i", answer, 16)[0]) != errno.ENOENT:
                    raise OSError(fault, os.strerror(fault))
    return None


def _uid_from_tables(ours: Address, theirs: Address) -> int | None:
    for version, table in _TABLES.items():
        with suppress(OSError, ValueError):
            row = f" {_written(theirs, version)} {_written(ours, version)}".encode()
            content = table.read_bytes()
            at = content.find(row)
            found = _REST.match(content, at + len(row)) if at >= 0 else None
            if found is not None and int(found["inode"]):
                return int(found["uid"])
    return None


def _written(end: Address, version: int) -> str:
    """Write an end as the kernel's table has it: words in the machine's byte order."""
    packed = _address(end, version).packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{end.port:04X}"


def _address(end: Address, version: int) -> IPv4Address | IPv6Address:
    """Return an address as a socket of this version has it, or raise ValueError."""
    ip = ip_address(end.host.partition("%")[0])
    if version == ip.version:
        return ip
    if isinstance(ip, IPv4Address):
        return IPv6Address(int(_MAPPED) | int(ip))
    if ip.ipv4_mapped is None:
        raise ValueError("It has no address of IPv4.")
    return ip.ipv4_mapped


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

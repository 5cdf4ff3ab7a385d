"""Requests byte by byte, for what no proper client sends."""

from __future__ import annotations

import json
import socket
from typing import Any, NamedTuple


class RawReply(NamedTuple):
    """What came back on a connection: nothing at all has status 0."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def connect(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def send(server, data: bytes, *more: bytes) -> RawReply:
    """Send bytes on a connection of their own and read one answer."""
    with connect(server) as connection:
        for piece in (data, *more):
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        return read(connection)


def head(method: str, path: str, *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


def read(connection: socket.socket) -> RawReply:
    """Read one answer; the connection may stay open behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = _received(connection)
        if not piece:
            return RawReply(0, {}, data)
        data += piece
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    status = int(first.split(" ")[1])
    length = int(headers.get("content-length", 0))
    while len(body) < length and status != 304 and (piece := _received(connection)):
        body += piece
    return RawReply(status, headers, body)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except (TimeoutError, ConnectionResetError):
        return b""

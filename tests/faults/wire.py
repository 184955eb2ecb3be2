"""Speaks to a server byte by byte, as badly as some clients do."""

from __future__ import annotations

import socket
import uuid
from urllib.parse import urlsplit

from tests.faults.client import SLOW


def connect(base: str) -> socket.socket:
    address = urlsplit(base)
    assert address.port
    return socket.create_connection((address.hostname or "", address.port), timeout=SLOW)


def head(*headers: str, path: str = "/api/complaints", method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: hall", f"Idempotency-Key: {uuid.uuid4()}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Return status and everything else until the server has said it all."""
    content = b""
    while b"\r\n\r\n" not in content:
        chunk = connection.recv(65536)
        if not chunk:
            break
        content += chunk
    first, _, rest = content.partition(b"\r\n")
    if not first:
        return 0, b""
    length = next(
        (
            int(line.partition(b":")[2])
            for line in rest.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(rest.partition(b"\r\n\r\n")[2]) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        rest += chunk
    return int(first.split()[1]), rest


def ask(base: str, *pieces: bytes, end: bool = False) -> tuple[int, bytes]:
    """Send pieces, perhaps close our side, and return the answer; 0 when there is none."""
    with connect(base) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            if end:
                connection.shutdown(socket.SHUT_WR)
            return answer(connection)
        except (BrokenPipeError, ConnectionResetError):
            return 0, b""

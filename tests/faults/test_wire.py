"""Faults 11 and 12: clients that are slow, leave half-way, or send far too much."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from form_api.web import bodies, protocol
from tests.faults.client import client, complain, count, wait_until
from tests.faults.wire import answer, ask, connect, head
from tests.processes import Server

JSON = "Content-Type: application/json"
IMPATIENT = """
from form_api.web import bodies, protocol
protocol.HEAD_SECONDS = bodies.PATIENCE_SECONDS = 1.0
bodies.SLOWEST_BYTES_A_SECOND = 1 << 30
from form_api.cli import main
main()
"""
"""The same service with less patience, so that the test need not have so much."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("wire")
    with Server(folder, f"sqlite:///{folder / 'form.db'}").start() as running:
        yield running


def memory(server: Server) -> int:
    """Return the resident memory of the server in bytes."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


SLOW_CLIENTS = {
    "slow head": [b"POST /api/complaints HTTP/1.1\r\nHost: h", b"all\r\n"],
    "slow body": [head(JSON, "Content-Length: 100"), b'{"category"'],
    "slow chunks": [head(JSON, "Transfer-Encoding: chunked"), b'5\r\n{"cat\r\n'],
    "silent": [],
}


def test_slow_clients_are_let_go(tmp_path: Path) -> None:
    """Two hundred that never finish end in 408 each; meanwhile everybody else is served."""
    command = (sys.executable, "-c", IMPATIENT)
    database = f"sqlite:///{tmp_path / 'form.db'}"
    with Server(tmp_path, database, command=command).start() as server:
        slow = {(name, n): connect(server.base) for name in SLOW_CLIENTS for n in range(50)}
        for (name, _), connection in slow.items():
            connection.sendall(b"".join(SLOW_CLIENTS[name]))
        with client(server.base) as http:
            assert [complain(http).status_code for _ in range(20)] == [201] * 20
        codes = {who: answer(connection)[0] for who, connection in slow.items()}
        for connection in slow.values():
            connection.close()
    assert codes == dict.fromkeys(slow, 408)
    assert count(database) == 20


def test_connections_are_bounded(tmp_path: Path) -> None:
    """More idle connections than allowed cost the newcomers a 503, and nothing once they left."""
    database = f"sqlite:///{tmp_path / 'form.db'}"
    with Server(tmp_path, database, FORM_API_CONNECTIONS="50").start() as server:
        idle = [connect(server.base) for _ in range(80)]
        with client(server.base) as http:
            assert complain(http).status_code == 503
        for connection in idle:
            connection.close()
        with client(server.base) as http:
            wait_until(lambda: complain(http).status_code == 201)
    assert count(database) == 1


HALVES = {
    "closed inside the head": [head(JSON)[:-2]],
    "closed inside the body": [head(JSON, "Content-Length: 60"), b'{"category": "other"}'],
    "closed inside a chunk": [head(JSON, "Transfer-Encoding: chunked"), b'40\r\n{"category"'],
    "no last chunk": [
        head(JSON, "Transfer-Encoding: chunked"),
        b'27\r\n{"category": "other", "text": "kurz..."}\r\n',
    ],
}


@pytest.mark.parametrize("pieces", HALVES.values(), ids=HALVES)
def test_half_a_request_is_nothing(server: Server, pieces: list[bytes]) -> None:
    """Who leaves before the end of the body has submitted nothing."""
    before = count(server.database)
    assert ask(server.base, *pieces, end=True)[0] in (0, 400)
    with client(server.base) as http:
        assert complain(http).status_code == 201
    assert count(server.database) == before + 1


BAD_FRAMES = {
    "chunk size is a lie": [
        head(JSON, "Transfer-Encoding: chunked"),
        b'5\r\n{"category": "other"}\r\n0\r\n\r\n',
    ],
    "chunk size is no number": [head(JSON, "Transfer-Encoding: chunked"), b"zz\r\n{}\r\n0\r\n\r\n"],
    "two lengths": [head(JSON, "Content-Length: 2", "Content-Length: 5"), b"{}"],
    "length and chunks": [
        head(JSON, "Content-Length: 2", "Transfer-Encoding: chunked"),
        b"2\r\n{}\r\n0\r\n\r\n",
    ],
    "negative length": [head(JSON, "Content-Length: -5"), b"{}"],
    "length of other digits": [head(JSON, "Content-Length: ²"), b"{}"],
    "not HTTP": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, b"\r\n\r\n"],
}


@pytest.mark.parametrize("pieces", BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_bad_framing_is_400(server: Server, pieces: list[bytes]) -> None:
    """What is not HTTP is 400, and stores nothing."""
    before = count(server.database)
    assert ask(server.base, *pieces)[0] in (400, 422)
    assert count(server.database) == before


FLOODS = {
    "one endless header": [head(JSON)[:-2] + b"X-Flood: ", *[b"x" * 8192] * 2000],
    "endless headers": [head(JSON)[:-2], *[b"X-Flood: y\r\n" * 500] * 2000],
    "one large head": [head(JSON, "X-Flood: " + "x" * protocol.MAX_HEAD)],
    "endless address": [b"GET /" + b"a" * 8192, *[b"a" * 8192] * 2000],
}


@pytest.mark.parametrize("pieces", FLOODS.values(), ids=FLOODS)
def test_head_floods_are_cut_off(server: Server, pieces: list[bytes]) -> None:
    """An endless head is cut off early, with 431 where the client still listens."""
    before = memory(server)
    assert ask(server.base, *pieces)[0] in (0, 431)
    assert memory(server) < before + 8 * 2**20


def test_body_floods_are_cut_off(server: Server) -> None:
    """Bodies beyond the limit are 413, announced or not; many at once stay in bounded memory."""
    announced = head(JSON, "Content-Length: 99999999999999999999")
    assert ask(server.base, announced)[0] in (400, 413)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    flood = [
        head(JSON, "Transfer-Encoding: chunked"),
        *[chunk] * (bodies.LARGE_BODY // 0x10000 + 2),
    ]
    assert ask(server.base, *flood)[0] in (0, 413)
    holding = [connect(server.base) for _ in range(20)]
    try:
        for connection in holding:
            connection.settimeout(0.5)
            try:
                connection.sendall(b"".join(flood[:400]))
            except (TimeoutError, OSError):
                continue
        assert memory(server) < bodies.TOGETHER + 200 * 2**20
        with client(server.base) as http:
            assert complain(http).status_code == 201
    finally:
        for connection in holding:
            connection.close()

"""A load generator small enough to leave the server its core: one asyncio protocol a connection."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

TEXT = "窗口说还缺一份材料，让我改天再来。" * 40  # about 2 KiB
BODY = json.dumps(
    {
        "category": "materials",
        "text": TEXT,
        "reply_wanted": "yes",
        "name": "王女士",
        "contact": "13800138000",
    },
    ensure_ascii=False,
).encode()


@dataclass
class Result:
    """What one run gave."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return durable answers a second."""
        return len(self.acknowledged) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answered: Callable[[int], None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, answered: Callable[[int], None]) -> None:
        assert self._transport is not None
        self._answered = answered
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        status = int(head[9:12])
        self._buffer = b""
        answered, self._answered = self._answered, None
        if answered:
            answered(status)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._answered:
            self._answered(0)

    def close(self) -> None:
        if self._transport:
            self._transport.close()


def request(key: str) -> bytes:
    """Return the bytes of one submission."""
    return (
        b"POST /api/complaints HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        b"Idempotency-Key: %s\r\nContent-Length: %d\r\n\r\n" % (key.encode(), len(BODY))
    ) + BODY


async def closed_loop(host: str, port: int, connections: int, seconds: float) -> Result:
    """Each connection sends its next submission when the last is answered."""
    result = Result()
    started = time.perf_counter()
    until = started + seconds

    async def one() -> None:
        connection = await _connect(host, port)
        while time.perf_counter() < until:
            await _post(connection, result, time.perf_counter())
        connection.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    result.seconds = time.perf_counter() - started
    return result


async def open_loop(host: str, port: int, rate: float, seconds: float) -> Result:
    """Submissions arrive at a constant rate, whatever the server does; waiting counts."""
    result = Result()
    idle: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(64):
        idle.put_nowait(await _connect(host, port))
    started = time.perf_counter()
    tasks: list[asyncio.Task[None]] = []

    async def one(due: float) -> None:
        connection = await idle.get()
        await _post(connection, result, due)
        idle.put_nowait(connection)

    for number in range(int(rate * seconds)):
        due = started + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    result.seconds = time.perf_counter() - started
    while not idle.empty():
        idle.get_nowait().close()
    return result


async def _connect(host: str, port: int) -> _Connection:
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, host, port)
    return connection


async def _post(connection: _Connection, result: Result, due: float) -> None:
    key = str(uuid.uuid4())
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    connection.send(request(key), answered.set_result)
    status = await answered
    result.latencies.append(time.perf_counter() - due)
    result.statuses[status] += 1
    if status in (200, 201):
        result.acknowledged.append(key)

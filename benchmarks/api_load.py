"""A load generator that takes little from a server: raw sockets, one epoll loop, no parsing beyond
status and length. It keeps to a core of its own."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

SERVER_CORE, LOAD_CORE = 0, 1
_CORES = os.sched_getaffinity(0)
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
HEAD, TAIL = (
    b"POST /api/complaints HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
    b"Idempotency-Key: ",
    b"\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY),
)


@dataclass
class Result:
    """What one run gave."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return acknowledged submissions a second."""
        return len(self.acknowledged) / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> int:
        """Return how many were not acknowledged."""
        return sum(n for status, n in self.statuses.items() if status not in (200, 201))

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


@dataclass(slots=True)
class _Connection:
    """A keep-alive connection with at most one request under way."""

    sock: socket.socket
    key: str = ""
    due: float = 0.0
    buffer: bytes = b""

    def send(self, due: float) -> None:
        self.key, self.due, self.buffer = str(uuid.uuid4()), due, b""
        self.sock.sendall(HEAD + self.key.encode() + TAIL)

    def answer(self) -> int:
        """Return the status once the answer is whole; 0 when it is not, -1 when cut off."""
        try:
            received = self.sock.recv(65536)
        except OSError:
            return -1
        if not received:
            return -1
        self.buffer += received
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return 0
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head[9:12]) if len(body) >= length else 0


def closed_loop(port: int, connections: int, seconds: float) -> Result:
    """Each connection sends its next submission as soon as the last is answered."""
    with _connected(port, connections) as (selector, idle):
        result, started = Result(), time.perf_counter()
        until = started + seconds
        for connection in idle:
            connection.send(time.perf_counter())
        under_way = len(idle)
        while under_way:
            for connection in _answered(selector, result, None):
                now = time.perf_counter()
                if now < until and connection.sock.fileno() >= 0:
                    connection.send(now)
                else:
                    under_way -= 1
        result.seconds = time.perf_counter() - started
    return result


def open_loop(port: int, rate: float, seconds: float, connections: int = 256) -> Result:
    """Submissions fall due at a constant rate, whatever the server does; waiting counts."""
    with _connected(port, connections) as (selector, idle):
        result, started = Result(), time.perf_counter()
        due = deque(started + n / rate for n in range(int(rate * seconds)))
        under_way = 0
        while due or under_way:
            while due and idle and due[0] <= time.perf_counter():
                idle.popleft().send(due.popleft())
                under_way += 1
            pause = max(0.0, due[0] - time.perf_counter()) if due and idle else None
            for connection in _answered(selector, result, pause):
                under_way -= 1
                if connection.sock.fileno() >= 0:
                    idle.append(connection)
            if not (idle or under_way):
                break  # the server closed every connection; the caller sees what is missing
        result.seconds = time.perf_counter() - started
    return result


def _answered(
    selector: selectors.BaseSelector, result: Result, timeout: float | None
) -> Iterator[_Connection]:
    for event, _ in selector.select(timeout):
        connection: _Connection = event.data
        status = connection.answer()
        if not status:
            continue
        result.latencies.append(time.perf_counter() - connection.due)
        result.statuses[status] += 1
        if status in (200, 201):
            result.acknowledged.append(connection.key)
        if status < 0:
            selector.unregister(connection.sock)
            connection.sock.close()
        yield connection


@contextlib.contextmanager
def _connected(
    port: int, count: int
) -> Iterator[tuple[selectors.BaseSelector, deque[_Connection]]]:
    with contextlib.ExitStack() as stack, on_core(LOAD_CORE):
        selector = stack.enter_context(selectors.DefaultSelector())
        connections: deque[_Connection] = deque()
        for _ in range(count):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections.append(_Connection(sock))
            selector.register(sock, selectors.EVENT_READ, connections[-1])
        yield selector, connections


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this process, and what it starts meanwhile, on one core (if there are two)."""
    before = os.sched_getaffinity(0)
    if {SERVER_CORE, LOAD_CORE} <= _CORES:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)

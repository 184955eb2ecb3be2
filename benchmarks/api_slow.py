"""What others notice of clients that never finish: `python -m benchmarks.api_slow`.

The same open-loop load twice, without and with 200 connections that send a byte now and then.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from pathlib import Path

from benchmarks.api_load import Result, open_loop
from benchmarks.api_servers import serving

SLOW = 200
RATE, SECONDS = 100.0, 15.0
HEAD = b"POST /api/complaints HTTP/1.1\r\nHost: hall\r\nContent-Type: application/json\r\nX-Slow: "


def main() -> None:
    """Measure without them, then with them."""
    with tempfile.TemporaryDirectory(prefix="slow-", dir=Path.cwd()) as name:
        folder = Path(name)
        with serving("sqlite", f"sqlite:///{folder / 'form.db'}", folder) as server:
            open_loop(server.port, RATE, 3)
            _show("nobody is slow", open_loop(server.port, RATE, SECONDS))
            slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(SLOW)]
            for connection in slow:
                connection.sendall(HEAD)
            done = threading.Event()
            dripping = threading.Thread(target=_drip, args=[slow, done])
            dripping.start()
            _show(f"{SLOW} slow clients hang on", open_loop(server.port, RATE, SECONDS))
            done.set()
            dripping.join()
            for connection in slow:
                connection.close()


def _drip(slow: list[socket.socket], done: threading.Event) -> None:
    """Send a byte on each connection every two seconds, until the server has had enough."""
    while not done.wait(2):
        for connection in slow:
            try:
                connection.send(b"x")
            except OSError:
                continue


def _show(what: str, result: Result) -> None:
    half, tail = result.percentile(0.5), result.percentile(0.99)
    print(f"{what}: p50 {half:.1f} ms, p99 {tail:.1f} ms, {result.failed} failed")


if __name__ == "__main__":
    main()

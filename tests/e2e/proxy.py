"""A proxy that breaks things on the way to the real API.

with Proxy(server) as proxy:
    proxy.faults = ["lose"]          # the next submission's answer is lost after the commit
    page.goto(proxy.url + "complaints/")
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.listening import Listening
from tests.processes import Server

SECONDS = 30


class Proxy(Listening):
    """Passes everything on to `upstream`; `faults` says what happens to the next submissions.

    "lose": passed on, the answer is lost. "drop": never passed on. "hang": passed on, and the
    answer waits until `release` is called. "pass": nothing. A number: that status is answered
    instead. "413 of a front server": that, with a page instead of a problem document.
    """

    def __init__(self, upstream: Server) -> None:
        self.upstream = upstream
        self.faults: list[str | int] = []
        self.down = False
        self.held = ""
        """Requests of this path wait until `release` is called."""
        self.waiting = 0
        self.retry_after = 0
        self.submitted: list[str] = []
        """The idempotency keys of all submissions that came by while the network was up."""
        self.bytes = 0
        self.requested: list[str] = []
        self._release = threading.Event()
        super().__init__(_handler(self))

    def __exit__(self, *raised: object) -> None:
        self.release()
        super().__exit__(*raised)

    def release(self) -> None:
        """Let hanging answers go."""
        self._release.set()

    def wait(self) -> None:
        """Wait for `release`."""
        self.waiting += 1
        self._release.wait(SECONDS)


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            key = self.headers.get("Idempotency-Key")
            if proxy.down or not key:
                self._pass_on(body)
                return
            proxy.submitted.append(key)
            fault = proxy.faults.pop(0) if proxy.faults else None
            if isinstance(fault, int):
                self._answer_problem(fault)
            elif fault == "413 of a front server":
                self._answer(413, "text/html", b"<h1>413 Request Entity Too Large</h1>")
            elif fault == "drop":
                self._cut()
            else:
                self._pass_on(body, fault)

        def _pass_on(self, body: bytes, fault: str | None = None) -> None:
            if proxy.down:
                self._cut()
                return
            try:
                status, headers, data = self._ask_upstream(body)
            except OSError:
                self._cut()
                return
            if fault == "hang" or self.path == proxy.held:
                proxy.wait()
            proxy.requested.append(self.path)
            proxy.bytes += len(data)
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if fault == "lose":  # after the head: browsers repeat what never began to be answered
                self._cut()
                return
            with contextlib.suppress(OSError):
                self.wfile.write(data)

        def _ask_upstream(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            address = urlsplit(proxy.upstream.base).netloc
            upstream = http.client.HTTPConnection(address, timeout=SECONDS)
            try:
                upstream.request(self.command, self.path, body or None, dict(self.headers))
                answer = upstream.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            except http.client.HTTPException as error:
                raise OSError("upstream") from error
            finally:
                upstream.close()

        def _answer_problem(self, status: int) -> None:
            data = json.dumps(PROBLEMS.get(status, {})).encode()
            self._answer(status, "application/problem+json", data)

        def _answer(self, status: int, type_: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", type_)
            self.send_header("Content-Length", str(len(data)))
            if proxy.retry_after:
                self.send_header("Retry-After", str(proxy.retry_after))
            self.end_headers()
            self.wfile.write(data)

        def _cut(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


PROBLEMS: dict[int, dict[str, Any]] = {
    413: {"type": "/api/problems/too-large", "detail": "内容太大，请去掉几张照片。"},
    422: {
        "type": "/api/problems/invalid-answers",
        "detail": "请按提示改好，再提交一次。",
        "errors": [{"pointer": "/text", "code": "required", "message": "请写一写事情的经过"}],
    },
    429: {"type": "/api/problems/too-many", "detail": "请过一会儿再提交。"},
    503: {"type": "/api/problems/busy", "detail": "现在忙不过来。"},
}
"""What the API itself would answer; 500 and 502 come from elsewhere and say nothing."""

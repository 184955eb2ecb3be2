"""Notifications: real mail, signed calls, again when it failed, and never a word of people."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from form_api import housekeeping, notify

STAFF = {"notify_from": "form@example.com", "notify_to": ("desk@example.com",)}


class Post:
    """Servers that keep what they get; `busy` makes them refuse for now."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.busy = False
        self.smtp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._smtp())
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._web())
        for server in (self.smtp, self.web):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp.server_address[1]}"

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self.web.server_address[1]}/hook"

    def close(self) -> None:
        for server in (self.smtp, self.web):
            server.shutdown()
            server.server_close()

    def _smtp(post) -> Any:  # noqa: N805
        class Smtp(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 test\r\n")
                while line := self.rfile.readline():
                    word = line[:4].upper().strip()
                    if post.busy:
                        self.wfile.write(b"421 later\r\n")
                        return
                    if word == b"DATA":
                        self.wfile.write(b"354 go\r\n")
                        post.mails.append(self._mail())
                    self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

            def _mail(self) -> str:
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.decode())
                return "".join(lines)

        return Smtp

    def _web(post) -> Any:  # noqa: N805
        class Web(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not post.busy:
                    post.calls.append((dict(self.headers), body))
                self.send_response(503 if post.busy else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Web


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post()
    yield made
    made.close()


def deliver(api: Any, ways: list[notify.Channel]) -> int:
    done: int = api.run(notify.deliver(api.service.store, ways, api.service.clock))
    return done


@pytest.fixture
def noticed(start: Callable[..., Any], post: Post) -> tuple[Any, list[notify.Channel]]:
    api = start(smtp_url=post.smtp_url, webhook_url=post.webhook_url, **STAFF)
    return api, notify.channels(api.settings, api.service.keys.webhook)


def test_mail_and_call_name_the_case_and_nobody(noticed: Any, post: Post) -> None:
    """Staff learn number, kind and due date by mail and by a signed call; not who or what."""
    api, ways = noticed
    receipt = api.complain(
        text="不能外传", reply_wanted="yes", name="王女士", contact="13800138000"
    ).json()
    assert deliver(api, ways) == 1
    ((headers, body),) = post.calls
    signature = hmac.new(api.service.keys.webhook, body, hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={signature}"
    assert json.loads(body)["number"] == receipt["number"]
    mail = email.message_from_string(post.mails[0], policy=email.policy.default)
    assert (mail["To"], mail["Date"].datetime) == ("desk@example.com", api.clock.now)
    told = f"{mail['Subject']}\n{mail.get_content()}"
    assert receipt["number"] in told
    for word in ("不能外传", "王女士", "13800138000", receipt["code"]):
        assert word not in body.decode() + told
    assert deliver(api, ways) == 0


def test_failed_delivery_comes_again(noticed: Any, post: Post) -> None:
    """While the mail server refuses, the notice waits, ever longer; then it is delivered once."""
    api, ways = noticed
    post.busy = True
    api.complain()
    assert deliver(api, ways) == 0
    assert deliver(api, ways) == 0
    api.clock.forward(minutes=2)
    assert deliver(api, ways) == 0
    post.busy = False
    assert deliver(api, ways) == 0
    api.clock.forward(minutes=5)
    assert deliver(api, ways) == 1
    assert (len(post.mails), len(post.calls)) == (1, 1)


def test_a_mail_server_that_hangs_holds_up_no_publication(start: Callable[..., Any]) -> None:
    """While a mail is under way, what was agreed to be public is brought all the same."""
    api = start(webhook_url="http://127.0.0.1:1/")
    assert api.complain().status_code == 201
    under_way, brought, answered = (threading.Event() for _ in range(3))

    def hang(_notice: Any) -> None:
        under_way.set()
        answered.wait(30)

    class Outbox:
        async def deliver(self) -> int:
            if await asyncio.to_thread(under_way.wait, 30):
                brought.set()
            return 0

    async def begin() -> asyncio.Task[None]:
        return asyncio.create_task(housekeeping.run(api.service, [hang], Outbox()))  # type: ignore[arg-type]

    chores = api.run(begin())
    try:
        assert brought.wait(10)
    finally:
        answered.set()
        chores.get_loop().call_soon_threadsafe(chores.cancel)


def test_dead_servers_hold_up_nobody(start: Callable[..., Any]) -> None:
    """With nothing listening, submissions are taken and the delivery only reports a failure."""
    api = start(smtp_url="smtp://127.0.0.1:1", webhook_url="http://127.0.0.1:1/", **STAFF)
    ways = notify.channels(api.settings, api.service.keys.webhook)
    assert api.complain().status_code == 201
    assert deliver(api, ways) == 0
    assert api.complain().status_code == 201

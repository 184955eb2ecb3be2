"""What uvicorn leaves open: a request's head must come whole, soon, and be of ordinary size.

A proxy in front does the same and more; a bureau's first machine may not have one.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 32 * 1024
HEAD_SECONDS = 20.0
TOO_LARGE = "431 Request Header Fields Too Large"
TOO_SLOW = "408 Request Timeout"


class _HeadTooLarge(Exception):
    """Ends the parsing of a head."""


class GuardedProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a deadline and a limit for the head of each request."""

    _head = _fields = 0
    _in_head = True
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on to the parser, and count what belongs to a head that does not end."""
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MAX_HEAD and not self.transport.is_closing():
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        """Expect the head of another request on the same connection."""
        super().on_message_begin()
        if not self._in_head:
            self._expect_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Refuse a head that came whole but is too large."""
        super().on_header(name, value)
        self._fields += len(name) + len(value)
        if self._fields + len(self.url) > MAX_HEAD:
            raise _HeadTooLarge

    def on_headers_complete(self) -> None:
        """The head is there; the body has limits of its own."""
        self._head_came()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Say of a head that is too large what is wrong with it."""
        if self._in_head and self._head > MAX_HEAD:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _expect_head(self) -> None:
        self._head_came()
        self._head, self._fields, self._in_head = 0, 0, True
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, TOO_SLOW)

    def _head_came(self) -> None:
        self._in_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: str) -> None:
        self._head_came()
        head = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode("ascii"))
        self.transport.close()

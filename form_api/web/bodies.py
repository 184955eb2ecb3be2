"""Bodies within limits: of size, of time, and of what all of them together may take up."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from form_api.errors import Problem

SMALL_BODY = 64 * 1024
LARGE_BODY = 32 * 1024 * 1024
"""Three photos of 10 MB and the form around them."""
PATIENCE_SECONDS = 30.0
SLOWEST_BYTES_A_SECOND = 32 * 1024
TOGETHER = 256 * 1024 * 1024


class Bodies:
    """Reads bodies, and knows how much of them is in memory right now."""

    def __init__(self) -> None:
        self._held = 0

    async def read(self, request: Request, limit: int) -> bytes:
        """Read a body, refusing one that is too large or too slow before it is all there."""
        announced = request.headers.get("content-length", "0")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
            raise _too_large(limit)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS + limit / SLOWEST_BYTES_A_SECOND):
                return await self._read(request, limit)
        except TimeoutError as error:
            raise Problem("too-slow", "网络太慢，没有传完。请换个网络再提交。") from error

    async def _read(self, request: Request, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in request.stream():
                size += len(chunk)
                self._held += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                if self._held > TOGETHER:
                    raise Problem("busy", "请过一会儿再提交，您填的内容还在。", retry_after=10)
                chunks.append(chunk)
            return b"".join(chunks)
        finally:
            self._held -= size


def _too_large(limit: int) -> Problem:
    return Problem("too-large", f"最多 {limit // 2**10:,} KB。请减少文字，或者换小一些的照片。")

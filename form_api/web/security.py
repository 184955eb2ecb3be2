"""Headers every answer carries: nothing from elsewhere, no frames, no guessing of types."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from form_api.site import Site

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}


def content_security_policy(hashes: Mapping[str, list[str]]) -> str:
    """Return the policy; `hashes` names the few inline scripts and styles of the site."""
    scripts = " ".join(["'self'", *(f"'{item}'" for item in hashes.get("script", ()))])
    styles = " ".join(["'self'", *(f"'{item}'" for item in hashes.get("style", ()))])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src {styles}",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers; knows nothing of what is answered."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site
        self._hashes: Mapping[str, list[str]] | None = None
        self._raw: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers()]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        hashes = self._site.rules.csp_hashes
        if hashes is not self._hashes:
            named = FIXED | {"Content-Security-Policy": content_security_policy(hashes)}
            self._hashes = hashes
            self._raw = [(name.lower().encode(), value.encode()) for name, value in named.items()]
        return self._raw

"""What a request says: its body within limits, who sends it, and in which form to answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from form_api.decode import Posted, decode
from form_api.errors import Problem
from form_api.receipts import Sender
from form_api.service import Service
from form_api.settings import Settings
from form_api.web.bodies import Bodies

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
SCRIPTS = ("hans", "hant")


def service_of(request: Request) -> Service:
    """Return the service of this application."""
    service: Service = request.app.state.service
    return service


def settings_of(request: Request) -> Settings:
    """Return the settings of this application."""
    settings: Settings = request.app.state.settings
    return settings


async def read_posted(request: Request, limit: int) -> Posted:
    """Read and decode a body."""
    same_site(request)
    bodies: Bodies = request.app.state.bodies
    return decode(request.headers.get("content-type", ""), await bodies.read(request, limit))


def same_site(request: Request) -> None:
    """Refuse what another site makes a visitor's browser send."""
    allowed = settings_of(request).allowed_origins
    origin = request.headers.get("origin")
    if origin in allowed:
        return
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site in ("same-origin", "none"):
        return
    if fetch_site is None and (
        origin is None or urlsplit(origin).netloc == request.headers.get("host")
    ):
        return
    raise Problem("cross-site", "请从本网站的页面提交。")


def wants_page(request: Request) -> bool:
    """Whether a person without script waits for a page: a plain form, or a link followed."""
    if request.method in ("GET", "HEAD"):
        accept = request.headers.get("accept", "")
        return "text/html" in accept and "application/json" not in accept
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return (
        kind in FORM_TYPES
        and "idempotency-key" not in request.headers
        and "x-query-code" not in request.headers
        and "application/json" not in request.headers.get("accept", "")
    )


def sender_of(request: Request, channel: str) -> Sender:
    """Return what is known of the sender."""
    return Sender(address_of(request), channel, request.headers.get("altcha", ""))


def address_of(request: Request) -> str:
    """Return the visitor's network address; a header counts only from our own proxy."""
    peer = request.client.host if request.client else ""
    if peer in settings_of(request).trusted_proxies:
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return forwarded or peer
    return peer


def field(posted: Posted, name: str) -> str:
    """Return one control field of a posted page."""
    value = posted.values.get(name, "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def script_of(posted: Posted) -> str:
    """Return the script the person reads."""
    script = field(posted, "script")
    return script if script in SCRIPTS else "hans"

"""Who is looking: the session in the cookie, the token in every form, the rights of a role.

A page asks for its right in one place, `signed_in(right)`; a form that arrives after the session
has ended is not lost: what was typed waits behind the sign-in.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from form_api.desk.accounts import Officer, Session
from form_api.desk.desk import Desk
from form_api.desk.hall import new_request
from form_api.errors import Problem
from form_api.web.bodies import SMALL_BODY
from form_api.web.pages import Pages
from form_api.web.requests import read_posted

COOKIE = "desk"
HOME = "/desk/"
SIGN_IN = "/desk/sign-in"
HEAD = '<link rel="stylesheet" href="/desk/desk.css">'
KEPT = "kept-"
"""Before the names of what was typed when the session had ended."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """An officer at a page, and what they sent."""

    request: Request
    desk: Desk
    session: Session
    form: Mapping[str, Any]

    @property
    def officer(self) -> Officer:
        """The officer."""
        return self.session.officer

    def text(self, name: str) -> str:
        """Return one answer, without the spaces around it."""
        value = self.form.get(name, "")
        if isinstance(value, list):
            value = value[0] if value else ""
        return str(value).replace("\r\n", "\n").strip()

    def texts(self, name: str) -> list[str]:
        """Return all answers of one name."""
        value = self.form.get(name, [])
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]

    def number(self, name: str) -> int:
        """Return a number that one of our pages put into its form."""
        text = self.text(name)
        if not text.isascii() or not text.isdigit():
            raise Problem("malformed-body", "请刷新页面再做一次。")
        return int(text)

    def page(self, template: str, title: str, code: int = 200, **context: Any) -> Response:
        """Draw a page of the desk."""
        return draw(self.request, template, title, code, visitor=self, **context)


Handler = Callable[[Visitor], Awaitable[Response]]


def signed_in(right: str = "") -> Callable[[Handler], Callable[[Request], Awaitable[Response]]]:
    """Let only officers with a right reach a handler, and only from our own forms."""

    def decorate(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        @functools.wraps(handler)
        async def handle(request: Request) -> Response:
            desk: Desk = request.app.state.desk
            session = await desk.accounts.session(request.cookies.get(COOKIE, ""))
            form: Mapping[str, Any] = {}
            if request.method == "POST":
                form = (await read_posted(request, SMALL_BODY)).values
            if session is None:
                return _sign_in_first(request, form)
            visitor = Visitor(request, desk, session, form)
            try:
                if request.method == "POST" and not session.proves(visitor.text("csrf")):
                    raise Problem("cross-site", "这张表单过期了，请回上一页刷新后再做。")
                if right and not session.officer.may(right):
                    raise Problem("not-allowed", "要用这一页，请找管理员开通。")
                return await handler(visitor)
            except Problem as problem:
                return visitor.page("refused.html", problem.title, problem.status, problem=problem)

        return handle

    return decorate


def draw(request: Request, template: str, title: str, code: int = 200, **context: Any) -> Response:
    """Draw a page in the site's shell."""
    pages: Pages = request.app.state.pages
    context = {"visitor": None, "new_request": new_request, "problem": None} | context
    return pages.page(template, "hans", title, code, head=HEAD, **context)


def back(to: str) -> Response:
    """Lead on after a step, so that a reload repeats nothing."""
    return RedirectResponse(to, 303)


def is_secure(request: Request) -> bool:
    """Whether people reach us by TLS, here or at the proxy in front."""
    forwarded = request.headers.get("x-forwarded-proto", "")
    return "https" in (request.url.scheme, forwarded)


def _sign_in_first(request: Request, form: Mapping[str, Any]) -> Response:
    if request.method != "POST":
        return RedirectResponse(f"{SIGN_IN}?next={quote(request.url.path)}", 303)
    kept = {
        name: item
        for name, value in form.items()
        if name != "csrf"
        for item in (value if isinstance(value, list) else [value])
    }
    return draw(
        request,
        "sign-in.html",
        "请重新登录",
        401,
        next=request.url.path,
        kept=kept,
        ended=True,
        id="",
    )

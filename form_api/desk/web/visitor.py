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

from form_api.desk.accounts import ANSWER, HALL, PUBLISH, SUPERVISE, Officer, Session
from form_api.desk.desk import Desk
from form_api.desk.hall import new_request
from form_api.errors import FieldError, Problem
from form_api.receipts import local
from form_api.web.bodies import SMALL_BODY
from form_api.web.pages import Pages
from form_api.web.requests import read_posted

COOKIE = "desk"
HOME = "/desk/"
SIGN_IN = "/desk/sign-in"
HEAD = '<link rel="stylesheet" href="/desk/desk.css">'
KEPT = "kept-"
"""Before the names of what was typed when the session had ended."""
PLACES_TO_GO = (
    (ANSWER, "/desk/complaints/", "意见"),
    (HALL, "/desk/appointments/", "预约"),
    (SUPERVISE, "/desk/capacity/", "号源"),
    (PUBLISH, "/desk/publishing/", "公开"),
    ("", "/desk/statistics/", "统计"),
    (SUPERVISE, "/desk/log/", "日志"),
)
"""The desk's menu: the right a page asks for, its address, its name."""
TYPED = {
    "outcome": "结果",
    "text": "写的话",
    "alternative": "还可以怎么办",
    "title": "标题",
    "question": "反映的事",
    "answer": "答复",
    "improved": "改进了什么",
    "reason": "理由",
    "leader": "随哪一件办",
    "number": "编号",
    "name": "称呼",
    "phone": "电话",
    "what": "事项",
    "units": "能约几位",
}
"""What officers type by hand, in the words in which it is shown back to them."""
Sent = Mapping[str, list[str]]
"""Everything a form sent, each name with all its values."""


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

    def page(self, template: str, title: str, **context: Any) -> Response:
        """Draw a page of the desk."""
        return draw(self.request, template, title, visitor=self, **context)


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
                return visitor.page(
                    "refused.html",
                    problem.title,
                    problem=problem,
                    kept=typed(sent(form)),
                )

        return handle

    return decorate


def draw(
    request: Request, template: str, title: str, code: int | None = None, **context: Any
) -> Response:
    """Draw a page in the site's shell."""
    pages: Pages = request.app.state.pages
    problem: Problem | None = context.get("problem")
    beginning = {
        "visitor": None,
        "new_request": new_request,
        "places_to_go": PLACES_TO_GO,
        "failed": "",
        "errors": problem.by_field if problem else {},
        "kept": (),
    }
    return pages.page(template, "hans", title, code, head=HEAD, **beginning | context)


def sent(form: Mapping[str, Any]) -> Sent:
    """Return what a form sent, without what only proves where it came from."""
    return {
        name: [str(item) for item in (value if isinstance(value, list) else [value])]
        for name, value in form.items()
        if name != "csrf"
    }


def typed(values: Sent) -> list[tuple[str, list[str]]]:
    """Return what an officer typed, each with its name in words."""
    return [(words, values[name]) for name, words in TYPED.items() if any(values.get(name, ()))]


def as_field(problem: Problem, field: str) -> Problem:
    """Return a refusal as what is wrong with one field, so that a page can show it there."""
    errors = problem.errors or (FieldError(field, problem.type, problem.detail),)
    return Problem(problem.type, problem.detail, errors=errors)


def minute(milliseconds: int) -> str:
    """Return a moment as colleagues read it: day and minute in Beijing."""
    return local(milliseconds)[:16].replace("T", " ")


def back(to: str) -> Response:
    """Lead on after a step, so that a reload repeats nothing."""
    return RedirectResponse(to, 303)


def is_secure(request: Request) -> bool:
    """Whether people reach us by TLS, here or at the proxy in front."""
    forwarded = request.headers.get("x-forwarded-proto", "")
    return "https" in (request.url.scheme, forwarded)


def _sign_in_first(request: Request, form: Mapping[str, Any]) -> Response:
    if request.method != "POST":
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{SIGN_IN}?next={quote(request.url.path + query)}", 303)
    return draw(
        request,
        "sign-in.html",
        "请重新登录",
        401,
        next=request.url.path,
        kept=sent(form),
        ended=True,
        id="",
    )

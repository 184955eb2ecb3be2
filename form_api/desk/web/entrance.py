"""Signing in and out, the stylesheet, and the way from the front door to one's own work."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from form_api.desk.accounts import ANSWER, HALL, LONGEST
from form_api.desk.desk import Desk
from form_api.desk.web.visitor import (
    COOKIE,
    HOME,
    KEPT,
    Sent,
    Visitor,
    back,
    draw,
    is_secure,
    sent,
    signed_in,
    typed,
)
from form_api.errors import Problem
from form_api.web.bodies import SMALL_BODY
from form_api.web.pages import TEMPLATES
from form_api.web.requests import address_of, field, read_posted


async def sign_in_page(request: Request) -> Response:
    """Ask who it is."""
    to = request.query_params.get("next", HOME)
    return draw(request, "sign-in.html", "登录", next=_inside(to), kept={}, ended=False, id="")


async def sign_in(request: Request) -> Response:
    """Let an officer in, back to where they were, with what they had typed."""
    desk: Desk = request.app.state.desk
    posted = await read_posted(request, SMALL_BODY)
    id_, to = field(posted, "id").strip().lower(), _inside(field(posted, "next"))
    kept = {
        name.removeprefix(KEPT): values
        for name, values in sent(posted.values).items()
        if name.startswith(KEPT)
    }
    try:
        token = await desk.accounts.sign_in(
            id_, field(posted, "password"), field(posted, "code").strip(), address_of(request)
        )
    except Problem as problem:
        return draw(
            request,
            "sign-in.html",
            "登录",
            problem.status if problem.status == 429 else 401,
            next=to,
            kept=kept,
            ended=bool(kept),
            id=id_,
            problem=problem,
        )
    response = await _go_on(request, desk, token, to, kept)
    response.set_cookie(
        COOKIE,
        token,
        max_age=LONGEST // 1000,
        path=HOME,
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return response


async def _go_on(request: Request, desk: Desk, token: str, to: str, kept: Sent) -> Response:
    if not kept:
        return RedirectResponse(to, 303)
    session = await desk.accounts.session(token)
    assert session is not None
    visitor = Visitor(request, desk, session, {})
    return visitor.page("go-on.html", "您刚才写的还在", next=to, kept=kept, shown=typed(kept))


@signed_in()
async def sign_out(visitor: Visitor) -> Response:
    """End the session."""
    await visitor.desk.accounts.sign_out(visitor.request.cookies.get(COOKIE, ""))
    response = back("/desk/sign-in")
    response.delete_cookie(COOKIE, path=HOME)
    return response


@signed_in()
async def home(visitor: Visitor) -> Response:
    """Lead to what the officer is here for."""
    if visitor.officer.may(ANSWER):
        return back("/desk/complaints/")
    return back("/desk/appointments/" if visitor.officer.may(HALL) else "/desk/publishing/")


async def stylesheet(_request: Request) -> Response:
    """Return what the desk's pages need beyond the site's own styles."""
    path = TEMPLATES / "desk" / "desk.css"
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


def _inside(to: str) -> str:
    """Return an address of the desk; never one that somebody else put into a link."""
    return to if to.startswith(HOME) and "//" not in to and "\\" not in to else HOME
